"""Flags: what visitors report, and what enough of them do by themselves."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from portal import db
from portal.models import Flag, FlagReason, FlagState, Offer, OfferState, Person
from portal.services import moderation

FLAGS_THAT_HIDE = 3


def flag(
    offer: Offer, reporter: str, reason: FlagReason, text: str = "", person: Person | None = None
) -> bool:
    """A visitor's report, one for each reporter (a keyed hash); returns whether it is new.

    Three verified people are enough to hide the offer of an unverified association until somebody looks.
    """
    made = Flag(
        offer_id=offer.id,
        person_id=person.id if person else None,
        reporter=reporter,
        reason=reason,
        text=text,
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError:
        return False
    verified = db.session.scalar(
        select(func.count(func.distinct(Flag.person_id)))
        .join(Person)
        .where(
            Flag.offer_id == offer.id,
            Flag.state == FlagState.OPEN,
            Person.email_verified_at.is_not(None),
        )
    )
    is_weak = not offer.association.is_verified and offer.state is OfferState.LIVE
    if is_weak and (verified or 0) >= FLAGS_THAT_HIDE:
        moderation.hide(
            offer,
            None,
            "other",
            "Plusieurs personnes ont signalé cette offre : elle va être relue.",
        )
    return True

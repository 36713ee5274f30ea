"""The letters to people who sign in, news of what they like, and what one person sends to a friend."""

from __future__ import annotations

from flask import current_app

from portal import clock, db
from portal.jobs.letters.draft import Draft, Payload
from portal.models import Invitation, InvitationState, Person, SignInLink
from portal.services import invitations, sign_in_links
from portal.services import liked_news as liked


def link(payload: Payload) -> Draft | None:
    """The mailed link. Its token is written now, and is nowhere else."""
    found = db.session.get(SignInLink, payload["sign_in_link"])
    if found is None or not sign_in_links.is_waiting(found):
        return None
    provider = str(found.details.get("claims", {}).get("provider", "")).capitalize()
    base_url = current_app.config["BASE_URL"]
    return Draft(
        to=found.email,
        language=str(found.details.get("language", "fr")),
        context={
            "url": f"{base_url}/sign-in/link/{sign_in_links.token(found)}",
            "provider": provider,
        },
    )


def invitation(payload: Payload) -> Draft | None:
    """A friend's invitation, as its sender saw it; None once it is refused, over, or its address is forgotten."""
    found = db.session.get(Invitation, payload["invitation"])
    if found is None or not invitations.may_send(found):
        return None
    address = f"{current_app.config['BASE_URL']}/invitations/{invitations.token(found)}"
    return Draft(
        to=found.email,
        language=found.person.language,
        context={
            **invitations.words(found.person, found.offer),
            "url": address,
            "refuse_url": f"{address}/refuse",
        },
    )


def liked_news(payload: Payload) -> Draft | None:
    """What nearly fills or ends among the needs that somebody likes; None when none of it is true any more."""
    person = db.session.get(Person, payload["liked_news"])
    offers = liked.still_true(payload["offers"])
    if person is None or not person.wants_news or not person.is_verified or not offers:
        return None
    base_url, now = current_app.config["BASE_URL"], clock.now()
    return Draft(
        to=person.email or "",
        language=person.language,
        context={
            "name": invitations.name_of(person),
            "offers": [
                {
                    "offer": offer,
                    "shift": next(s for s in offer.shifts_ahead(now) if not s.is_full),
                    "url": f"{base_url}/offers/{offer.id}-{offer.slug}",
                }
                for offer in offers
            ],
            "stop_url": f"{base_url}/account/news/{liked.stop_token(person)}",
        },
    )


def forget_friend(ident: int) -> None:
    """The message left, or never will: the friend's address goes."""
    with db.database().writing() as session:
        found = session.get(Invitation, ident)
        if found is not None and found.state is InvitationState.QUEUED:
            (invitations.sent if invitations.may_send(found) else invitations.drop)(found)
            session.commit()

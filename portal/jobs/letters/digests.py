"""The digest of the day: who signed up and who cancelled, for a coordinator who does not want to hear of each at once."""

from __future__ import annotations

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import clock, db, permissions
from portal.jobs.letters.draft import Draft, Payload
from portal.models import Association, Offer, Person, Shift, Signup, SignupState
from portal.services.notices import DIGEST_SPAN


def write(payload: Payload) -> Draft | None:
    """The letter, or None when nothing happened or the person no longer coordinates."""
    association = db.session.get(Association, payload["digest"])
    person = db.session.get(Person, payload["person"])
    if association is None or person is None or not permissions.may_edit(person, association):
        return None
    news = _news(association.id)
    if not news:
        return None
    base_url = current_app.config["BASE_URL"]
    return Draft(
        to=person.email or "",
        language=person.language,
        context={
            "association": association,
            "coming": [one for one in news if one.state is SignupState.CONFIRMED],
            "leaving": [one for one in news if one.state is SignupState.CANCELLED],
            "dashboard_url": f"{base_url}/dashboard/{association.slug}",
        },
    )


def _news(association_id: int) -> list[Signup]:
    return list(
        db.session.scalars(
            select(Signup)
            .join(Shift, Shift.id == Signup.shift_id)
            .join(Offer, Offer.id == Shift.offer_id)
            .where(
                Offer.association_id == association_id,
                Signup.changed_at >= clock.now() - DIGEST_SPAN,
                Signup.verified_at.is_not(None),
                Signup.state.in_((SignupState.CONFIRMED, SignupState.CANCELLED)),
            )
            .order_by(Shift.starts_at, Signup.id)
            .options(joinedload(Signup.shift).joinedload(Shift.offer))
        )
    )

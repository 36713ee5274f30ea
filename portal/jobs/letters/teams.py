"""The letters to an association's team: an invitation to it, and what moderation answered."""

from __future__ import annotations

from flask import current_app

from portal import db
from portal.jobs.letters.draft import Draft, Payload
from portal.models import Offer, OfferState, Person, PersonState, TeamInvitation
from portal.services import associations

TRUE_WHILE = {
    "offer_approved": (OfferState.LIVE, OfferState.PAUSED),
    "offer_refused": (OfferState.REFUSED,),
    "offer_hidden": (OfferState.HIDDEN,),
}


def invitation(payload: Payload) -> Draft | None:
    """To the invited address, while the invitation is open."""
    found = db.session.get(TeamInvitation, payload["team_invitation"])
    if found is None or found.accepted_at is not None or found.revoked_at is not None:
        return None
    context = {
        "association": found.association,
        "role": found.role.value,
        "inviter": found.inviter.first_name if found.inviter else "",
        "url": f"{current_app.config['BASE_URL']}/team/{associations.invitation_token(found)}",
        "until": found.expires_at,
    }
    return Draft(found.email, payload.get("language", "fr"), context)


def decision(payload: Payload) -> Draft | None:
    """To one coordinator, while the decision stands."""
    offer = db.session.get(Offer, payload["decided_offer"])
    person = db.session.get(Person, payload["person"])
    if offer is None or offer.state not in TRUE_WHILE[payload["template"]]:
        return None
    if person is None or person.state is not PersonState.ACTIVE or not person.email:
        return None
    base = current_app.config["BASE_URL"]
    context = {
        "offer": offer,
        "association": offer.association,
        "offer_url": f"{base}/offers/{offer.id}-{offer.slug}",
        "url": f"{base}/dashboard/{offer.association.slug}/offers",
    }
    return Draft(person.email, person.language, context)

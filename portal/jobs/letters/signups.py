"""The letters about a signup: to the volunteer, and to those who coordinate."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import clock, db, mail, tokens
from portal.jobs.letters.draft import Draft, Payload
from portal.models import Offer, Person, PersonState, Shift, Signup, SignupState
from portal.services import capacity, finding, waiting
from portal.services.signups import calendar
from portal.services.signups.change import ACTIVE

S = SignupState
# A letter is written only while what it says is still true.
TRUE_WHILE: dict[str, tuple[SignupState, ...]] = {
    "signup_held": (S.HELD,),
    "signup_waitlisted": (S.WAITLISTED,),
    "signup_confirmed": (S.CONFIRMED, S.ATTENDED),
    "place_offered": (S.OFFERED,),
    "place_lapsed": (S.EXPIRED,),
    "signup_cancelled": (S.CANCELLED,),
    "already_signed_up": (*ACTIVE, S.REQUESTED, S.ATTENDED, S.ABSENT),
    "shift_changed": ACTIVE,
    "shift_cancelled": (S.CANCELLED,),
    "line_closed": (S.CANCELLED,),
    "offer_withdrawn": (S.HELD, S.OFFERED, S.CONFIRMED),
    "reminder": (S.CONFIRMED,),
    "team_signup_confirmed": (S.CONFIRMED, S.ATTENDED, S.ABSENT),
    "team_signup_cancelled": (S.CANCELLED,),
}
IN_CALENDAR = {"signup_confirmed": "REQUEST", "shift_changed": "REQUEST"}
OUT_OF_CALENDAR = ("signup_cancelled", "shift_cancelled")


def write(payload: Payload) -> Draft | None:
    """The letter of this row, or None when it has nothing to say any more."""
    template = payload["template"]
    signup = _load(payload["signup"])
    if signup is None or signup.state not in TRUE_WHILE[template]:
        return None
    if payload.get("version") not in (None, signup.shift.sequence + signup.sequence):
        return None  # the date was changed again meanwhile: a newer row says so
    if template == "reminder" and not _is_ahead(signup):
        return None
    if template.startswith("team_"):
        return _to_team(signup, payload.get("person"))
    context = {**_context(signup), "hours": payload.get("hours", 0)}
    if template == "offer_withdrawn":
        context["similar"] = _similar(signup.shift.offer)
    return Draft(
        to=signup.email,
        language=signup.language,
        context=context,
        calendar=_calendar(signup, template, payload, context["url"]),
    )


def _load(ident: int) -> Signup | None:
    offer = joinedload(Signup.shift).joinedload(Shift.offer)
    return db.session.scalar(
        select(Signup)
        .where(Signup.id == ident)
        .options(
            joinedload(Signup.shift).joinedload(Shift.location),
            offer.selectinload(Offer.locations),
            offer.selectinload(Offer.shifts),
        )
    )


def _is_ahead(signup: Signup) -> bool:
    return signup.shift.starts_at is not None and signup.shift.starts_at > clock.now()


def _context(signup: Signup) -> dict[str, Any]:
    shift, offer = signup.shift, signup.shift.offer
    base = current_app.config["BASE_URL"]
    now = clock.now()
    others = [s for s in offer.shifts if s.id != shift.id and s.is_ahead(now)]
    address = f"{base}/offers/{offer.id}-{offer.slug}"
    search = f"{base}/search?theme={offer.themes[0]}" if offer.themes else f"{base}/search"
    other_dates = others if offer.is_findable(now) else []
    return {
        "signup": signup,
        "shift": shift,
        "offer": offer,
        "association": offer.association,
        "location": calendar.where(signup),
        "url": f"{base}/signups/{tokens.sign('signup', signup.id, signup.nonce)}",
        "offer_url": address,
        "search_url": search,
        "next_url": f"{address}#shifts" if other_dates else search,
        "other_dates": other_dates,
        "until": signup.held_until if signup.state is S.HELD else signup.offered_until,
        "position": waiting.position(signup) if signup.state is S.WAITLISTED else None,
        "has_room": capacity.fits(shift, signup.party),
    }


def _similar(offer: Offer) -> list[tuple[str, str]]:
    """Titles and addresses of what else could be done; none when search cannot answer."""
    base = current_app.config["BASE_URL"]
    found = finding.of_ids([hit.id for hit in finding.similar(offer)])
    return [(c.offer.title, f"{base}/offers/{c.offer.id}-{c.offer.slug}") for c in found]


def _calendar(signup: Signup, template: str, payload: Payload, url: str) -> mail.Calendar | None:
    """The entry to add or to take out. Only who was once told a date has one to take out."""
    method = IN_CALENDAR.get(template)
    if template == "shift_changed" and signup.state is not S.CONFIRMED:
        return None
    if template in OUT_OF_CALENDAR and payload.get("was") == S.CONFIRMED.value:
        method = "CANCEL"
    if method is None:
        return None
    content = calendar.entry(
        signup,
        url=url,
        sender=current_app.config["CONTACT_EMAIL"],
        domain=mail.domain_of(current_app.config["BASE_URL"]),
        method=method,
    )
    return mail.Calendar(content, method) if content else None


def _to_team(signup: Signup, person_id: int | None) -> Draft | None:
    """To one coordinator; or to the association's own address when nobody coordinates it here."""
    offer = signup.shift.offer
    to, language = offer.contact_email or offer.association.email, offer.language
    if person_id is not None:
        person = db.session.get(Person, person_id)
        if person is None or person.state is not PersonState.ACTIVE or not person.is_verified:
            return None
        to, language = person.email or "", person.language
    base = current_app.config["BASE_URL"]
    context = {**_context(signup), "dashboard_url": f"{base}/dashboard/{offer.association.slug}"}
    if person_id is None:
        context["dashboard_url"] = context["offer_url"]  # they have no dashboard yet
    return Draft(to, language, context, reply_to=signup.email)

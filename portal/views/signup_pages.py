"""What the pages about a signup show. `own` is for its owner alone; `attempt` knows nothing but what was typed."""

from __future__ import annotations

from typing import Any

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import joinedload

from portal import clock, db
from portal.models import Shift, Signup, SignupAttempt, SignupState
from portal.services import finding, waiting
from portal.services.signups import calendar
from portal.services.signups.change import ACTIVE
from portal.views import answers, offers

OVER = (SignupState.CANCELLED, SignupState.EXPIRED, SignupState.REFUSED)


def attempt(sent: SignupAttempt) -> dict[str, Any]:
    """Everything templates/signups/attempt.html wants."""
    shift = sent.shift
    return {
        "attempt": sent,
        "offer": shift.offer,
        "shift": shift,
        "waiting": bool(sent.details.get("is_full")),
        "share_url": current_app.config["BASE_URL"] + offers.path_of(shift.offer),
    }


def facts(signup: Signup, token: str) -> dict[str, Any]:
    """Everything templates/signups/confirm.html wants."""
    return {"signup": signup, "offer": signup.shift.offer, "shift": signup.shift, "token": token}


def own(signup: Signup, token: str) -> dict[str, Any]:
    """Everything templates/signups/show.html wants."""
    shift, offer = signup.shift, signup.shift.offer
    base_url = current_app.config["BASE_URL"]
    links = calendar.links(signup, f"{base_url}/signups/{token}")
    now = clock.now()
    is_active = signup.state in ACTIVE and shift.is_ahead(now)
    return {
        **facts(signup, token),
        "position": waiting.position(signup) if signup.state is SignupState.WAITLISTED else None,
        "until": signup.held_until if signup.state is SignupState.HELD else signup.offered_until,
        "other_shifts": _other_shifts(signup) if is_active else [],
        "calendar_url": f"/signups/{token}.ics",
        "google_url": links.get("google"),
        "outlook_url": links.get("outlook"),
        "similar": answers.cards_of_hits(finding.similar(offer)) if signup.state in OVER else [],
        "answer_by": None,
        "overlaps": _overlaps(signup) if is_active else [],
        "is_ahead": is_active,
        "share_url": base_url + offers.path_of(offer),
        "own_link": None,
    }


def _other_shifts(signup: Signup) -> list[Shift]:
    """The other dates of the offer with room for the whole party."""
    return [
        shift
        for shift in signup.shift.offer.shifts_ahead(clock.now())
        if shift.id != signup.shift_id
        and (shift.capacity is None or shift.taken + signup.party <= shift.capacity)
    ]


def _overlaps(signup: Signup) -> list[Signup]:
    """Other signups of the same proved address at the same time: said, never forbidden."""
    start, end = signup.shift.starts_at, signup.shift.ends_at
    if signup.verified_at is None or start is None:
        return []
    return list(
        db.session.scalars(
            select(Signup)
            .join(Shift)
            .where(
                Signup.email_hash == signup.email_hash,
                Signup.id != signup.id,
                Signup.verified_at.is_not(None),
                Signup.state.in_(ACTIVE),
                Shift.starts_at < (end or start),
                Shift.ends_at > start,
            )
            .options(joinedload(Signup.shift).joinedload(Shift.offer))
        )
    )

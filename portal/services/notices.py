"""Which message goes to whom, and when. The words are written later, by the worker, from what is true then.

A notice is a row of the outbox: ids and the name of a template, never a body, an address or a secret. Its key names the
step, so that the same step never writes twice.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import func, select

from portal import clock, db
from portal.models import (
    Association,
    Membership,
    Offer,
    Person,
    PersonState,
    Shift,
    Signup,
    SignupState,
    TeamRole,
)
from portal.services import outbox

DIGEST_SPAN = timedelta(hours=24)
UNPROVED_MAILS = 5  # in a day, to an address that nobody has proved; the others wait for its proof
REMINDERS = (48, 3)  # hours before the start
ALREADY_HOURS = 6  # one "you are already in" at most in so many hours, whoever asks
UNPROVED_LETTERS = 5  # signups a day that write to an address which proved none of them


def of_signup(signup: Signup, template: str, step: str = "", **details: Any) -> None:
    """A message to the volunteer. `step` tells two messages of one template apart."""
    key = f"signup:{signup.id}:{template}" + (f":{step}" if step else "")
    outbox.add("mail", key, {"template": template, "signup": signup.id, **details})


def began(signup: Signup) -> None:
    """What follows a signup, in the state that it found: a button to press, a place in line, or a confirmation."""
    if _is_flooded(signup, UNPROVED_LETTERS + 1):
        return
    if signup.state is SignupState.CONFIRMED:
        confirmed(signup)
    elif signup.state is SignupState.WAITLISTED:
        of_signup(signup, "signup_waitlisted")
    else:
        of_signup(signup, "signup_held")


def rest(signup: Signup) -> None:
    """The address is proved: the messages that were held back for it go out. Those that went are not written again."""
    waiting = select(Signup).where(
        Signup.email_hash == signup.email_hash,
        Signup.verified_at.is_(None),
        Signup.state.in_((SignupState.HELD, SignupState.WAITLISTED)),
    )
    for other in db.session.scalars(waiting.limit(UNPROVED_MAILS)):
        template = "signup_held" if other.state is SignupState.HELD else "signup_waitlisted"
        of_signup(other, template)


def _unproved_today(signup: Signup) -> int:
    recent = Signup.created_at > clock.now() - timedelta(hours=24)
    unproved = select(func.count()).where(
        Signup.email_hash == signup.email_hash, Signup.verified_at.is_(None), recent
    )
    return db.session.scalar(unproved) or 0


def already(signup: Signup) -> None:
    """Somebody typed an address that is in already: its owner is told, and only so often."""
    if _is_flooded(signup, UNPROVED_LETTERS):
        return
    bucket = clock.epoch() // (ALREADY_HOURS * 3600)
    of_signup(signup, "already_signed_up", str(bucket))


def _is_flooded(signup: Signup, enough: int) -> bool:
    """Did somebody sign this address up again and again, and its owner never press a button? Then no letter any more.

    Nothing else changes: the signup is made, the page is the same, and everybody is counted, so that nobody can tell.
    """
    unproved = select(func.count()).where(
        Signup.email_hash == signup.email_hash,
        Signup.verified_at.is_(None),
        Signup.created_at > clock.now() - timedelta(days=1),
    )
    return (db.session.scalar(unproved) or 0) >= enough and signup.verified_at is None


def confirmed(signup: Signup) -> None:
    """The place is theirs: a message with the date for their calendar, later the reminders, and the team hears of it."""
    of_signup(signup, "signup_confirmed", str(signup.sequence) if signup.sequence else "")
    remind(signup)
    team(signup, "team_signup_confirmed")


def remind(signup: Signup) -> None:
    """Reminders 48 h and 3 h before, but none for somebody who signed up later than that: they know."""
    starts_at = signup.shift.starts_at
    if starts_at is None:
        return
    version = signup.shift.sequence + signup.sequence
    for hours in REMINDERS:
        due_at = starts_at - timedelta(hours=hours)
        if due_at > clock.now():
            payload = {"template": "reminder", "signup": signup.id, "hours": hours}
            key = f"signup:{signup.id}:reminder:{hours}:{version}"
            outbox.add("mail", key, {**payload, "version": version}, due_at)


def changed(signup: Signup) -> None:
    """The date or the place is another: a message with the new one for the calendar, and new reminders."""
    version = signup.shift.sequence + signup.sequence
    of_signup(signup, "shift_changed", str(version), version=version)
    remind(signup)


def cancelled(signup: Signup, *, was: SignupState) -> None:
    """The volunteer gave the place back. Who never proved the address gets no second message."""
    if signup.verified_at is not None:
        of_signup(signup, "signup_cancelled", was=was.value)
    if was is SignupState.CONFIRMED:
        team(signup, "team_signup_cancelled")


def team(signup: Signup, template: str) -> None:
    """The coordinators hear at once, if the association chose so; else in the digest of the day.

    An association that came from a feed may have nobody here: then its own address is written to, so that a volunteer is
    never left without anyone knowing.
    """
    association = signup.shift.offer.association
    if not association.hears_at_once:
        return
    payload = {"template": template, "signup": signup.id}
    people = coordinators(association.id)
    for person_id in people:
        outbox.add(
            "mail", f"signup:{signup.id}:{template}:{person_id}", {**payload, "person": person_id}
        )
    if not people:
        outbox.add("mail", f"signup:{signup.id}:{template}:association", payload)


def digests(on: date) -> int:
    """One message of the day to each coordinator who wants no other; returns how many. What there is to say is found when it is written."""
    recently = clock.now() - DIGEST_SPAN
    news = (
        select(Association.id)
        .join(Offer, Offer.association_id == Association.id)
        .join(Shift, Shift.offer_id == Offer.id)
        .join(Signup, Signup.shift_id == Shift.id)
        .where(
            Association.hears_at_once.is_(False),
            Signup.changed_at >= recently,
            Signup.verified_at.is_not(None),
            Signup.state.in_((SignupState.CONFIRMED, SignupState.CANCELLED)),
        )
        .distinct()
    )
    count = 0
    for association_id in db.session.scalars(news).all():
        for person_id in coordinators(association_id):
            payload = {"template": "team_digest", "digest": association_id, "person": person_id}
            count += outbox.add("mail", f"digest:{association_id}:{person_id}:{on}", payload)
    return count


def coordinators(association_id: int) -> list[int]:
    """The ids of those who run the association and whose address is proved."""
    return list(
        db.session.scalars(
            select(Person.id)
            .join(Membership, Membership.person_id == Person.id)
            .where(
                Membership.association_id == association_id,
                Membership.role == TeamRole.COORDINATOR,
                Person.state == PersonState.ACTIVE,
                Person.email_verified_at.is_not(None),
            )
            .order_by(Person.id)
        )
    )

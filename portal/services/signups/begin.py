"""The form was sent: one place at most for one address, whoever clicks how often, and an answer that tells a stranger nothing."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, func, select, update
from sqlalchemy.exc import IntegrityError

from portal import clock, db, tokens
from portal.errors import Invalid, NotFound
from portal.models import Person, Shift, Signup, SignupAttempt, SignupState
from portal.models.signup import OVER
from portal.services import capacity, notices, waiting

DEVICE_HOLDS = 3  # unverified holds of one device; further ones wait in line until verified
NETWORK_HOLDS = 10  # unverified holds of one network in an hour
TYPED_WORDS_KEPT = timedelta(days=30)
UNPROVED_KEPT = timedelta(hours=24)
TWIN = timedelta(hours=1)  # two tabs of one device: the same words within the hour are one sending


@dataclass(frozen=True)
class SignupRequest:
    """What somebody asks for, clean: `key` is the form's own nonce, hashes are keyed, `is_suspect` says "looks like a robot"."""

    first_name: str
    email: str
    key: str
    phone: str = ""
    message: str = ""
    party: int = 1
    answers: tuple[str, ...] = ()
    language: str = "fr"
    device_hash: str = ""
    network_hash: str = ""
    share_link_id: int | None = None
    invitation_id: int | None = None
    is_suspect: bool = False


def sign_up(shift_id: int, wish: SignupRequest, person: Person | None = None) -> SignupAttempt:
    """Sign up; the answer is the attempt, which says nothing of whether the address was known.

    A key that was used with the same words returns its first attempt and does nothing; with other words it is Invalid.
    A signed-in person with a proved address is confirmed at once, everyone else holds the place until the mailed button
    is pressed, or waits in line. Raises NotFound, Gone (over), Conflict (paused, elsewhere), Invalid.
    """
    if person is not None and not person.is_verified:
        person = None
    shift = capacity.lock(shift_id)
    fingerprint = _fingerprint(shift_id, wish, person)
    earlier = _earlier(shift_id, wish, fingerprint)
    if earlier is not None:
        return earlier
    capacity.require_open(shift)
    waiting.settle(shift)
    is_full = not capacity.fits(shift, wish.party)
    email = (person.email if person else None) or wish.email
    signup = current(shift_id, email)
    if signup is not None:
        notices.already(signup)
    else:
        signup = _begin(shift, wish, person, email)
    return _attempt(shift_id, wish, email, fingerprint, signup, is_full)


def current(shift_id: int, email: str) -> Signup | None:
    """The signup of this address on this shift that is not over, if there is one."""
    return db.session.scalar(
        select(Signup).where(
            Signup.shift_id == shift_id,
            Signup.email_hash == tokens.email_hash(email),
            Signup.state.not_in(OVER),
        )
    )


def find(token: str) -> Signup:
    """The signup behind its personal address. Raises NotFound for an address that was not made here or was revoked."""
    parts = tokens.read("signup", token)
    signup = db.session.get(Signup, parts[0]) if parts else None
    if parts is None or signup is None or not tokens.same(signup.nonce, parts[1]):
        raise NotFound
    return signup


def find_attempt(token: str) -> SignupAttempt:
    """The attempt behind its address. Raises NotFound."""
    parts = tokens.read("attempt", token)
    attempt = db.session.get(SignupAttempt, parts[0]) if parts else None
    if parts is None or attempt is None or not tokens.same(attempt.nonce, parts[1]):
        raise NotFound
    return attempt


def attempts_of(signup_id: int) -> list[SignupAttempt]:
    """Every sending of the form that led to this signup, oldest first."""
    found = select(SignupAttempt).where(SignupAttempt.signup_id == signup_id)
    return list(db.session.scalars(found.order_by(SignupAttempt.id)))


def forget_attempts() -> int:
    """Empty what was typed in attempts older than 30 days: the signup, if there is one, has it; nobody else needs it."""
    old = SignupAttempt.created_at < clock.now() - TYPED_WORDS_KEPT
    emptied = db.session.execute(
        update(SignupAttempt)
        .where(old, SignupAttempt.email != "")
        .values(first_name="", email="", details={}, device_hash="")
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", emptied).rowcount


def forget_unproved() -> int:
    """Empty the signups that ended without anybody proving the address, a day later: their mail promised that all goes by itself."""
    over = (Signup.state.in_(OVER), Signup.verified_at.is_(None), Signup.email != "")
    emptied = db.session.execute(
        update(Signup)
        .where(*over, Signup.changed_at < clock.now() - UNPROVED_KEPT)
        .values(first_name="", email="", email_hash="", phone="", message="", answers=[])
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", emptied).rowcount


def _earlier(shift_id: int, wish: SignupRequest, fingerprint: str) -> SignupAttempt | None:
    """The attempt that this one repeats: a double click or a retry by its key, a second tab by its device and words."""
    known = db.session.scalar(select(SignupAttempt).where(SignupAttempt.key == wish.key))
    if known is not None:
        return _same(known, fingerprint)
    if not wish.device_hash:
        return None
    return db.session.scalar(
        select(SignupAttempt)
        .where(
            SignupAttempt.shift_id == shift_id,
            SignupAttempt.device_hash == wish.device_hash,
            SignupAttempt.fingerprint == fingerprint,
            SignupAttempt.created_at > clock.now() - TWIN,
        )
        .order_by(SignupAttempt.id.desc())
        .limit(1)
    )


def _same(known: SignupAttempt, fingerprint: str) -> SignupAttempt:
    if not tokens.same(known.fingerprint, fingerprint):
        raise Invalid(
            "Ce formulaire a déjà été envoyé avec d’autres réponses. Vérifiez-les, puis envoyez-le de nouveau."
        )
    return known


def _begin(shift: Shift, wish: SignupRequest, person: Person | None, email: str) -> Signup:
    """A new signup in the state that the places allow. The unique key is the last judge: who loses to it is in already."""
    now = clock.now()
    signup = Signup(
        shift=shift,
        person=person,
        nonce=tokens.nonce(),
        email=tokens.normal_email(email),
        email_hash=tokens.email_hash(email),
        first_name=(person.first_name if person else "") or wish.first_name,
        phone=wish.phone,
        message=wish.message,
        answers=list(wish.answers),
        party=wish.party,
        language=wish.language,
        state=_beginning(shift, wish, person),
        verified_at=now if person else None,
        device_hash=wish.device_hash,
        network_hash=wish.network_hash,
        share_link_id=wish.share_link_id,
        invitation_id=wish.invitation_id,
        created_at=now,
        changed_at=now,
    )
    if signup.state is SignupState.HELD:
        signup.held_until = waiting.hold_until(shift)
    try:
        with db.session.begin_nested():
            db.session.add(signup)
    except IntegrityError:
        winner = current(shift.id, email)
        if winner is None:
            raise
        notices.already(winner)
        return winner
    waiting.settle(shift)
    if person is not None and signup.state is SignupState.OFFERED:
        signup.become(
            SignupState.CONFIRMED
        )  # the line moved as they joined it; they asked for exactly this
    notices.began(signup)
    return signup


def _beginning(shift: Shift, wish: SignupRequest, person: Person | None) -> SignupState:
    if not capacity.fits(shift, wish.party):
        return SignupState.WAITLISTED
    if person is not None:
        return SignupState.CONFIRMED
    if wish.is_suspect or _holds_too_many(wish):
        return SignupState.WAITLISTED  # weak: the place is theirs once the mailed button is pressed
    return SignupState.HELD


def _holds_too_many(wish: SignupRequest) -> bool:
    """Has this device, or its network in the last hour, too many holds that nobody verified?"""
    holds = select(func.count()).where(
        Signup.state == SignupState.HELD, Signup.verified_at.is_(None)
    )
    if wish.device_hash:
        of_device = db.session.scalar(holds.where(Signup.device_hash == wish.device_hash)) or 0
        if of_device >= DEVICE_HOLDS:
            return True
    if not wish.network_hash:
        return False
    recent = Signup.created_at > clock.now() - timedelta(hours=1)
    of_network = holds.where(Signup.network_hash == wish.network_hash, recent)
    return (db.session.scalar(of_network) or 0) >= NETWORK_HOLDS


def _attempt(
    shift_id: int, wish: SignupRequest, email: str, fingerprint: str, signup: Signup, is_full: bool
) -> SignupAttempt:
    attempt = SignupAttempt(
        key=wish.key,
        fingerprint=fingerprint,
        shift_id=shift_id,
        signup_id=signup.id,
        nonce=tokens.nonce(),
        first_name=wish.first_name,
        email=email,
        party=wish.party,
        device_hash=wish.device_hash,
        details={"phone": wish.phone, "message": wish.message, "is_full": is_full},
    )
    try:
        with db.session.begin_nested():
            db.session.add(attempt)
    except (
        IntegrityError
    ):  # the same key on two shifts at once: their locks are different, the key is not
        known = db.session.scalars(select(SignupAttempt).where(SignupAttempt.key == wish.key)).one()
        return _same(known, fingerprint)
    return attempt


def _fingerprint(shift_id: int, wish: SignupRequest, person: Person | None) -> str:
    """What was typed and by whom, as one keyed hash. JSON keeps the fields apart whatever is typed in them."""
    who = f"person:{person.id}" if person else tokens.normal_email(wish.email)
    said = [shift_id, who, wish.first_name, wish.phone, wish.message, wish.party, *wish.answers]
    return tokens.keyed_hash("attempt", json.dumps(said))

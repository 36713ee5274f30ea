"""What happens to a signup: the address is proved, the place is given back, moved, shared with others, ticked, or forgotten."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from portal import clock, db, tokens
from portal.errors import Conflict, Gone, Invalid, NotFound
from portal.models import Person, PersonState, Shift, Signup, SignupState
from portal.services import capacity, notices, waiting
from portal.services.signups.begin import attempts_of, current

ACTIVE = (SignupState.HELD, SignupState.WAITLISTED, SignupState.OFFERED, SignupState.CONFIRMED)
TICK_BEFORE = timedelta(hours=2)  # attendance can be ticked at the door, a little early
TICK_DAYS = timedelta(days=14)  # attended and absent may be exchanged so long after the end


def confirm(signup_id: int) -> Signup:
    """The mailed button was pressed: the address is proved. A hold or an offer becomes a place, a place in line counts.

    Pressed twice, it does nothing twice. Raises Gone when the hold has ended or the shift is over.
    """
    signup = locked(signup_id)
    if signup.is_over:
        raise Gone(
            "Cette place n’est plus gardée pour vous. Vous pouvez vous réinscrire depuis la page de l’offre."
        )
    if signup.state is SignupState.CONFIRMED or not signup.shift.is_ahead(clock.now()):
        return signup
    _prove(signup)
    notices.rest(signup)
    if signup.state is SignupState.WAITLISTED:
        waiting.settle(signup.shift)
    if signup.state is SignupState.WAITLISTED and waiting.may_join_late(signup.shift, signup.party):
        signup.become(SignupState.OFFERED)
    if signup.state in (SignupState.HELD, SignupState.OFFERED):
        _take(signup)
    waiting.settle(signup.shift)
    return signup


def cancel(signup_id: int) -> Signup:
    """The volunteer gives the place back, and the next in line is offered it in the same transaction. Twice is once."""
    signup = locked(signup_id)
    if signup.is_over:
        return signup
    if not signup.shift.is_ahead(clock.now()):
        raise Conflict("Cette date est passée : il n’y a plus rien à annuler.")
    was = signup.state
    signup.become(SignupState.CANCELLED)
    signup.sequence += 1
    notices.cancelled(signup, was=was)
    waiting.settle(signup.shift)
    return signup


def bring(signup_id: int, party: int) -> Signup:
    """Come with more or fewer people (1 to 5 in all). Raises Conflict when there is no room for the new ones."""
    if not 1 <= party <= 5:
        raise Invalid("Une inscription compte de 1 à 5 personnes.", field="party")
    signup = locked(signup_id)
    _require_active(signup)
    waiting.settle(signup.shift)
    if (
        signup.takes_places
        and not capacity.fits(signup.shift, party - signup.party)
        and party > signup.party
    ):
        left = signup.shift.places_left or 0
        raise Conflict(
            "Il reste %(left)s place(s) : votre inscription n’a pas changé. Proposez à vos proches de s’inscrire sur la liste d’attente.",
            left=left,
        )
    signup.party = party
    signup.changed_at = clock.now()
    waiting.settle(signup.shift)
    return signup


def move(signup_id: int, to_shift_id: int) -> Signup:
    """Take the party to another shift of the same offer. When it has no room nothing changes: nobody loses a place by asking."""
    from_id = db.session.scalar(select(Signup.shift_id).where(Signup.id == signup_id))
    if from_id is None:
        raise NotFound
    shifts = capacity.lock_all([from_id, to_shift_id])
    signup = locked(signup_id)
    here, there = shifts[from_id], shifts[to_shift_id]
    _require_active(signup)
    if signup.shift_id != from_id or there.offer_id != here.offer_id:
        raise NotFound
    if here is there:
        return signup
    capacity.require_open(there)
    waiting.settle(there)
    if current(there.id, signup.email) is not None:
        raise Conflict("Vous êtes déjà sur la liste de cette date-là.")
    if not capacity.fits(there, signup.party):
        raise Conflict("Cette date est complète : vous gardez votre place à la première.")
    if signup.verified_at is None and signup.state is SignupState.WAITLISTED:
        raise Conflict("Confirmez d’abord votre adresse par le bouton de l’e-mail reçu.")
    _carry(signup, there)
    waiting.settle(here)
    waiting.settle(there)
    return signup


def erase(signup_id: int) -> Signup:
    """Forget who it was. The row stays so that the counts stay true; its address and its attempts' open nothing any more."""
    signup = locked(signup_id)
    if signup.state in ACTIVE:
        was = signup.state
        signup.become(SignupState.CANCELLED)
        if was is SignupState.CONFIRMED:
            notices.team(signup, "team_signup_cancelled")
    nobody = tokens.keyed_hash("erased", tokens.random_token())
    signup.first_name = signup.email = signup.phone = signup.message = ""
    signup.answers, signup.email_hash, signup.nonce = [], nobody, tokens.nonce()
    signup.person_id, signup.device_hash, signup.network_hash = None, "", ""
    for attempt in attempts_of(signup.id):
        attempt.first_name = attempt.email = attempt.device_hash = ""
        attempt.details, attempt.nonce = {}, tokens.nonce()
    waiting.settle(signup.shift)
    return signup


def locked(signup_id: int) -> Signup:
    """The signup as it is now, behind its shift's lock. Raises NotFound."""
    shift_id = db.session.scalar(select(Signup.shift_id).where(Signup.id == signup_id))
    if shift_id is None:
        raise NotFound
    capacity.lock(shift_id)
    signup = db.session.get_one(Signup, signup_id, populate_existing=True)
    if signup.shift_id != shift_id:
        raise Conflict  # moved to another date while we waited for the lock
    return signup


def mark(signup_id: int, *, attended: bool) -> Signup:
    """The team ticks who came. Ticked twice is ticked once; it may be corrected within 14 days after the end."""
    signup = locked(signup_id)
    shift, now = signup.shift, clock.now()
    target = SignupState.ATTENDED if attended else SignupState.ABSENT
    if signup.state is target:
        return signup
    if shift.starts_at is not None and now < shift.starts_at - TICK_BEFORE:
        raise Conflict("Le pointage s’ouvre deux heures avant le début.")
    end = shift.ends_at or shift.starts_at
    if signup.state is not SignupState.CONFIRMED and end is not None and now > end + TICK_DAYS:
        raise Conflict("Le pointage ne peut plus être corrigé : plus de 14 jours ont passé.")
    signup.become(target)
    return signup


def _prove(signup: Signup) -> None:
    """The address is its owner's. A person who proved the same address finds the signup in their account."""
    if signup.verified_at is None:
        signup.verified_at = clock.now()
    if signup.person_id is None:
        signup.person_id = db.session.scalar(
            select(Person.id).where(
                Person.email == signup.email,
                Person.email_verified_at.is_not(None),
                Person.state == PersonState.ACTIVE,
            )
        )


def _take(signup: Signup) -> None:
    signup.become(SignupState.CONFIRMED)
    signup.held_until = signup.offered_until = None
    notices.confirmed(signup)


def _carry(signup: Signup, there: Shift) -> None:
    """Put the signup on the other shift. The calendar's entry keeps its name and gets a higher number."""
    if signup.state is SignupState.WAITLISTED:
        signup.become(SignupState.OFFERED)
    signup.shift = there
    signup.sequence += 1
    signup.changed_at = clock.now()
    if signup.state is SignupState.OFFERED:
        _take(signup)
    elif signup.state is SignupState.HELD:
        # Moving from date to date must not keep an unproved hold alive for ever.
        end = waiting.hold_until(there)
        signup.held_until = min(signup.held_until or end, end)
    else:
        notices.changed(signup)
    db.session.flush()


def _require_active(signup: Signup) -> None:
    if signup.state not in ACTIVE or not signup.shift.is_ahead(clock.now()):
        raise Conflict("Cette inscription est terminée : elle ne peut plus être modifiée.")

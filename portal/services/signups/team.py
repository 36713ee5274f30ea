"""What the team does with a shift or an offer that people are on: capacity, another date, cancelled, closed, reopened.

Nobody is ever removed by a number: lowering the capacity only stops giving. Whoever is on a shift that moves or is
cancelled is told, with what else they could do.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal import clock, db
from portal.errors import Conflict, Invalid
from portal.models import Offer, Shift, ShiftState, Signup, SignupState
from portal.services import capacity, notices, outbox, waiting
from portal.services.signups.change import ACTIVE


def change_capacity(shift: Shift, number: int | None) -> None:
    """How many people it takes (None is no limit). Raising it offers places along the line in the same transaction."""
    if number is not None and not 0 <= number <= 100_000:
        raise Invalid("Le nombre de places va de 0 à 100 000.", field="capacity")
    shift = capacity.lock(shift.id)
    if shift.capacity != number:
        shift.capacity = number
        outbox.reindex(shift.offer_id)
    waiting.settle(shift)


def cancel_shift(shift: Shift) -> None:
    """It will not take place: every signup on it is cancelled, and everyone is told. Twice is once."""
    shift = capacity.lock(shift.id)
    if shift.state is ShiftState.CANCELLED:
        return
    if not shift.is_ahead(clock.now()):
        raise Conflict("Cette date est passée : elle ne peut plus être annulée.")
    shift.state = ShiftState.CANCELLED
    shift.sequence += 1
    for signup in on(shift):
        was = signup.state
        signup.become(SignupState.CANCELLED)
        notices.of_signup(signup, "shift_cancelled", was=was.value)
    capacity.recount(shift)
    outbox.reindex(shift.offer_id)


def move_shift(
    shift: Shift,
    *,
    starts_at: datetime | None,
    ends_at: datetime | None,
    location_id: int | None = None,
) -> None:
    """Another date, or another location (None keeps the one it has).

    Everyone on it keeps the place and is told; their calendars follow by the SEQUENCE.
    """
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        raise Invalid("La fin précède le début.", field="ends_at")
    shift = capacity.lock(shift.id)
    wanted = (starts_at, ends_at, location_id or shift.location_id)
    if (shift.starts_at, shift.ends_at, shift.location_id) == wanted:
        return
    shift.starts_at, shift.ends_at, shift.location_id = wanted
    shift.sequence += 1
    for signup in on(shift):
        if starts_at is not None:
            signup.held_until = _earlier(signup.held_until, starts_at)
            signup.offered_until = _earlier(signup.offered_until, starts_at)
        notices.changed(signup)
    waiting.settle(shift)
    outbox.reindex(shift.offer_id)


def tell_gone(offer: Offer) -> None:
    """A feed withdrew the offer: who holds a place keeps it and is told once to ask before coming; the line ends.

    Call it after the offer's state was changed, in the same transaction. An offer that comes back and goes again is told anew.
    """
    for shift in _locked_shifts(offer):
        for signup in on(shift):
            if signup.state is not SignupState.WAITLISTED:
                notices.of_signup(signup, "offer_withdrawn", str(offer.version))
    close_line(offer)


def close_line(offer: Offer) -> None:
    """The offer was closed by its team: who holds a place keeps it, who waits is told not to wait.

    Call it after the offer's state was changed, in the same transaction.
    """
    for shift in _locked_shifts(offer):
        for signup in on(shift):
            if signup.state is SignupState.WAITLISTED:
                signup.become(SignupState.CANCELLED)
                if signup.verified_at is not None:
                    notices.of_signup(signup, "line_closed")
        waiting.settle(shift)


def reopen_line(offer: Offer) -> None:
    """The offer is live again, or its shifts were edited: what is free is offered to those who waited through the pause."""
    for shift in _locked_shifts(offer):
        waiting.settle(shift)


def on(shift: Shift) -> list[Signup]:
    """Everyone who holds or awaits a place on it, in the order of the line."""
    return list(
        db.session.scalars(
            select(Signup)
            .where(Signup.shift_id == shift.id, Signup.state.in_(ACTIVE))
            .order_by(Signup.created_at, Signup.id)
            .execution_options(populate_existing=True)
        )
    )


def _locked_shifts(offer: Offer) -> list[Shift]:
    db.session.flush()
    ids = db.session.scalars(select(Shift.id).where(Shift.offer_id == offer.id)).all()
    return list(capacity.lock_all(list(ids)).values())


def _earlier(moment: datetime | None, limit: datetime) -> datetime | None:
    return None if moment is None else min(moment, limit)

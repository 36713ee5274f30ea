"""The shifts of an offer that its association edits by hand: each is named by its id, so that nothing is guessed.

A shift that is left out is cancelled when people are on it (they are told), and removed otherwise. A rule that changes
only touches shifts nobody is on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from portal import clock, db
from portal.models import Offer, RecurrenceRule, Shift, Signup
from portal.services import shifts, signups

if TYPE_CHECKING:
    from portal.services.offers import OfferWish


@dataclass(frozen=True)
class ShiftWish:
    """A dated shift of the form, in UTC; `id` is that of the shift it changes, None for a new one."""

    starts_at: datetime
    ends_at: datetime | None
    capacity: int | None = None
    id: int | None = None


@dataclass(frozen=True)
class RuleWish:
    """ "Every Tuesday, 18-20 h": RFC 5545 words, the first time in UTC, how long it lasts."""

    rrule: str
    starts_at: datetime
    minutes: int
    capacity: int | None = None


def write(offer: Offer, wish: OfferWish) -> None:
    """Make the offer's shifts those of the form."""
    now = clock.now()
    db.session.flush()
    _write_rule(offer, wish.rule)
    wanted = {one.id: one for one in wish.shifts if one.id is not None}
    for shift in list(offer.shifts):
        if shift.starts_at is None or shift.rule_id is not None:
            continue
        if shift.id in wanted:
            _align(shift, wanted[shift.id])
        elif shift.is_ahead(now):
            drop(offer, shift)
    offer.shifts.extend(
        Shift(starts_at=one.starts_at, ends_at=one.ends_at, capacity=one.capacity)
        for one in wish.shifts
        if one.id is None
    )
    _write_undated(offer, wish)
    for rule in offer.rules:
        shifts.roll_out(offer, rule, now)
    db.session.flush()


def dates(offer: Offer) -> list[tuple[object, ...]]:
    """What the offer's shifts and rules say, to tell whether an edit touched them."""
    shifts_said = [(s.id, s.starts_at, s.ends_at, s.capacity, s.state) for s in offer.shifts]
    rules_said = [(r.id, r.rrule, r.starts_at, r.minutes, r.capacity) for r in offer.rules]
    return [*sorted(shifts_said, key=repr), *sorted(rules_said, key=repr)]


def drop(offer: Offer, shift: Shift) -> None:
    """Take a shift away: removed when nobody was ever on it, else cancelled, and its people told."""
    if db.session.scalar(select(Signup.id).where(Signup.shift_id == shift.id).limit(1)) is None:
        offer.shifts.remove(shift)
    elif shift.is_ahead(clock.now()):
        signups.cancel_shift(shift)


def _align(shift: Shift, wish: ShiftWish) -> None:
    if (shift.starts_at, shift.ends_at) != (wish.starts_at, wish.ends_at):
        signups.move_shift(shift, starts_at=wish.starts_at, ends_at=wish.ends_at)
    if shift.capacity != wish.capacity:
        signups.change_capacity(shift, wish.capacity)


def _write_undated(offer: Offer, wish: OfferWish) -> None:
    undated = [shift for shift in offer.shifts if shift.starts_at is None]
    if wish.is_ongoing and not undated:
        offer.shifts.append(Shift(starts_at=None, ends_at=None, capacity=wish.capacity))
    for shift in undated:
        if not wish.is_ongoing:
            drop(offer, shift)
        elif shift.capacity != wish.capacity:
            signups.change_capacity(shift, wish.capacity)


def _write_rule(offer: Offer, wish: RuleWish | None) -> None:
    same = [
        rule
        for rule in offer.rules
        if wish is not None
        and (rule.rrule, rule.starts_at, rule.minutes) == (wish.rrule, wish.starts_at, wish.minutes)
    ]
    for rule in list(offer.rules):
        if rule not in same:
            for shift in [s for s in offer.shifts if s.rule_id == rule.id]:
                shift.rule_id = None
                drop(offer, shift)
            offer.rules.remove(rule)
    if wish is not None and not same:
        offer.rules.append(
            RecurrenceRule(
                rrule=wish.rrule,
                starts_at=wish.starts_at,
                minutes=wish.minutes,
                capacity=wish.capacity,
            )
        )
    elif wish is not None and same[0].capacity != wish.capacity:
        same[0].capacity = wish.capacity
        for shift in [s for s in offer.shifts if s.rule_id == same[0].id]:
            signups.change_capacity(shift, wish.capacity)
    db.session.flush()

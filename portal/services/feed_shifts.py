"""The shifts of a feed's offer follow its record, without losing anybody: a shift that people are on is kept or moved.

Dates are matched by their start. A single date that moved is moved, and so is one of many whose hour alone is another, or
whose clock is: people keep their place and are told. One that vanished is cancelled when people are on it (they are told),
and removed otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select

from portal import clock, db
from portal.formats.item import FeedItem, FeedShift
from portal.formats.recurrence import occurrences
from portal.models import Offer, RecurrenceRule, Shift, ShiftState, Signup
from portal.services import shifts, signups

Dated = TypeVar("Dated", Shift, FeedShift)


def write(offer: Offer, item: FeedItem) -> None:
    """Make the offer's shifts and rules those of the record."""
    if "shifts" in offer.own_fields:
        return
    now = clock.now()
    dated = {s.starts_at: s for s in item.shifts if s.recurrence is None and s.starts_at}
    kept_rules, changed_rules = _write_rules(offer, item)
    stray = [s for s in offer.shifts if s.rule_id is None and s.starts_at is not None]
    fresh = [s for s in dated.values() if s.starts_at not in {old.starts_at for old in stray}]
    gone = [s for s in stray if s.starts_at not in dated]
    for old, new in _moved([s for s in gone if s.is_ahead(now)], fresh):
        _move(old, new)
        fresh.remove(new)
        gone.remove(old)
    for old in stray:
        if old.starts_at in dated:
            _align(old, dated[old.starts_at], item)
    for new in fresh:
        offer.shifts.append(_made(new, item))
    for old in (*gone, *(s for s in offer.shifts if s.rule_id and s.rule_id not in kept_rules)):
        _drop(offer, old, now)
    _undated(offer, item, now)
    for rule in changed_rules:
        _follow(offer, rule, now)
    for rule in offer.rules:
        shifts.roll_out(offer, rule, now)


def _capacity(given: FeedShift | None, item: FeedItem) -> int | None:
    if given is not None and given.capacity is not None:
        return given.capacity
    return item.places_wanted


def _made(given: FeedShift, item: FeedItem) -> Shift:
    return Shift(
        starts_at=given.starts_at,
        ends_at=given.ends_at,
        zone=given.zone[:40],
        capacity=_capacity(given, item),
    )


def _align(old: Shift, given: FeedShift, item: FeedItem) -> None:
    old.zone = given.zone[:40]
    if old.state is ShiftState.CANCELLED:
        old.state = ShiftState.PLANNED
    if old.ends_at != given.ends_at:
        signups.move_shift(old, starts_at=old.starts_at, ends_at=given.ends_at)
    if old.capacity != _capacity(given, item):
        signups.change_capacity(old, _capacity(given, item))


def _moved(gone: list[Shift], fresh: list[FeedShift]) -> list[tuple[Shift, FeedShift]]:
    """Which dates are the same at another hour: the only ones that are left, or the only ones of their day on either side."""
    if len(gone) == 1 and len(fresh) == 1:
        return [(gone[0], fresh[0])]
    before, after = _alone_on_their_day(gone), _alone_on_their_day(fresh)
    return [(old, after[day]) for day, old in before.items() if day in after]


def _alone_on_their_day(dated: Iterable[Dated]) -> dict[date, Dated]:
    days: dict[date, list[Dated]] = {}
    for one in dated:
        if one.starts_at is not None:
            days.setdefault(_day(one.starts_at, one.zone), []).append(one)
    return {day: those[0] for day, those in days.items() if len(those) == 1}


def _day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def _follow(offer: Offer, rule: RecurrenceRule, now: datetime) -> None:
    """Move the dates of a rule that begins at another moment, or on another clock: each to the new hour of its day."""
    ahead = occurrences(rule, now, now + shifts.HORIZON)
    starts = {start for start, _end in ahead}
    by_day = {_day(start, rule.zone): (start, end) for start, end in ahead}
    for old in [s for s in offer.shifts if s.rule_id == rule.id and s.is_ahead(now)]:
        if old.starts_at is None or old.starts_at in starts:
            continue
        if found := by_day.get(_day(old.starts_at, old.zone)):
            _move(old, FeedShift(*found, rule.zone))
        else:
            _drop(offer, old, now)


def _move(old: Shift, given: FeedShift) -> None:
    old.zone = given.zone[:40]
    signups.move_shift(old, starts_at=given.starts_at, ends_at=given.ends_at)


def _drop(offer: Offer, old: Shift, now: datetime) -> None:
    has_people = db.session.scalar(select(Signup.id).where(Signup.shift_id == old.id).limit(1))
    if has_people is None:
        offer.shifts.remove(old)
    elif old.is_ahead(now):
        signups.cancel_shift(old)


def _undated(offer: Offer, item: FeedItem, now: datetime) -> None:
    undated = [s for s in offer.shifts if s.starts_at is None]
    wanted = item.is_ongoing and not any(s.is_ahead(now) for s in offer.shifts if s.starts_at)
    if wanted and not undated:
        offer.shifts.append(Shift(starts_at=None, ends_at=None, capacity=item.places_wanted))
    for old in undated:
        if wanted and old.capacity != item.places_wanted:
            signups.change_capacity(old, item.places_wanted)
        elif not wanted:
            _drop(offer, old, now)


def _write_rules(offer: Offer, item: FeedItem) -> tuple[set[int], list[RecurrenceRule]]:
    """Keep the rules that the record still has, add the new ones, remove the others. Returns the ids kept, and the rules that
    are the same in words but begin at another moment."""
    wanted = {(s.recurrence.rrule, s.recurrence.starts_at): s for s in item.shifts if s.recurrence}
    if not wanted and not offer.rules:
        return set(), []
    left: list[RecurrenceRule] = []
    for rule in list(offer.rules):
        if given := wanted.pop((rule.rrule, rule.starts_at), None):
            _align_rule(rule, given, item)
        else:
            left.append(rule)
    changed: list[RecurrenceRule] = []
    for rule in left:
        same = [key for key in wanted if key[0] == rule.rrule]
        if len(same) == 1 and sum(other.rrule == rule.rrule for other in left) == 1:
            _align_rule(rule, wanted.pop(same[0]), item)
            changed.append(rule)
        else:
            offer.rules.remove(rule)
    for given in wanted.values():
        if given.recurrence is not None:
            made = RecurrenceRule(rrule=given.recurrence.rrule[:300])
            _align_rule(made, given, item)
            offer.rules.append(made)
    db.session.flush()
    return {rule.id for rule in offer.rules}, changed


def _align_rule(rule: RecurrenceRule, given: FeedShift, item: FeedItem) -> None:
    rule.capacity = _capacity(given, item)
    if given.recurrence is not None:
        rule.starts_at, rule.minutes = given.recurrence.starts_at, given.recurrence.minutes
        rule.zone = given.recurrence.zone[:40]

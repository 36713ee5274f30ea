"""The shifts of a feed's offer follow its record, without losing anybody: a shift that people are on is kept or moved.

Dates are matched by their start. A single date that moved is moved; one that vanished is cancelled when people are on it
(they are told), and removed otherwise.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from portal import clock, db
from portal.formats.item import FeedItem, FeedShift
from portal.models import Offer, RecurrenceRule, Shift, ShiftState, Signup
from portal.services import shifts, signups


def write(offer: Offer, item: FeedItem) -> None:
    """Make the offer's shifts and rules those of the record."""
    if "shifts" in offer.own_fields:
        return
    now = clock.now()
    dated = {s.starts_at: s for s in item.shifts if s.recurrence is None and s.starts_at}
    kept_rules = _write_rules(offer, item)
    stray = [s for s in offer.shifts if s.rule_id is None and s.starts_at is not None]
    fresh = [s for s in dated.values() if s.starts_at not in {old.starts_at for old in stray}]
    gone = [s for s in stray if s.starts_at not in dated]
    gone_ahead = [s for s in gone if s.is_ahead(now)]
    if len(fresh) == 1 and len(gone_ahead) == 1:
        _move(gone_ahead[0], fresh[0])
        fresh, gone = [], [s for s in gone if s is not gone_ahead[0]]
    for old in stray:
        if old.starts_at in dated:
            _align(old, dated[old.starts_at], item)
    for new in fresh:
        offer.shifts.append(_made(new, item))
    for old in (*gone, *(s for s in offer.shifts if s.rule_id and s.rule_id not in kept_rules)):
        _drop(offer, old, now)
    _undated(offer, item, now)
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


def _write_rules(offer: Offer, item: FeedItem) -> set[int]:
    """Keep the rules that the record still has, add the new ones, remove the others; returns the ids kept."""
    wanted = {(s.recurrence.rrule, s.recurrence.starts_at): s for s in item.shifts if s.recurrence}
    if not wanted and not offer.rules:
        return set()
    for rule in list(offer.rules):
        if (rule.rrule, rule.starts_at) not in wanted:
            offer.rules.remove(rule)
        else:
            given = wanted.pop((rule.rrule, rule.starts_at))
            rule.capacity = _capacity(given, item)
            if given.recurrence is not None:
                rule.minutes, rule.zone = given.recurrence.minutes, given.recurrence.zone
    for given in wanted.values():
        if given.recurrence is not None:
            offer.rules.append(
                RecurrenceRule(
                    rrule=given.recurrence.rrule[:300],
                    starts_at=given.recurrence.starts_at,
                    minutes=given.recurrence.minutes,
                    zone=given.recurrence.zone[:40],
                    capacity=_capacity(given, item),
                )
            )
    db.session.flush()
    return {rule.id for rule in offer.rules}

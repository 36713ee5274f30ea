"""Shifts as they follow from rules: each recurrence rule is rolled out as dated shifts, 26 weeks ahead, 200 at most."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.formats.recurrence import AT_MOST, WEEKS_AHEAD, occurrences
from portal.models import Offer, RecurrenceRule, Shift

HORIZON = timedelta(weeks=WEEKS_AHEAD)


def roll_out(offer: Offer, rule: RecurrenceRule, now: datetime) -> int:
    """Add the shifts that the rule promises and the offer lacks; returns how many. The rule must have its id.

    The hour is kept on the wall: 18 h stays 18 h when summer time ends. What exists is never touched: people are on it.
    A rule that cannot be read, or that no day fulfils, gives no dates (`occurrences` never searches for ever).
    """
    known = {shift.starts_at for shift in offer.shifts if shift.rule_id in (rule.id, None)}
    room = AT_MOST - sum(shift.is_ahead(now) for shift in offer.shifts)
    wanted = [dates for dates in occurrences(rule, now, now + HORIZON) if dates[0] not in known][
        : max(0, room)
    ]
    offer.shifts.extend(
        Shift(
            rule_id=rule.id,
            starts_at=starts_at,
            ends_at=ends_at,
            zone=rule.zone,
            capacity=rule.capacity,
        )
        for starts_at, ends_at in wanted
    )
    rule.rolled_until = now + HORIZON
    return len(wanted)

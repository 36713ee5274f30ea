"""Rules such as "every Tuesday, 18-20 h" are rolled out as dated shifts: 26 weeks ahead, 200 at most."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from portal.models import Offer, RecurrenceRule, Shift

WEEKS_AHEAD = 26
MOST = 200


def roll_out(offer: Offer, rule: RecurrenceRule, now: datetime) -> int:
    """Add the shifts that the rule promises and the offer lacks; returns how many. The rule must have its id.

    The hour is kept on the wall: 18 h stays 18 h when summer time ends.
    """
    zone = ZoneInfo(rule.zone)
    until = now + timedelta(weeks=WEEKS_AHEAD)
    known = {shift.starts_at for shift in offer.shifts if shift.rule_id == rule.id}
    ahead = sum(1 for shift in offer.shifts if shift.is_ahead(now))
    added = 0
    first = max(now, rule.starts_at).astimezone(zone).replace(tzinfo=None)
    dates = rrulestr(_local_until(rule.rrule, zone), dtstart=_wall(rule.starts_at, zone))
    for wall in dates.xafter(first, inc=True):
        starts_at = wall.replace(tzinfo=zone).astimezone(UTC)
        if starts_at > until or ahead + added >= MOST:
            break
        if starts_at not in known:
            offer.shifts.append(_shift(rule, starts_at))
            added += 1
    rule.rolled_until = until
    return added


def _shift(rule: RecurrenceRule, starts_at: datetime) -> Shift:
    return Shift(
        rule_id=rule.id,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=rule.minutes),
        zone=rule.zone,
        capacity=rule.capacity,
    )


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.astimezone(zone).replace(tzinfo=None)


def _local_until(rrule: str, zone: ZoneInfo) -> str:
    """UNTIL is written in UTC, our dates are on the wall: the last one must not be lost by an hour."""

    def local(match: re.Match[str]) -> str:
        moment = datetime.strptime(match[1], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return f"UNTIL={_wall(moment, zone):%Y%m%dT%H%M%S}"

    return re.sub(r"UNTIL=(\d{8}T\d{6}Z)", local, rrule.removeprefix("RRULE:"))

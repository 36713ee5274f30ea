"""Recurrence rules in the words of RFC 5545: which ones we take, and the dates that they mean.

Only what an association needs is taken, and nothing that can make a computer count for hours: `FREQ=SECONDLY`, an
interval of zero, or a rule that no day fulfils ("30 February") would walk to the year 9999.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from portal.formats.dates import Moment
from portal.formats.item import FeedRecurrence
from portal.formats.zones import find_zone

AT_MOST = 200
WEEKS_AHEAD = 26
_LONGEST = 300  # characters
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
_NUMBERS = r"[+-]?\d{1,2}(?:,[+-]?\d{1,2})*"
_SHAPES = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9]\d{0,2}",
    "COUNT": r"[1-9]\d{0,3}",
    "UNTIL": r"\d{8}(?:T\d{6}Z?)?",
    "BYDAY": rf"(?:[+-]?[1-5])?{_DAY}(?:,(?:[+-]?[1-5])?{_DAY})*",
    "BYMONTHDAY": _NUMBERS,
    "BYMONTH": _NUMBERS,
    "BYSETPOS": r"(?:[+-]?[1-5])",
    "WKST": _DAY,
}
_TAKEN = {
    "DAILY": {"INTERVAL", "COUNT", "UNTIL", "WKST"},
    "WEEKLY": {"INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTH"},
    "MONTHLY": {"INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"},
    "YEARLY": {"INTERVAL", "COUNT", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"},
}
# A rule that is open at both ends still needs a first day to count its weeks from: a Monday, the same at each delivery.
_ANCHOR = date(2024, 1, 1)


class Rule(Protocol):
    """What `occurrences` needs: a FeedRecurrence has it, and so does a stored rule."""

    @property
    def rrule(self) -> str: ...
    @property
    def starts_at(self) -> datetime: ...
    @property
    def minutes(self) -> int: ...
    @property
    def zone(self) -> str: ...


@lru_cache(maxsize=2_048)
def clean_rule(text: str) -> dict[str, str] | None:
    """The parts of a rule, or None when it is not one that we take. `RRULE:` and a last `;` are forgiven."""
    text = "".join(text.upper().split()).removeprefix("RRULE:").strip(";")
    if not text or len(text) > _LONGEST:
        return None
    parts: dict[str, str] = {}
    for piece in text.split(";"):
        key, _, value = piece.partition("=")
        if key in parts or key not in _SHAPES or not re.fullmatch(_SHAPES[key], value):
            return None
        parts[key] = value
    frequency = parts.get("FREQ")
    if frequency == "DAILY" and "BYDAY" in parts and parts.get("INTERVAL", "1") == "1":
        # "Every day, on Mondays and Fridays" is every week on these days, and cannot starve.
        parts["FREQ"] = frequency = "WEEKLY"
    if frequency is None or not set(parts) <= _TAKEN[frequency] | {"FREQ"}:
        return None
    if {"COUNT", "UNTIL"} <= set(parts) or not _can_happen(parts):
        return None
    return parts


def make_rule(
    parts: dict[str, str],
    first: Moment | None,
    lasts_minutes: int,
    zone: ZoneInfo,
    last: date | None,
) -> FeedRecurrence | None:
    """The rule as the item carries it: its end written inside, its first moment in UTC.

    Without a first day the weeks are counted from a fixed one, which works only when the rule names its days
    (None otherwise).
    """
    if first is None or first.day is date.min:
        if "COUNT" in parts or not (
            {"BYDAY", "BYMONTHDAY"} & set(parts) or parts["FREQ"] == "DAILY"
        ):
            return None
        first = Moment(_ANCHOR, first.at if first else None)
    starts_at = first.instant(zone)
    written = dict(parts)
    if last is not None:
        end = datetime.combine(last, time(23, 59, 59), zone).astimezone(UTC)
        stated = _until(written, zone)
        if "COUNT" not in written:
            written["UNTIL"] = f"{min(end, stated or end):%Y%m%dT%H%M%SZ}"
    rule = ";".join(f"{key}={value}" for key, value in written.items())
    return FeedRecurrence(rule, starts_at, max(1, min(lasts_minutes, 7 * 24 * 60)), str(zone))


def occurrences(
    rule: Rule, start: datetime, end: datetime, at_most: int = AT_MOST
) -> list[tuple[datetime, datetime]]:
    """The (start, end) of each time the rule happens and is not over at `start`, up to `end`; UTC, in order.

    18:00 stays 18:00 on the wall of the rule's zone when clocks change; an hour that does not exist that night moves
    on by the jump. `start` and `end` are aware. A rule that cannot be read means no dates, never an exception: it
    may have been stored by an older version.
    """
    parts, zone = clean_rule(rule.rrule), find_zone(rule.zone) or ZoneInfo("UTC")
    if parts is None:
        return []
    lasts = timedelta(minutes=rule.minutes)
    found: list[tuple[datetime, datetime]] = []
    for local in _local_dates(
        parts, rule.starts_at.astimezone(zone).replace(tzinfo=None), zone, end
    ):
        begins = local.replace(tzinfo=zone).astimezone(UTC)
        if begins > end or len(found) == at_most:
            break
        if begins + lasts > start:
            found.append((begins, begins + lasts))
    return found


def _local_dates(
    parts: dict[str, str], first: datetime, zone: ZoneInfo, end: datetime
) -> Iterator[datetime]:
    """The rule's dates by the wall clock. The computer stops at `end`, also when the rule has no end of its own."""
    horizon = end.astimezone(zone).replace(tzinfo=None)
    stated = _until(parts, zone)
    last = min(stated.astimezone(zone).replace(tzinfo=None), horizon) if stated else horizon
    text = ";".join(f"{k}={v}" for k, v in parts.items() if k != "UNTIL")
    for local in rrulestr(text, dtstart=first, cache=False):
        if local > last:
            return
        yield local


def _until(parts: dict[str, str], zone: ZoneInfo) -> datetime | None:
    """The end written in a rule, in UTC; a date alone includes that day."""
    text = parts.get("UNTIL")
    if not text:
        return None
    try:
        if len(text) == 8:
            day = datetime.strptime(text, "%Y%m%d").replace(
                hour=23, minute=59, second=59, tzinfo=zone
            )
            return day.astimezone(UTC)
        stated_in = UTC if text.endswith("Z") else zone
        moment = datetime.strptime(text.rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=stated_in)
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _can_happen(parts: dict[str, str]) -> bool:
    """Is there any day that the rule can mean? A rule without one would be searched for until the year 9999."""
    months = (
        [int(m) for m in parts["BYMONTH"].split(",")] if "BYMONTH" in parts else list(range(1, 13))
    )
    days = [abs(int(d)) for d in parts.get("BYMONTHDAY", "1").split(",")]
    if not all(1 <= month <= 12 for month in months) or not all(1 <= day <= 31 for day in days):
        return False
    if parts["FREQ"] == "WEEKLY":
        no_ordinals = not re.search(r"\d", parts.get("BYDAY", ""))
        return no_ordinals and not ("BYMONTH" in parts and int(parts.get("INTERVAL", "1")) > 4)
    if "BYMONTHDAY" in parts and "BYDAY" in parts and re.search(r"\d", parts["BYDAY"]):
        return False  # "the first Monday, if it is the 13th"
    if "BYSETPOS" in parts and not ("BYDAY" in parts and not re.search(r"\d", parts["BYDAY"])):
        return False
    return any(day <= calendar.monthrange(2024, month)[1] for month in months for day in days)

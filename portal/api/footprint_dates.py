"""Dates of the All for Good API: `timeperiod`, `vol_startdate` and `vol_enddate`, `vol_startdayofweek`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from portal.api.footprint_question import Reading
from portal.clock import PARIS
from portal.services import finding
from portal.services.finding.given import day
from portal.services.finding.when import midnight

PERIODS = {
    "today": "today",
    "this_week": "week",
    "this_weekend": "weekend",
    "this_month": "month",
}
_AMERICAN = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)
_WEEKDAYS = re.compile(
    r"[0-6](?:[\s,]*[0-6])*"
)  # -1 or 17 is no day, though a day's digit is in it


def read(reading: Reading, given: Mapping[str, str], now: datetime) -> None:
    """A period wins over dates; of two dates one may be missing. What is ongoing is there on every date."""
    _weekdays(reading, given)
    period = given.get("timeperiod", "").strip().lower()
    if name := PERIODS.get(period):
        window = next(one for one in finding.windows(now) if one.name == name)
        reading.asks = True
        reading.query = replace(reading.query, start=window.start, end=window.end)
        return
    if period:
        reading.note(
            "timeperiod « %(typed)s » est inconnu : il est laissé de côté.", typed=period[:40]
        )
    first = _day(reading, given, "vol_startdate", now)
    last = _day(reading, given, "vol_enddate", now)
    if first and last and first > last:
        first, last = last, first
        reading.note("Les deux dates étaient à l’envers : nous les avons échangées.")
    reading.asks |= bool(first or last)
    reading.query = replace(
        reading.query,
        start=midnight(first) if first else None,
        end=midnight(last + timedelta(days=1)) if last else None,
    )


def _day(reading: Reading, given: Mapping[str, str], name: str, now: datetime) -> date | None:
    typed = given.get(name, "").strip()
    if not typed:
        return None
    if typed.lower() in ("today", "now"):
        return now.astimezone(PARIS).date()
    american = _AMERICAN.fullmatch(typed)
    written = f"{american[3]}-{american[1]:0>2}-{american[2]:0>2}" if american else typed
    found = day(written)
    if found is None:
        reading.note(
            "%(name)s « %(typed)s » n’est pas une date (2026-11-28 ou 11/28/2026) : il est laissé de côté.",
            name=name,
            typed=typed[:40],
        )
    return found


def _weekdays(reading: Reading, given: Mapping[str, str]) -> None:
    typed = given.get("vol_startdayofweek", "").strip()
    if _WEEKDAYS.fullmatch(typed):
        days = frozenset(int(digit) for digit in typed if digit.isdigit())
        reading.asks = True
        reading.further = replace(reading.further, weekdays=days)
    elif typed:
        reading.note(
            "vol_startdayofweek « %(typed)s » n’est pas fait de chiffres de 0 (dimanche) à 6 : "
            "il est laissé de côté.",
            typed=typed[:40],
        )

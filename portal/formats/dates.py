"""Dates and times as feeds write them: ISO 8601, RFC 2822, day/month/year in both orders, with months in words.

A date is never completed by today's. One that only fits the other order is read so, and told; one that stands for
"never" (9999) or "nothing" (0000, 1970) is left out, and told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo

from portal.formats.problem import Notebook

EARLIEST, LATEST = 1990, 2090
_ISO = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T\s]+(.+))?$")
# A date of XML Schema may carry an offset without a time: it is that day.
_DAY_ALONE = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})$")
_COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})(?:T?(\d{4}(?:\d{2})?Z?))?$")
_PARTS = re.compile(
    r"^(\d{1,4})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{1,4})(?:[,T\s]+(?:à\s+|at\s+)?(.+))?$"
)
_WORDS = re.compile(
    r"^(?:[^\W\d]+\.?,?\s+)?(\d{1,2})(?:er|st|nd|rd|th)?\s+([^\W\d]+)\.?,?\s+(\d{4})(?:[,\s]+(?:à\s+|at\s+)?(.+))?$"
)
_WORDS_US = re.compile(
    r"^(?:[^\W\d]+,\s+)?([^\W\d]+)\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})(?:[,\s]+(?:at\s+)?(.+))?$"
)
_TIME = re.compile(
    r"^(\d{1,2})(?:\s*[:hH.]\s*(\d{2})?)?(?::(\d{2})(?:[.,]\d+)?)?\s*(am|pm|a\.m\.|p\.m\.)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2})?$",
    re.IGNORECASE,
)
_MONTHS = (
    "janvier janv jan january", "fevrier fevr fev february feb", "mars march mar", "avril avr april apr",
    "mai may", "juin june jun", "juillet juil july jul", "aout august aug",
    "septembre sept sep september", "octobre oct october", "novembre nov november", "decembre dec december",
)  # fmt: skip
_MONTH = {word: number for number, words in enumerate(_MONTHS, 1) for word in words.split()}
_PLAIN = str.maketrans("éèêûôàÉÈÊÛÔÀ", "eeeuoaEEEUOA")


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, and maybe a time of that day, and maybe an offset: what was written, nothing added."""

    day: date
    at: time | None = None  # naive unless an offset was written

    def instant(self, zone: ZoneInfo, otherwise: time = time()) -> datetime:
        """The instant in UTC, by the wall clock of `zone` unless an offset was written."""
        moment = datetime.combine(self.day, self.at or otherwise)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=zone)
        return moment.astimezone(UTC)


def moment(
    value: str | None, name: str, notes: Notebook, order: str = "dmy", at: int | None = None
) -> Moment | None:
    """The date (and time) that a text holds; None when there is none, which is told unless the text is empty."""
    text = " ".join((value or "").split())
    if not text:
        return None
    if len(text) > 60:
        notes.repaired(name, value, "date", at)
        return None
    found = _read(text, order)
    if found is None:
        notes.repaired(name, value, "date", at)
        return None
    year, month, day, rest, code = found
    if year >= LATEST:
        notes.repaired(name, value, "date_far", at)
        return None
    try:
        when = date(year, month, day)
    except ValueError:
        notes.repaired(name, value, "date_implausible" if year < EARLIEST else "date", at)
        return None
    if year < EARLIEST:
        notes.repaired(name, value, "date_implausible", at)
        return None
    if code:
        notes.repaired(name, value, code, at)
    return Moment(*_with_time(when, rest, name, notes, at))


def clock_time(value: str | None, name: str, notes: Notebook, at: int | None = None) -> time | None:
    """A time of day such as 18:45:00, 18h45, 6:45 pm; aware when it carries an offset."""
    text = (value or "").strip()
    if not text:
        return None
    found = _time(text)
    if found is None:
        notes.repaired(name, value, "time", at)
    return found


def instant(
    value: str | None, name: str, notes: Notebook, zone: ZoneInfo, order: str = "dmy",
    at: int | None = None, *, ends: bool = False,
) -> datetime | None:  # fmt: skip
    """The instant in UTC; a date without time means its first moment, or its last when `ends`."""
    found = moment(value, name, notes, order, at)
    return found.instant(zone, time(23, 59) if ends else time()) if found else None


def _read(text: str, order: str) -> tuple[int, int, int, str, str] | None:
    """(year, month, day, the rest, code of what was repaired)."""
    text = _DAY_ALONE.sub(r"\1", text)
    if match := _ISO.match(text) or _COMPACT.match(text):
        year, month, day = (int(match.group(i)) for i in (1, 2, 3))
        code = ""
        if month > 12 >= day:
            month, day, code = day, month, "date_order"
        return year, month, day, match.group(4) or "", code
    if match := _PARTS.match(text):
        return _in_order(match, order)
    for pattern, places in ((_WORDS, (3, 2, 1)), (_WORDS_US, (3, 1, 2))):
        if match := pattern.match(text):
            word = match.group(places[1]).casefold().translate(_PLAIN)
            if word in _MONTH and not re.search(r"[+-]\d{4}$|GMT|UTC", text):
                day = int(match.group(places[2]))
                return int(match.group(3)), _MONTH[word], day, match.group(4) or "", ""
    return _mail_date(text)


def _in_order(match: re.Match[str], order: str) -> tuple[int, int, int, str, str] | None:
    """Day, month and year between slashes, by the feed's order; the other order only if this one cannot be."""
    first, middle, last = match.group(1), int(match.group(2)), match.group(3)
    code = ""
    if len(first) == 4:
        return int(first), middle, int(last), match.group(4) or "", ""
    year = int(last)
    if len(last) <= 2:
        if len(last) == 1:
            return None
        year, code = 2000 + year, "date_short_year"
    day, month = (middle, int(first)) if order == "mdy" else (int(first), middle)
    if month > 12 >= day:
        day, month, code = month, day, "date_order"
    return year, month, day, match.group(4) or "", code


def _mail_date(text: str) -> tuple[int, int, int, str, str] | None:
    try:
        parsed = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return parsed.year, parsed.month, parsed.day, parsed.timetz().isoformat(), ""


def _with_time(
    when: date, rest: str, name: str, notes: Notebook, at: int | None
) -> tuple[date, time | None]:
    if not rest:
        return when, None
    rest = rest.strip()
    if re.fullmatch(r"\d{4}(?:\d{2})?Z?", rest):
        rest = f"{rest[:2]}:{rest[2:4]}{'Z' if rest.endswith('Z') else ''}"
    if re.match(r"24:00(?::00)?(?!\d)", rest):
        return when + timedelta(days=1), time()
    found = _time(rest)
    if found is None:
        notes.repaired(name, rest, "time", at)
    return when, found


def _time(text: str) -> time | None:
    match = _TIME.match(text.strip())
    if match is None:
        return None
    hour, minute, second = (int(match.group(i) or 0) for i in (1, 2, 3))
    half = (match.group(4) or "").lower().replace(".", "")
    if half and hour <= 12:
        hour = hour % 12 + (12 if half == "pm" else 0)
    try:
        return time(hour, minute, min(second, 59), tzinfo=_offset(match.group(5)))
    except ValueError:
        return None


def _offset(text: str | None) -> timezone | None:
    if not text:
        return None
    if text.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    digits = text[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))

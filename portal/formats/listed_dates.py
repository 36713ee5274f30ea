"""Several dates in one cell of a table, in the ways that people write them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portal.formats.dates import Moment, moment
from portal.formats.problem import Notebook

_BETWEEN = re.compile(r"[;|\n]")
# A comma, "et", or a space before a date in figures; but not the one after "du", "au" or a dash, which make a stretch of it.
_WITHIN = re.compile(
    r",|\s(?:et|and|&)\s|(?<!\bdu)(?<!\bau)(?<!\bfrom)(?<!\bto)(?<![-–])\s(?=\d{1,4}[/.-]\d{1,2}[/.-]\d)",
    re.IGNORECASE,
)
_STRETCH = re.compile(r"(?:(?:du|from)\s+)?(\S.*?)\s+(?:au|to|[-–])\s+(\S.*)", re.IGNORECASE)
_HOUR = r"\d{1,2}\s*[h:]\s*(?:\d{2})?"
_HOURS = re.compile(
    rf"(.+?\d{{4}})(?:,|\s)\s*(?:de\s+|from\s+)?({_HOUR})\s*(?:[-–]|à|to)\s*({_HOUR})",
    re.IGNORECASE,
)
# What a date leaves to the next one: "12, 13 et 14 avril 2031", "12/04 et 19/04/2031".
_DAY = r"(?:[^\W\d]+\.?\s+)?\d{1,2}(?:er)?"
_SHORT = re.compile(rf"{_DAY}([/.-]\d{{1,2}}|\s+[^\W\d]+\.?)?")
_WHOLE = re.compile(rf"{_DAY}(([/.-]\d{{1,2}}|\s+[^\W\d]+\.?)([/.-]\d{{4}}|\s+\d{{4}}))(?!\d).*")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A date; with `last`, its hours from one to the other, or all days until that one."""

    first: Moment
    last: Moment | None = None


def stretches(text: str, name: str, notes: Notebook, order: str) -> list[Stretch]:
    """One a line, or between semicolons, else between commas and "et"; what is not understood is told and costs no neighbour."""
    found: list[Stretch] = []
    for piece in _BETWEEN.split(text):
        # A comma may stand within a date: "Saturday, April 12, 2031".
        parts = [piece] if _quiet(piece, order) else _completed(_WITHIN.split(piece))
        for part in parts:
            if one := _stretch(part, order):
                found.append(one)
            elif first := moment(part, name, notes, order):
                found.append(Stretch(first))
    return found


def _stretch(text: str, order: str) -> Stretch | None:
    if hours := _HOURS.fullmatch(text.strip()):
        begins, ends = (_quiet(f"{hours[1]} {hour}", order) for hour in (hours[2], hours[3]))
        return Stretch(begins, ends) if begins and ends else None
    match = _STRETCH.fullmatch(text.strip())
    if match is None:
        return None
    first, last = (_quiet(one, order) for one in _completed([match[1], match[2]]))
    return Stretch(first, last) if first and last and first.day <= last.day else None


def _quiet(text: str, order: str) -> Moment | None:
    """The date when it is one without any repair."""
    notes = Notebook(0, None)
    found = moment(text, "", notes, order)
    return None if notes.problems else found


def _completed(parts: list[str]) -> list[str]:
    """Each date with the month and the year that it leaves to a later one."""
    return list(_from_the_last(parts))[::-1]


def _from_the_last(parts: list[str]) -> Iterator[str]:
    month_and_year = year = ""
    for part in reversed([part.strip() for part in parts]):
        if whole := _WHOLE.fullmatch(part):
            month_and_year, year = whole[1], whole[3]
        elif year and (short := _SHORT.fullmatch(part)):
            part += year if short[1] else month_and_year
        yield part

"""The parameters of a search as they were typed, and the notebook in which reading them leaves parts and notes.

Nothing typed is ever an error here: what cannot be used is told in a note, with what is done instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from portal.services.finding.asked import Note, Params, Part
from portal.services.finding.known import Known

LONGEST = 400  # characters of one parameter that are looked at
FIRST_YEAR, LAST_YEAR = 2000, 2100
YES, NO = (
    frozenset({"1", "on", "yes", "true", "oui"}),
    frozenset({"0", "off", "no", "false", "non"}),
)
_NUMBER = re.compile(r"[+-]?\d{1,12}(?:[.,]\d{0,12})?")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_FRENCH = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


class Given:
    """What was typed, parameter by parameter, and what reading it gave so far."""

    def __init__(self, params: Mapping[str, Sequence[str]], known: Known) -> None:
        self._params = params
        self.known = known
        self.parts: list[Part] = []
        self.notes: list[Note] = []

    def all(self, name: str) -> list[str]:
        """Every value of a parameter that says something, once each, in order."""
        values = (value[:LONGEST].strip() for value in self._params.get(name, ()))
        return list(dict.fromkeys(value for value in values if value))

    def one(self, name: str) -> str:
        """The first value that says something, or ""."""
        return next(iter(self.all(name)), "")

    def note(self, sentence: str, **values: Any) -> None:
        self.notes.append(Note(sentence, **values))

    def part(self, kind: str, params: Params, sentence: str, **values: Any) -> None:
        self.parts.append(Part(kind, Note(sentence, **values), params))

    def take_back(self, kind: str) -> None:
        """What was understood turns out not to count."""
        self.parts = [part for part in self.parts if part.kind != kind]

    def flag(self, name: str, sentence: str) -> bool:
        """A yes or no; anything else is no, and said."""
        typed = self.one(name).lower()
        if typed in YES:
            self.part(name, ((name, "1"),), sentence)
            return True
        if typed and typed not in NO:
            self.note(
                "« %(typed)s » n’est ni oui ni non : ce filtre est laissé de côté.",
                typed=typed[:40],
            )
        return False


def number(text: str) -> float | None:
    """The number that a text is (2.5 or 2,5), or None: neither words, nor infinity, nor "nan"."""
    if not _NUMBER.fullmatch(text):
        return None
    value = float(text.replace(",", "."))
    return value if math.isfinite(value) else None


def day(text: str) -> date | None:
    """The day that a text is, 2026-11-28 or 28/11/2026, within this century; else None."""
    if found := _ISO.match(text):
        year, month, of_month = map(int, found.groups())
    elif found := _FRENCH.fullmatch(text):
        of_month, month, year = map(int, found.groups())
    else:
        return None
    try:
        return date(year, month, of_month) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None


def instant(moment: datetime) -> int:
    """Whole seconds since 1970."""
    return int(moment.timestamp())


def this_minute(now: datetime) -> int:
    """The end of the minute, as `instant`: what the engine keeps for one moment serves all questions of a minute.

    The end, because nothing may be shown that is over: what ends within the minute goes a few seconds early.
    """
    return -(-instant(now) // 60) * 60

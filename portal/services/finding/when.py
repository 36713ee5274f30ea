"""When: named stretches of time (today, week, weekend, month) or two days, in the time of Paris."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from portal.clock import PARIS
from portal.services.finding.given import Given, day, instant
from search.query import Window

NAMES = ("today", "week", "weekend", "month")
# Two choices of the page's form, which sends its date fields with every choice: all dates, whatever these hold, or they.
ALL, DATES = "all", "dates"
SENTENCES = {
    "today": "aujourd’hui",
    "week": "cette semaine",
    "weekend": "ce week-end",
    "month": "ce mois-ci",
}


@dataclass(frozen=True, slots=True)
class When:
    """The parts of a query that say when: UTC seconds, and what they were made of.

    `name` is a named stretch, or `DATES` where that was chosen, even without any.
    """

    start: int | None = None
    end: int | None = None
    name: str = ""
    from_on: date | None = None
    to_on: date | None = None


def windows(now: datetime) -> tuple[Window, ...]:
    """The named stretches as they are now. A week ends on Sunday night; on a Sunday the week-end is this one."""
    today = now.astimezone(PARIS).date()
    monday = today - timedelta(days=today.weekday())
    next_month = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    spans = {
        "today": (today, today + timedelta(days=1)),
        "week": (today, monday + timedelta(days=7)),
        "weekend": (max(today, monday + timedelta(days=5)), monday + timedelta(days=7)),
        "month": (today, next_month),
    }
    return tuple(Window(name, midnight(spans[name][0]), midnight(spans[name][1])) for name in NAMES)


def read(given: Given, now: datetime) -> When:
    """A named stretch that was chosen replaces two days, and so do all dates; two days need no name."""
    typed = given.one("when")
    first, last = given.one("from"), given.one("to")
    window = next((window for window in windows(now) if window.name == typed), None)
    if (window or typed == ALL) and (first or last):
        given.note("Le moment choisi remplace les deux dates.")
    if window is not None:
        given.part("when", (("when", typed),), SENTENCES[typed])
        return When(window.start, window.end, typed)
    if typed == ALL:
        return When()
    if typed == DATES and not (first or last):
        given.note("Aucune des deux dates n’est indiquée : toutes les dates sont montrées.")
    if typed and typed != DATES:
        given.note(
            "« %(typed)s » n’est pas un moment que nous connaissons : il est laissé de côté.",
            typed=typed[:40],
        )
    then = _between(given, _day(given, first), _day(given, last))
    if then.end is not None and then.end <= instant(now):
        given.note("Ces dates sont passées : il ne reste que les besoins qui durent encore.")
    return replace(then, name=DATES) if typed == DATES else then


def _between(given: Given, first: date | None, last: date | None) -> When:
    if first and last and first > last:
        given.note("Les deux dates étaient à l’envers : nous les avons échangées.")
        first, last = last, first
    if first and last:
        pairs: tuple[tuple[str, str], ...] = (("from", first.isoformat()), ("to", last.isoformat()))
        if first == last:
            given.part("when", pairs, "le %(day)s", day=first)
        else:
            given.part("when", pairs, "du %(first)s au %(last)s", first=first, last=last)
    elif first:
        given.part("when", (("from", first.isoformat()),), "à partir du %(day)s", day=first)
    elif last:
        given.part("when", (("to", last.isoformat()),), "jusqu’au %(day)s", day=last)
    start = midnight(first) if first else None
    end = midnight(last + timedelta(days=1)) if last else None
    return When(start, end, "", first, last)


def _day(given: Given, typed: str) -> date | None:
    if not typed:
        return None
    found = day(typed)
    if found is None:
        given.note(
            "« %(typed)s » n’est pas une date (écrivez par exemple 2026-11-28) : elle est laissée de côté.",
            typed=typed[:40],
        )
    return found


def midnight(on: date) -> int:
    """The first second of a day in Paris, UTC seconds."""
    return instant(datetime.combine(on, clock_time(), PARIS))

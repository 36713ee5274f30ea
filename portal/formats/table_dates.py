"""When the offer of one row happens: its dates, its hours, and how it repeats, in the words of a spreadsheet."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import copy
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import themes
from portal.formats.dates import Moment, clock_time, moment
from portal.formats.durations import duration
from portal.formats.item import FeedShift
from portal.formats.problem import Notebook
from portal.formats.recurrence import clean_rule, make_rule
from portal.formats.settings import ReadSettings
from portal.formats.values import yes_no

_LAST_MINUTE = time(23, 59)
_BETWEEN_DATES = re.compile(r"[;|\n]")
_WITHIN_DATES = re.compile(r",|\s(?:et|and|&)\s|\s(?=\d{1,4}[/.-]\d{1,2}[/.-]\d)")
LONGEST_NIGHT = timedelta(
    hours=16
)  # from an evening to the next day; beyond it the two hours contradict each other


class RowDates:
    """The dates of one row: its cells by field, its notebook, and the zone of its place."""

    def __init__(
        self, cells: Mapping[str, str], notes: Notebook, settings: ReadSettings, zone: ZoneInfo
    ) -> None:
        self._cells, self._notes, self._zone = cells, notes, zone
        self._order = settings.date_order
        self._start = moment(cells.get("start_date"), "start_date", notes, self._order)
        self._end = moment(cells.get("end_date"), "end_date", notes, self._order)
        if self._start and self._end and self._end.day < self._start.day:
            notes.repaired("end_date", cells.get("end_date"), "dates_reversed")
            self._start, self._end = self._end, self._start
        self._begins = self._time("start_time", self._start)
        self._ends = self._time("end_time", self._end)
        length = duration(cells.get("duration"), "duration", notes)
        self._length = length.minutes if length else None

    def read(self, capacity: int | None) -> tuple[tuple[FeedShift, ...], bool]:
        """The shifts, and whether it is ongoing: because it says so, or because it says no date at all."""
        is_ongoing = bool(yes_no(self._cells.get("is_ongoing"), "is_ongoing", self._notes))
        listed = self._listed()
        if repeated := self._repeated(capacity):
            return (repeated, *(self._on(day, capacity) for day in listed)), is_ongoing
        if not listed and self._start is None and self._end is None:
            self._refuse_lost_dates(is_ongoing)
            return (), True
        if is_ongoing:
            return (), True
        first = (self._dated(capacity),) if self._start or self._end else ()
        return (*first, *(self._on(day, capacity) for day in listed)), False

    def _listed(self) -> list[Moment]:
        """The dates of a cell that holds several: one a line, or between semicolons, else between commas and "et"."""
        found = []
        for piece in _BETWEEN_DATES.split(self._cells.get("dates", "")):
            quiet = Notebook(0, None)
            moment(piece, "dates", quiet, self._order)
            # A comma may stand within a date: "Saturday, April 12, 2031".
            pieces = _WITHIN_DATES.split(piece) if quiet.problems else [piece]
            found += [moment(one, "dates", self._notes, self._order) for one in pieces]
        return [day for day in found if day]

    def _on(self, day: Moment, capacity: int | None) -> FeedShift:
        """The shift of one date among several: its own hour, else that of the row; it ends on that day, or the night after."""
        one = copy(self)
        one._start, one._end = day, None
        one._begins = day.at or self._begins
        return one._dated(capacity)

    def _time(self, name: str, day: Moment | None) -> time | None:
        """The hour in its own column, else the one written with the date."""
        found = clock_time(self._cells.get(name), name, self._notes)
        return found or (day.at if day else None)

    def _refuse_lost_dates(self, is_ongoing: bool) -> None:
        """A date was written and cannot be used: an offer with a wrong date is worse than none."""
        names = ("start_date", "end_date", "dates")
        written = next(filter(None, map(self._cells.get, names)), "")
        means_no_end = any(problem.code == "date_far" for problem in self._notes.problems)
        if written and not is_ongoing and not means_no_end:
            self._notes.refused("start_date", written, "dates_lost")

    def _dated(self, capacity: int | None) -> FeedShift:
        first = self._start or self._end
        assert first is not None  # noqa: S101 - read() has looked
        last_day = (self._end or first).day
        starts_at = Moment(first.day, self._begins).instant(self._zone)
        if self._ends is not None:
            ends_at = self._end_of(first.day, last_day, self._ends)
        elif self._begins is not None and self._end is None and self._length:
            ends_at = starts_at + timedelta(minutes=self._length)
        else:
            ends_at = Moment(last_day, _LAST_MINUTE).instant(self._zone)
        return FeedShift(
            starts_at, max(starts_at, ends_at), str(self._zone), capacity, self._begins is None
        )

    def _end_of(self, first_day: date, last_day: date, ends: time) -> datetime:
        """When the last day ends: the hour written, or past midnight when it is before the beginning of a single day."""
        begins = self._begins and self._begins.replace(tzinfo=None)  # one may carry an offset alone
        if begins is None or last_day != first_day or ends.replace(tzinfo=None) > begins:
            return Moment(last_day, ends).instant(self._zone)
        past_midnight = Moment(first_day + timedelta(days=1), ends).instant(self._zone)
        if past_midnight - Moment(first_day, self._begins).instant(self._zone) <= LONGEST_NIGHT:
            return past_midnight
        self._notes.repaired("end_time", f"{self._begins:%H:%M} – {ends:%H:%M}", "end_before_start")
        return Moment(first_day, _LAST_MINUTE).instant(self._zone)

    def _repeated(self, capacity: int | None) -> FeedShift | None:
        written = self._cells.get("recurrence", "")
        if not written or yes_no(written, "recurrence", Notebook(0, None)) is False:
            return None
        parts = clean_rule(_IN_WORDS.get(" ".join(themes.words_of(written)), written))
        first = Moment(self._start.day, self._begins) if self._start else None
        last = self._end.day if self._end else None
        rule = make_rule(parts, first, self._minutes(), self._zone, last) if parts else None
        if rule is None:
            code = "recurrence" if parts is None else "recurrence_start"
            self._notes.repaired("recurrence", written, code)
            return None
        return FeedShift(None, None, str(self._zone), capacity, self._begins is None, rule)

    def _minutes(self) -> int:
        """How long each time of a rule lasts."""
        if self._begins is not None and self._ends is not None:
            lasts = (
                (self._ends.hour - self._begins.hour) * 60 + self._ends.minute - self._begins.minute
            )
            return lasts if lasts > 0 else lasts + 24 * 60
        if self._length:
            return self._length
        begun = self._begins.hour * 60 + self._begins.minute if self._begins else 0
        return 24 * 60 - 1 - begun


_IN_WORDS = {
    "chaque jour": "FREQ=DAILY", "tous les jours": "FREQ=DAILY", "quotidien": "FREQ=DAILY", "daily": "FREQ=DAILY",
    "chaque semaine": "FREQ=WEEKLY", "toutes les semaines": "FREQ=WEEKLY", "hebdomadaire": "FREQ=WEEKLY",
    "weekly": "FREQ=WEEKLY", "every week": "FREQ=WEEKLY", "une semaine sur deux": "FREQ=WEEKLY;INTERVAL=2",
    "tous les quinze jours": "FREQ=WEEKLY;INTERVAL=2", "tous les 15 jours": "FREQ=WEEKLY;INTERVAL=2",
    "every two weeks": "FREQ=WEEKLY;INTERVAL=2", "biweekly": "FREQ=WEEKLY;INTERVAL=2",
    "chaque mois": "FREQ=MONTHLY", "tous les mois": "FREQ=MONTHLY", "mensuel": "FREQ=MONTHLY",
    "monthly": "FREQ=MONTHLY", "every month": "FREQ=MONTHLY",
} | {
    f"{every} {day}": f"FREQ=WEEKLY;BYDAY={code}"
    for days in ("lundi mardi mercredi jeudi vendredi samedi dimanche", "monday tuesday wednesday thursday friday saturday sunday")
    for code, day in zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), days.split(), strict=True)
    for every in ("chaque", "le", "every")
} | {
    f"tous les {day}s": f"FREQ=WEEKLY;BYDAY={code}"
    for code, day in zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
                         ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"], strict=True)
}  # fmt: skip

"""When the offer of one row happens: its dates, its hours, and how it repeats, in the words of a spreadsheet."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal import themes
from portal.formats.dates import Moment, clock_time, moment
from portal.formats.durations import duration
from portal.formats.item import FeedShift
from portal.formats.listed_dates import Stretch, stretches
from portal.formats.problem import Notebook
from portal.formats.recurrence import clean_rule, make_rule
from portal.formats.settings import ReadSettings
from portal.formats.values import yes_no

_LAST_MINUTE = time(23, 59)
LONGEST_NIGHT = timedelta(
    hours=16
)  # from an evening to the next day; beyond it the two hours contradict each other


class RowDates:
    """The dates of one row: its cells by field, its notebook, and the zone of its place."""

    def __init__(
        self, cells: Mapping[str, str], notes: Notebook, settings: ReadSettings, zone: ZoneInfo
    ) -> None:
        self._order = settings.date_order
        if not cells.get("dates") and not cells.get("end_date"):
            first = cells.get("start_date", "")
            if len(stretches(first, "dates", Notebook(0, None), self._order)) > 1:
                cells = {**cells, "start_date": "", "dates": first}
        self._cells, self._notes, self._zone = cells, notes, zone
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
        listed = stretches(self._cells.get("dates", ""), "dates", self._notes, self._order)
        if repeated := self._repeated(capacity):
            return (repeated, *(self._on(one, capacity) for one in listed)), is_ongoing
        if not listed and self._start is None and self._end is None:
            self._refuse_lost_dates(is_ongoing)
            return (), True
        if is_ongoing:
            return (), True
        first = (self._dated(capacity),) if self._start or self._end else ()
        return (*first, *(self._on(one, capacity) for one in listed)), False

    def _on(self, given: Stretch, capacity: int | None) -> FeedShift:
        """The shift of one date among several: its own hours, else those of the row; a day ends on itself, or the night after."""
        one = copy(self)
        one._start, one._end = given.first, given.last
        one._begins = given.first.at or self._begins
        one._ends = (given.last and given.last.at) or self._ends
        return one._dated(capacity)

    def _time(self, name: str, day: Moment | None) -> time | None:
        """The hour in its own column, else the one written with the date."""
        found = clock_time(self._cells.get(name), name, self._notes)
        return found or (day.at if day else None)

    def _refuse_lost_dates(self, is_ongoing: bool) -> None:
        """A date was written and cannot be used: an offer with a wrong date is worse than none."""
        names = ("start_date", "end_date", "dates")
        name = next(filter(self._cells.get, names), "")
        written = self._cells.get(name, "")
        means_no_end = any(problem.code == "date_far" for problem in self._notes.problems)
        is_always = " ".join(themes.words_of(written)) in _ALWAYS
        if written and not (is_ongoing or means_no_end or is_always):
            self._notes.refused(name, written, "dates_lost")

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


# In the place of a date: none in particular.
_ALWAYS = frozenset(
    {
        *(
            "toute l annee",
            "permanent",
            "permanente",
            "en permanence",
            "en continu",
            "tout le temps",
        ),
        *("all year", "all year round", "year round", "ongoing", "any time", "anytime"),
    }
)
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

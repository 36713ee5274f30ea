"""The dateTimeDuration elements of a Footprint opportunity: one-time, repeated, or open-ended.

One offer has one shift for each of them. Without any it is ongoing; with openEnded it is ongoing too, unless a rule
says on which days.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from lxml import etree

from portal.formats.dates import Moment, clock_time, moment
from portal.formats.durations import Duration, duration
from portal.formats.item import FeedRecurrence, FeedShift
from portal.formats.recurrence import clean_rule, make_rule
from portal.formats.settings import ReadSettings
from portal.formats.values import decimal, yes_no
from portal.formats.xml_feed import Parts, XmlRecord, said
from portal.formats.zones import zone_of

_LAST_MINUTE = time(23, 59)
_ALL_DAY_MINUTES = 24 * 60 - 1


@dataclass(frozen=True, slots=True)
class Timetable:
    """When an offer happens, out of all its dateTimeDuration elements."""

    shifts: tuple[FeedShift, ...] = ()
    is_ongoing: bool = False
    commitment: str = ""
    hours_per_week: float | None = None


def read_durations(
    record: XmlRecord, settings: ReadSettings, fallback_zone: str, capacity: int | None
) -> Timetable:
    """The timetable of a record. Dates that are all unusable refuse it: an offer with wrong dates is worse than none."""
    elements = record.parts.inside("dateTimeDurations", "dateTimeDuration")
    shifts: list[FeedShift] = []
    is_ongoing, commitment, hours_per_week, lost = not elements, "", None, 0
    for element in elements:
        reader = _Reader(element, record, settings, fallback_zone)
        shift = reader.shift(capacity)
        if shift is not None:
            shifts.append(shift)
        elif reader.is_open_ended:
            is_ongoing = True
        else:
            lost += 1
        commitment = commitment or reader.commitment
        hours_per_week = hours_per_week if hours_per_week is not None else reader.hours_per_week()
    if lost and not shifts and not is_ongoing:
        record.notes.refused(
            "dateTimeDurations", said(elements[0]), "dates_lost", record.parts.line_of(elements[0])
        )
    return Timetable(tuple(shifts), is_ongoing, commitment, hours_per_week)


class _Reader:
    """One dateTimeDuration."""

    def __init__(
        self, element: etree._Element, record: XmlRecord, settings: ReadSettings, fallback_zone: str
    ) -> None:
        self._parts, self._notes = Parts(element, record.line), record.notes
        self._order = settings.date_order
        self._fallback_zone = fallback_zone
        self.is_open_ended = bool(
            yes_no(
                self._parts.said("openEnded"), "openEnded", self._notes, self._parts.at("openEnded")
            )
        )
        self._start, self._end = self._days()
        self._duration = self._read_duration()
        if not self._start and not self._end and not self._wrote_dates:
            self.is_open_ended = True  # neither date: the schema forces it open

    @property
    def commitment(self) -> str:
        """How long one is asked to stay, for what has no end: not how long a time lasts."""
        if self._duration is None or (self._start and self._end):
            return ""
        counts_in_hours = self._duration.minutes is not None and self._duration.minutes < 24 * 60
        return "" if counts_in_hours else self._duration.text

    def hours_per_week(self) -> float | None:
        name = "commitmentHoursPerWeek"
        return decimal(self._parts.said(name), name, self._notes, self._parts.at(name), 168)

    def shift(self, capacity: int | None) -> FeedShift | None:
        """Its shift: dated, or with a rule; None when it has no date (it is ongoing, or its dates are lost)."""
        zone = self._zone()
        begins = self._time("startTime")
        ends = self._time("endTime")
        is_flexible = self._is_flexible()
        rule = self._rule(zone, begins, ends)
        if rule is not None:
            return FeedShift(None, None, str(zone), capacity, begins is None, rule, is_flexible)
        if self.is_open_ended or (self._start is None and self._end is None):
            return None
        return replace(self._dated(zone, begins, ends, capacity), is_flexible=is_flexible)

    def _is_flexible(self) -> bool:
        """What it says, else what the schema says: flexible when no hours are given."""
        name = "timeFlexible"
        stated = yes_no(self._parts.said(name), name, self._notes, self._parts.at(name))
        return (
            stated if stated is not None else not self._parts.said("startTime", "endTime").strip()
        )

    def _dated(
        self, zone: ZoneInfo, begins: time | None, ends: time | None, capacity: int | None
    ) -> FeedShift:
        first = self._start or self._end
        assert first is not None  # noqa: S101 - shift() has just looked
        last = self._end or first
        begins = begins or first.at
        starts_at = Moment(first.day, begins).instant(zone)
        length = self._duration.minutes if self._duration else None
        if (
            ends is None
            and last.at is not None
            and begins is not None
            and last.day >= first.day
            and last.at != time()
        ):
            ends = last.at
        if ends is not None:
            over_midnight = last.day == first.day and begins is not None and _before(ends, begins)
            ends_at = Moment(last.day + timedelta(days=over_midnight), ends).instant(zone)
        elif begins is not None and length and last.day == first.day:
            ends_at = starts_at + timedelta(minutes=length)
        else:
            ends_at = Moment(last.day, _LAST_MINUTE).instant(zone)
        return FeedShift(starts_at, max(starts_at, ends_at), str(zone), capacity, begins is None)

    def _rule(
        self, zone: ZoneInfo, begins: time | None, ends: time | None
    ) -> FeedRecurrence | None:
        written = self._parts.said("iCalRecurrence").strip()
        if not written:
            return None
        at = self._parts.at("iCalRecurrence")
        parts = clean_rule(written)
        if parts is None:
            self._notes.repaired("iCalRecurrence", written, "recurrence", at)
            return None
        if written.upper().startswith("RRULE:"):
            self._notes.repaired("iCalRecurrence", written, "recurrence_prefix", at)
        first = None if self._start is None else Moment(self._start.day, begins or self._start.at)
        if first is None and begins is not None:
            first = Moment(date.min, begins)
        last = None if self.is_open_ended or self._end is None else self._end.day
        rule = make_rule(parts, first, self._minutes(begins, ends), zone, last)
        if rule is None:
            self._notes.repaired("iCalRecurrence", written, "recurrence_start", at)
            self.is_open_ended = True
        return rule

    def _minutes(self, begins: time | None, ends: time | None) -> int:
        """How long each time of the rule lasts."""
        if begins is not None and ends is not None:
            length = (ends.hour * 60 + ends.minute) - (begins.hour * 60 + begins.minute)
            return length if length > 0 else length + 24 * 60
        if self._duration and self._duration.minutes and self._duration.minutes < 24 * 60:
            return self._duration.minutes
        if begins is not None:
            return _ALL_DAY_MINUTES - begins.hour * 60 - begins.minute
        return _ALL_DAY_MINUTES

    def _days(self) -> tuple[Moment | None, Moment | None]:
        """First and last day; the schema says to ignore them when it is open-ended, but a start still anchors a rule."""
        start, end = self._day("startDate"), self._day("endDate")
        self._wrote_dates = bool(
            self._parts.said("startDate").strip() or self._parts.said("endDate").strip()
        )
        if start and end and end.day < start.day:
            self._notes.repaired(
                "endDate", self._parts.said("endDate"), "dates_reversed", self._parts.at("endDate")
            )
            start, end = end, start
        return start, end

    def _day(self, name: str) -> Moment | None:
        found = moment(self._parts.said(name), name, self._notes, self._order, self._parts.at(name))
        if found is None or found.at is None:
            return found
        # "2010-05-18T00:00:00-07:00" is a date that a database made into an instant: midnight says no hour.
        is_midnight = found.at.replace(tzinfo=None) == time()
        return Moment(found.day) if is_midnight else Moment(found.day, found.at)

    def _read_duration(self) -> Duration | None:
        return duration(
            self._parts.said("duration"), "duration", self._notes, self._parts.at("duration")
        )

    def _time(self, name: str) -> time | None:
        return clock_time(self._parts.said(name), name, self._notes, self._parts.at(name))

    def _zone(self) -> ZoneInfo:
        for name in ("startTime", "endTime"):
            element = self._parts.first(name)
            if element is not None and (element.get("olsonTZ") or "").strip():
                at = self._parts.at(name)
                return zone_of(
                    element.get("olsonTZ"), self._fallback_zone, "olsonTZ", self._notes, at
                )
        return zone_of("", self._fallback_zone, "olsonTZ", self._notes)


def _before(one: time, other: time) -> bool:
    return one.replace(tzinfo=None) <= other.replace(tzinfo=None)

"""A series of events, read into the draft of a FeedItem: its texts, and its dates with their exceptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal.formats.calendar_events import Event, Property
from portal.formats.dates import Moment, moment
from portal.formats.durations import duration
from portal.formats.item import FeedRecurrence, FeedShift
from portal.formats.problem import Notebook
from portal.formats.recurrence import clean_rule, make_rule, occurrences
from portal.formats.settings import ReadSettings
from portal.formats.table_offers import TableRow
from portal.formats.text import line
from portal.formats.written_places import written_place
from portal.formats.zones import zone_of

_YEAR = timedelta(days=366)
_MOST_LISTED = 366  # of a rule: a day has one
_LAST_MINUTE = time(23, 59)


@dataclass(frozen=True, slots=True)
class Series:
    """An event, and the events that move or cancel single dates of it."""

    event: Event
    moved: tuple[Event, ...] = ()


def draft_of(series: Series, notes: Notebook, settings: ReadSettings) -> dict[str, Any] | None:
    """The fields of the item, or None for what is no offer (cancelled or private), which is told."""
    event = series.event
    row = TableRow(_cells(event, notes), notes, settings)
    notes.external_id = row.ident()
    if event.said("STATUS").upper() == "CANCELLED":
        notes.repaired("STATUS", event.said("STATUS"), "cancelled")
        return None
    if event.said("CLASS").upper() in {"PRIVATE", "CONFIDENTIAL"}:
        notes.repaired("CLASS", event.said("CLASS"), "private_event")
        return None
    draft = row.draft()
    draft["shifts"] = _Dates(series, notes, settings, row.zone()).shifts()
    draft["is_ongoing"] = False
    if not draft["shifts"] and notes.has("cancelled_date"):
        notes.repaired("STATUS", "", "cancelled")  # each of its dates
        return None
    if not draft["shifts"]:
        notes.refused("DTSTART", event.said("DTSTART"), "dates_lost")
    return draft


def _cells(event: Event, notes: Notebook) -> dict[str, str]:
    """The event under the names of our fields, all text."""
    lat, _, lon = event.said("GEO").partition(";")
    picture = next((a.value for n in ("IMAGE", "ATTACH") for a in event.all(n)
                    if a.params.get("FMTTYPE", "").startswith("image/") and "://" in a.value), "")  # fmt: skip
    html = event.first("X-ALT-DESC")
    cells = {
        "external_id": line(event.ident, "UID", notes, 1_000),
        "title": event.said("SUMMARY"),
        "description": html.text
        if html and html.params.get("FMTTYPE") == "text/html"
        else event.said("DESCRIPTION"),
        "tags": ",".join(text for one in event.all("CATEGORIES") for text in one.texts),
        "lat": lat,
        "lon": lon,
        "detail_url": event.said("URL"),
        "image_url": picture,
        "posted": event.said("CREATED"),
        "updated": event.said("LAST-MODIFIED"),
        **written_place(event.said("LOCATION")),
    }
    return {name: text.strip().strip('"') for name, text in cells.items() if text.strip()}


class _Dates:
    """The dates of a series."""

    def __init__(
        self, series: Series, notes: Notebook, settings: ReadSettings, zone: ZoneInfo
    ) -> None:
        self._series, self._notes, self._settings, self._zone = series, notes, settings, zone

    def shifts(self) -> tuple[FeedShift, ...]:
        """One shift, one rule, or, when single dates differ from the rule, each date of a year."""
        event = self._series.event
        first = self._single(event)
        if first is None:
            return ()
        written = event.said("RRULE")
        rule = self._rule(written, event, first) if written else None
        added = [m for one in event.all("RDATE") for m in self._moments(one, first)]
        differs = added or event.first("EXDATE") or self._series.moved
        if rule and not differs and not {"COUNT", "UNTIL"} & set(clean_rule(written) or ()):
            return (replace(first, starts_at=None, ends_at=None, recurrence=rule),)
        assert first.starts_at and first.ends_at  # noqa: S101 - a single date has both
        lasts = first.ends_at - first.starts_at
        dates = {first.starts_at: first}
        if rule:
            since = self._since(first.starts_at)
            dates = {
                s: replace(first, starts_at=s, ends_at=e)
                for s, e in occurrences(rule, since, since + _YEAR, _MOST_LISTED)
            }
        dates |= {m: replace(first, starts_at=m, ends_at=m + lasts) for m in added}
        for one in event.all("EXDATE"):
            for gone in self._moments(one, first):
                dates.pop(gone, None)
        for event in self._series.moved:
            self._move(event, dates, first)
        return tuple(dates[start] for start in sorted(dates))

    def _since(self, first: datetime) -> datetime:
        """From when on dates are listed: the first, or this month once the first year is over."""
        since = self._settings.since
        return since if since is not None and first + _YEAR < since else first

    def _move(self, event: Event, dates: dict[datetime, FeedShift], first: FeedShift) -> None:
        """Put a date of its own in the place of the one that the rule gave, or of none when it is cancelled."""
        named = event.first("RECURRENCE-ID")
        for gone in self._moments(named, first) if named else ():
            dates.pop(gone, None)
        if event.said("STATUS").upper() == "CANCELLED":
            self._notes.repaired(
                "STATUS", event.said("RECURRENCE-ID"), "cancelled_date", event.line
            )
            return
        shift = self._single(event)
        if shift is not None and shift.starts_at is not None:
            dates[shift.starts_at] = shift

    def _rule(self, written: str, event: Event, first: FeedShift) -> FeedRecurrence | None:
        parts = clean_rule(written)
        start = event.first("DTSTART")
        found = self._moment(start, "DTSTART") if start else None
        assert first.starts_at and first.ends_at  # noqa: S101 - a single date has both
        minutes = round((first.ends_at - first.starts_at).total_seconds() / 60)
        rule = make_rule(parts, found, minutes, ZoneInfo(first.zone), None) if parts else None
        if rule is None:
            self._notes.repaired("RRULE", written, "recurrence", event.line)
        return rule

    def _single(self, event: Event) -> FeedShift | None:
        """The date of one event, its rule left out."""
        start, end = event.first("DTSTART"), event.first("DTEND")
        found = self._moment(start, "DTSTART") if start else None
        if start is None or found is None:
            return None
        zone = self._zone_of(start)
        starts_at = found.instant(zone)
        last = self._moment(end, "DTEND") if end else None
        length = duration(event.said("DURATION"), "DURATION", self._notes) if last is None else None
        if last is not None and last.at is None:  # a day alone is the first day after
            ends_at = max(
                starts_at, Moment(last.day - timedelta(days=1), _LAST_MINUTE).instant(zone)
            )
            if last.day <= found.day:
                ends_at = Moment(found.day, _LAST_MINUTE).instant(zone)
        elif last is not None and end is not None:
            ends_at = last.instant(self._zone_of(end))
        elif length is not None and length.minutes is not None:
            ends_at = starts_at + timedelta(minutes=length.minutes)
        else:
            ends_at = (
                Moment(found.day, _LAST_MINUTE).instant(zone) if found.at is None else starts_at
            )
        if ends_at < starts_at:
            self._notes.repaired("DTEND", end.value if end else "", "dates_reversed", event.line)
            starts_at, ends_at = ends_at, starts_at
        return FeedShift(starts_at, ends_at, str(zone), None, found.at is None)

    def _zone_of(self, written: Property) -> ZoneInfo:
        from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

        name = written.params.get("TZID", "").strip('"')
        name = WINDOWS_TO_OLSON.get(name, name)
        if name.startswith("/"):  # Mozilla's: /mozilla.org/20050126_1/Europe/Paris
            name = "/".join(name.split("/")[-2:])
        return zone_of(name, str(self._zone), "TZID", self._notes)

    def _moment(self, written: Property, name: str) -> Moment | None:
        return moment(written.value.strip(), name, self._notes, self._settings.date_order)

    def _moments(self, written: Property, first: FeedShift) -> list[datetime]:
        """The instants of a list of dates (EXDATE, RDATE, RECURRENCE-ID); on a day alone, the hour of the first date."""
        zone, own, found = self._zone_of(written), ZoneInfo(first.zone), []
        assert first.starts_at  # noqa: S101 - a single date has it
        hour = first.starts_at.astimezone(own).time()
        for text in written.value.split(",")[:500]:
            one = self._moment(replace(written, value=text.partition("/")[0]), "EXDATE")
            if one is not None:
                at = one.instant(zone) if one.at is not None else one.instant(own, hour)
                found.append(at.astimezone(UTC))
        return found

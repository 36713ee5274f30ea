"""iCalendar (RFC 5545): one offer for each series of events, by its UID.

A series is an event with its rule, without the dates that EXDATE takes away, with those that RDATE adds, and with the
single dates that another event of the same UID moves (RECURRENCE-ID). These may stand anywhere, so they are collected in
a first pass; the events themselves are read one by one. A cancelled event is no offer.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

from portal.formats.calendar_events import Event, Events
from portal.formats.calendar_offers import Series, draft_of
from portal.formats.checks import checked
from portal.formats.errors import NotThisFormat
from portal.formats.item import FeedAssociation, FeedItem
from portal.formats.json_feed import chunks_of, open_text
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.rows import lines
from portal.formats.settings import ReadSettings
from portal.formats.zones import find_zone

NAME = "calendar"
_TITLE = "iCalendar"
_MOST_MOVED = 50_000  # dates moved by events of their own, in one file


def recognises(head: str) -> bool:
    """Whether a file that begins so is of this format."""
    first = head.lstrip("\ufeff \r\n\t")[:200].upper()
    return first.startswith(("BEGIN:VCALENDAR", "BEGIN:VEVENT"))


def read(stream: BinaryIO, settings: ReadSettings) -> Iterator[FeedItem | FeedProblem]:
    """The offers and problems of a calendar, event by event. Raises FormatError when it is not usable at all."""
    stream, head = open_text(stream)
    if not recognises(head):
        raise NotThisFormat("html_page" if head.startswith("<") else None, format=_TITLE)
    start = stream.tell()
    moved: dict[str, list[Event]] = {}
    masters: set[str] = set()
    kept = 0
    events = _events(stream, settings)
    for event in events:
        if not event.ident or event.code:
            continue
        if not event.moves:
            masters.add(event.ident)
        elif kept < _MOST_MOVED:
            moved.setdefault(event.ident, []).append(event.dates)
            kept += 1
    stream.seek(start)
    settings = _understood(events.head, settings)
    events = _events(stream, settings)
    count = 0
    for event in events:
        if event.moves and not event.code and event.ident in masters:
            continue  # read with its series
        count += 1
        if count > settings.max_records:
            yield from _told("too_many_records", limit=settings.max_records)
            return
        yield from _offer(event, moved, count, settings)
        if event.moves:
            masters.add(
                event.ident
            )  # an event of a series that the file does not hold: the first stands for all
    if not events.is_complete:
        yield from _told("truncated")


def _understood(head: dict[str, str], settings: ReadSettings) -> ReadSettings:
    """The settings with what the calendar says of itself: the zone of times that name none, and who publishes it.

    Its name stands for the association, unless the feed has one or it is an address. An organiser is never asked: in
    calendars that is most often a person, whose name is nobody's business.
    """
    name = head.get("X-WR-CALNAME") or head.get("NAME") or ""
    association = settings.association
    if association is None and name and "@" not in name:
        association = FeedAssociation(name=name[:200], external_id="")
    zone = find_zone(head.get("X-WR-TIMEZONE", ""))
    return replace(settings, association=association, zone=str(zone) if zone else settings.zone)


def _offer(
    event: Event, moved: dict[str, list[Event]], count: int, settings: ReadSettings
) -> Iterator[FeedItem | FeedProblem]:
    notes = Notebook(count, event.line, event.ident or None)
    if event.was_odd:
        notes.repaired("", event.text, "encoding_bytes")
    if event.code:
        values: dict[str, Any] = (
            {"limit": settings.max_record_chars} if event.code == "too_big" else {}
        )
        notes.refused("VEVENT", event.text, event.code, None, **values)
        yield from notes.problems
        return
    for broken in event.broken:
        notes.repaired("", broken, "calendar_line")
    draft = draft_of(Series(event, tuple(moved.get(event.ident, ()))), notes, settings)
    item = checked(draft, notes, settings) if draft is not None else None
    yield from notes.problems
    if item is not None:
        yield item


def _told(code: str, limit: int = 0) -> list[FeedProblem]:
    notes = Notebook(0, None)
    notes.refused("", "", code, limit=limit)
    return notes.problems


def _events(stream: BinaryIO, settings: ReadSettings) -> Events:
    limit = settings.max_record_chars
    return Events(lines(chunks_of(stream), limit), limit)

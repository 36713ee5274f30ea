"""Relais' own JSON (`/search.json`, `/api/v1/offers`): portals feed each other.

An offer keeps its origin: its page is that of whoever published it first, so that one of ours which comes back is known
for what it is (services/feed_pages.py refuses it, and follows `next`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, BinaryIO

from portal.formats.checks import checked
from portal.formats.dates import instant
from portal.formats.errors import NotThisFormat
from portal.formats.item import FeedItem, FeedLocation, FeedShift, RemoteWork
from portal.formats.json_feed import (
    JsonReader,
    chunks_of,
    listed,
    objects,
    open_text,
    said_of,
    text_of,
)
from portal.formats.json_records import Shape
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.settings import ReadSettings
from portal.formats.table_offers import TableRow
from portal.formats.text import line
from portal.formats.values import places
from portal.formats.zones import zone_of

NAME = "relais"
_TITLE = "Relais"
_SHAPE = Shape(frozenset({"offers"}), lambda value: {"id", "title", "url"} <= set(value))
# The id of an offer stands beside its address; those of its association and shifts do not.
_IDENT = re.compile(r'"id"\s*:\s*"?([\w.:-]{1,120})"?(?=[^{}]{0,400}"url"\s*:\s*"[^"]*/offers/)')
_MARKS = ('"understood"', '"remote_from"', '"is_ongoing"', '"signs_up_here"')
_EMPTY = re.compile(r'"offers"\s*:\s*\[\s*\]')  # an answer that found nothing
_CELLS = {
    "title": "title", "description": "description", "summary": "summary", "language": "language",
    "schedule": "schedule", "remote": "remote", "minimum_age": "minimum_age", "accessible": "is_accessible",
    "posted": "published_at", "updated": "updated_at",
}  # fmt: skip
_PLACE = {
    "place_name": "name", "street": "street", "postal_code": "postal_code", "city": "city", "region": "region",
    "department": "departement", "country": "country", "lat": "lat", "lon": "lon",
}  # fmt: skip


def recognises(head: str) -> bool:
    """Whether a file that begins so is of this format."""
    starts = head.lstrip("\ufeff \r\n\t").startswith("{")
    is_empty = _EMPTY.search(head) is not None and '"@' not in head  # no list of prices of JSON-LD
    return starts and (is_empty or ('"offers"' in head and any(mark in head for mark in _MARKS)))


def read(stream: BinaryIO, settings: ReadSettings) -> Iterator[FeedItem | FeedProblem]:
    """The offers and problems of a search, offer by offer. Raises FormatError when it is not usable at all."""
    stream, head = open_text(stream)
    if not head.startswith(("{", "[")):
        raise NotThisFormat("html_page" if head.startswith("<") else None, format=_TITLE)
    reader = JsonReader(_SHAPE, _IDENT, settings)
    for found in reader.read(chunks_of(stream)):
        if isinstance(found, FeedProblem):
            yield found
            continue
        value, notes = found
        item = checked(_draft(value, notes, settings), notes, settings)
        yield from notes.problems
        if item is not None:
            yield item
    if not reader.has_list and not reader.count:
        raise NotThisFormat(format=_TITLE)


def _draft(value: dict[str, Any], notes: Notebook, settings: ReadSettings) -> dict[str, Any]:
    """The fields of the item; what could not be used is in the notebook."""
    who = next(iter(objects(value.get("association"))), {})
    cells = {ours: said_of(value, theirs) for ours, theirs in _CELLS.items()}
    cells |= {
        "external_id": line(said_of(value, "id"), "id", notes, 1_000),
        "detail_url": said_of(value, "origin", "url"),
        "association": said_of(who, "name"),
        "association_id": said_of(who, "id"),
        "association_url": said_of(who, "url"),
        "theme": ",".join(map(text_of, listed(value.get("themes")))),
        "tags": ",".join(map(text_of, listed(value.get("tags")))),
    }
    row = TableRow({name: text for name, text in cells.items() if text.strip()}, notes, settings)
    notes.external_id = row.ident()
    draft = row.draft()
    draft["locations"] = (
        () if draft["remote"] is RemoteWork.FULL else _locations(value, notes, settings)
    )
    shifts = objects(value.get("shifts"))
    dated = [shift for shift in shifts if said_of(shift, "starts_at")]
    draft["shifts"] = tuple(filter(None, (_shift(shift, notes, settings) for shift in dated)))
    if said_of(value, "has_more_shifts") == "true":
        notes.repaired("has_more_shifts", len(dated), "dates_elsewhere", count=len(dated))
    draft["is_ongoing"] = said_of(value, "is_ongoing") == "true" or not dated
    if dated and not draft["shifts"] and not draft["is_ongoing"]:
        notes.refused("starts_at", said_of(dated[0], "starts_at"), "dates_lost")
    if not dated:
        draft["places_wanted"] = places(said_of(value, "places_left"), "places_left", notes)
    return draft


def _locations(
    value: dict[str, Any], notes: Notebook, settings: ReadSettings
) -> tuple[FeedLocation, ...]:
    found = []
    for place in objects(value.get("locations")):
        cells = {ours: said_of(place, theirs) for ours, theirs in _PLACE.items()}
        row = TableRow({name: text for name, text in cells.items() if text}, notes, settings)
        found.append(row.location())
    return tuple(place for place in found if place is not None)


def _shift(shift: dict[str, Any], notes: Notebook, settings: ReadSettings) -> FeedShift | None:
    """A dated shift; what its portal still has to give is its capacity here."""
    zone = zone_of(said_of(shift, "zone"), settings.zone or "Europe/Paris", "zone", notes)
    starts_at = _moment(shift, "starts_at", notes, zone)
    ends_at = _moment(shift, "ends_at", notes, zone)
    if starts_at is None:
        return None
    if ends_at is not None and ends_at < starts_at:
        notes.repaired("ends_at", said_of(shift, "ends_at"), "dates_reversed")
        starts_at, ends_at = ends_at, starts_at
    capacity = places(said_of(shift, "places_left", "capacity"), "places_left", notes)
    return FeedShift(starts_at, ends_at or starts_at, str(zone), capacity)


def _moment(shift: dict[str, Any], name: str, notes: Notebook, zone: Any) -> datetime | None:
    return instant(said_of(shift, name), name, notes, zone)

"""One JobPosting, VolunteerAction or Event of schema.org, read into the draft of a FeedItem."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from portal.formats.item import FeedLocation, FeedShift, RemoteWork
from portal.formats.json_feed import listed, objects, said_of, text_of
from portal.formats.problem import Notebook
from portal.formats.settings import ReadSettings
from portal.formats.table_dates import RowDates
from portal.formats.table_offers import TableRow
from portal.formats.text import line
from portal.formats.written_places import written_place

_DAYS = {"monday": "MO", "tuesday": "TU", "wednesday": "WE", "thursday": "TH", "friday": "FR", "saturday": "SA", "sunday": "SU"}  # fmt: skip
_EVERY = {"P1D": "FREQ=DAILY", "P1W": "FREQ=WEEKLY", "P7D": "FREQ=WEEKLY", "P2W": "FREQ=WEEKLY;INTERVAL=2", "P1M": "FREQ=MONTHLY"}  # fmt: skip


def draft_of(
    kind: str, value: dict[str, Any], notes: Notebook, settings: ReadSettings
) -> dict[str, Any] | None:
    """The fields of the item, or None for what is no offer (paid work, a cancelled event), which is told."""
    cells = _cells(value, notes)
    row = TableRow(cells, notes, settings)
    notes.external_id = row.ident()
    if said_of(value, "@type", "type").endswith("JobPosting") and "VOLUNTEER" not in _employment(
        value
    ):
        notes.repaired("employmentType", _employment(value), "not_volunteer")
        return None
    if "Cancelled" in said_of(value, "eventStatus"):
        notes.repaired("eventStatus", said_of(value, "eventStatus"), "cancelled")
        return None
    cells.update(_dates(value) if kind == "event" else _action_dates(value))
    cells["remote"] = _remote(value)
    draft = row.draft()
    draft["locations"] = (
        () if draft["remote"] is RemoteWork.FULL else locations(value, notes, settings)
    )
    if draft["association"] is not None and not draft["association"].name:
        draft["association"] = settings.association
    parts = [s for sub in objects(value.get("subEvent")) for s in _part(sub, row, notes, settings)]
    if parts:
        draft["shifts"], draft["is_ongoing"] = tuple(parts), False
    return draft


def _cells(value: dict[str, Any], notes: Notebook) -> dict[str, str]:
    """The record under the names of our fields, all text."""
    who = next(
        (
            o
            for name in ("hiringOrganization", "organizer", "provider", "agent")
            for o in objects(value.get(name))
            if not said_of(o, "@type").endswith("Person")  # whose name is not ours to publish
        ),
        {},
    )  # fmt: skip
    name = said_of(who, "name", "legalName") or _words(value, "hiringOrganization", "organizer")
    skills = [
        text_of(s)
        for n in ("skills", "qualifications", "experienceRequirements")
        for s in listed(value.get(n))
    ]
    tags = [
        text_of(t)
        for n in ("keywords", "industry", "occupationalCategory", "about")
        for t in listed(value.get(n))
        if not (isinstance(t, dict) and set(t) <= {"@id", "@type"})
    ]
    age = re.match(r"\s*(\d{1,2})", said_of(value, "typicalAgeRange"))
    cells = {
        "external_id": line(ident_of(value), "identifier", notes, 1_000),
        "title": said_of(value, "title", "name"),
        "description": said_of(value, "description"),
        "summary": said_of(value, "disambiguatingDescription"),
        "association": "" if "://" in name else name,
        "association_id": said_of(who, "@id"),
        "association_url": said_of(who, "url", "sameAs"),
        "association_description": said_of(who, "description"),
        "tags": ",".join(tags),
        "skills": ", ".join(skills),
        "schedule": said_of(value, "workHours"),
        "places": said_of(
            value, "remainingAttendeeCapacity", "maximumAttendeeCapacity", "totalJobOpenings"
        ),
        "minimum_age": age.group(1) if age else "",
        "detail_url": said_of(value, "url", "mainEntityOfPage"),
        "image_url": image_of(value),
        "language": said_of(value, "inLanguage"),
        "posted": said_of(value, "datePosted", "datePublished", "dateCreated"),
        "updated": said_of(value, "dateModified"),
        "expires": said_of(value, "validThrough"),
    }
    return {name: text.strip() for name, text in cells.items() if text.strip()}


def _words(value: dict[str, Any], *names: str) -> str:
    """What is said as text, in place of an object; the id of one is no name."""
    return next((one for n in names for one in listed(value.get(n)) if isinstance(one, str)), "")


def ident_of(value: dict[str, Any]) -> str:
    """The id that the publisher gave: an identifier (maybe a PropertyValue), or the node's own."""
    given = value.get("identifier")
    if isinstance(given, dict):
        given = given.get("value") or given.get("@value") or given.get("@id")
    named = (text_of(given), said_of(value, "@id", "id"))
    # A blank node's number is another at each delivery.
    return next((one for one in named if one and not one.startswith("_:")), "")


def image_of(value: dict[str, Any]) -> str:
    """The address of its picture."""
    first = next(iter(listed(value.get("image"))), "")
    return said_of(first, "contentUrl", "url", "@id") if isinstance(first, dict) else text_of(first)


def locations(
    value: dict[str, Any], notes: Notebook, settings: ReadSettings
) -> tuple[FeedLocation, ...]:
    """Its places: Place, PostalAddress or a line of text; a VirtualLocation is none."""
    written = [*listed(value.get("jobLocation")), *listed(value.get("location"))]
    found = (
        TableRow(place_cells(one), notes, settings).location()
        for one in written
        if not _is_virtual(one)
    )
    return tuple(place for place in found if place is not None)


def place_cells(place: Any) -> dict[str, str]:
    """A place under the names of our fields."""
    if not isinstance(place, dict):
        return written_place(text_of(place))
    address, geo = place.get("address"), next(iter(objects(place.get("geo"))), place)
    if said_of(place, "@type").endswith("PostalAddress"):
        address, place = place, {}
    parts = next(iter(objects(address)), {})
    cells = {
        "place_name": said_of(place, "name"),
        "street": said_of(parts, "streetAddress"),
        "postal_code": said_of(parts, "postalCode"),
        "city": said_of(parts, "addressLocality"),
        "region": said_of(parts, "addressRegion"),
        "country": said_of(parts, "addressCountry"),
        "lat": said_of(geo, "latitude"),
        "lon": said_of(geo, "longitude"),
    }
    if not parts and address:
        on_a_line = written_place(text_of(address))
        on_a_line["street"] = on_a_line.get("street") or on_a_line.pop("place_name", "")
        cells |= on_a_line
    if cells["place_name"] == cells["city"]:
        cells["place_name"] = ""
    return {name: text for name, text in cells.items() if text}


def _is_virtual(place: Any) -> bool:
    return isinstance(place, dict) and said_of(place, "@type").endswith("VirtualLocation")


def _employment(value: dict[str, Any]) -> str:
    return ",".join(text_of(kind).upper() for kind in listed(value.get("employmentType")))


def _remote(value: dict[str, Any]) -> str:
    mode, kind = said_of(value, "eventAttendanceMode"), said_of(value, "jobLocationType")
    places = [*listed(value.get("location")), *listed(value.get("jobLocation"))]
    virtual = [_is_virtual(place) for place in places]
    if (
        "Mixed" in mode
        or (any(virtual) and not all(virtual))
        or (kind.upper() == "TELECOMMUTE" and places)
    ):
        return "possible"
    return "full" if "Online" in mode or any(virtual) or kind.upper() == "TELECOMMUTE" else ""


def _dates(value: dict[str, Any]) -> dict[str, str]:
    """When an event happens, and how it repeats (schema.org's Schedule)."""
    cells = {"start_date": said_of(value, "startDate"), "end_date": said_of(value, "endDate"), "duration": said_of(value, "duration")}  # fmt: skip
    for schedule in objects(value.get("eventSchedule"))[:1]:
        days = [
            _DAYS.get(text_of(d).rpartition("/")[2].lower(), "")
            for d in listed(schedule.get("byDay"))
        ]
        rule = _EVERY.get(
            said_of(schedule, "repeatFrequency").upper(), "FREQ=WEEKLY" if any(days) else ""
        )
        if rule and any(days):
            rule += ";BYDAY=" + ",".join(filter(None, days))
        if rule and said_of(schedule, "repeatCount"):
            rule += ";COUNT=" + said_of(schedule, "repeatCount")
        cells |= {
            "start_date": said_of(schedule, "startDate") or cells["start_date"],
            "end_date": said_of(schedule, "endDate"),
            "start_time": said_of(schedule, "startTime"),
            "end_time": said_of(schedule, "endTime"),
            "duration": said_of(schedule, "duration") or cells["duration"],
            "recurrence": rule,
        }
    return {name: text for name, text in cells.items() if text}


def _action_dates(value: dict[str, Any]) -> dict[str, str]:
    """When an action happens; a job is ongoing, from its start on."""
    cells = {"start_date": said_of(value, "startTime"), "end_date": said_of(value, "endTime")}
    return {name: text for name, text in cells.items() if text}


def _part(
    sub: dict[str, Any], row: TableRow, notes: Notebook, settings: ReadSettings
) -> Iterator[FeedShift]:
    """The shift of a part of an event that has a date of its own."""
    cells = _dates(sub)
    if cells.get("start_date") and "Cancelled" not in said_of(sub, "eventStatus"):
        for shift in RowDates(cells, notes, settings, row.zone()).read(None)[0]:
            yield replace(shift)

"""Several dates, and rules, in API Engagement's XML: an element of our own, `shifts`, that its other readers pass over.

The standard gives an offer one stretch of time. It is written too: whoever knows no better has the first and the last
date. Without this, an export that is read back would make one long stretch of a week of mornings.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lxml import etree

from portal.formats.dates import instant, moment
from portal.formats.item import FeedItem, FeedRecurrence, FeedShift
from portal.formats.problem import Notebook
from portal.formats.recurrence import clean_rule, make_rule
from portal.formats.settings import ReadSettings
from portal.formats.values import places
from portal.formats.xml_feed import Parts, said
from portal.formats.xml_writing import add
from portal.formats.zones import zone_of

_MINUTE = timedelta(minutes=1)


def write_shifts(made: etree._Element, item: FeedItem) -> None:
    """Add what one stretch cannot say: several dates, a rule, a zone, dates of an offer that goes on without them."""
    if not item.shifts:
        return
    wrapper = etree.SubElement(made, "shifts", {"ongoing": "yes"} if item.is_ongoing else {})
    for shift in item.shifts:
        one = etree.SubElement(wrapper, "shift")
        rule, zone = shift.recurrence, ZoneInfo(shift.zone)
        start = rule.starts_at if rule else shift.starts_at
        end = rule.starts_at + rule.minutes * _MINUTE if rule else shift.ends_at
        add(one, "startAt", start.astimezone(zone).isoformat() if start else None)
        add(one, "endAt", end.astimezone(zone).isoformat() if end else None)
        add(one, "zone", shift.zone)
        add(one, "places", shift.capacity)
        add(one, "recurrence", rule.rrule if rule else None)


def read_shifts(
    parts: Parts, notes: Notebook, settings: ReadSettings, zone: ZoneInfo
) -> tuple[tuple[FeedShift, ...], bool]:
    """The shifts that a mission lists, and whether it goes on without them; one without a start is told and left out."""
    found: list[FeedShift] = []
    wrapper = parts.first("shifts")
    for element in parts.inside("shifts", "shift") if wrapper is not None else ():
        shift = _shift(element, parts.line_of(element), notes, settings, zone)
        if shift is not None:
            found.append(shift)
    return tuple(found), wrapper is not None and wrapper.get("ongoing") == "yes"


def _shift(
    element: etree._Element, at: int, notes: Notebook, settings: ReadSettings, fallback: ZoneInfo
) -> FeedShift | None:
    own, order = Parts(element, at), settings.date_order
    zone = zone_of(own.said("zone"), str(fallback), "zone", notes, at)
    start = instant(own.said("startAt"), "startAt", notes, zone, order, at)
    end = instant(own.said("endAt"), "endAt", notes, zone, order, at, ends=True)
    if start is None or (end is not None and end < start):
        notes.repaired("shift", said(element), "date", at)
        return None
    capacity = places(own.said("places"), "places", notes, at)
    if not own.said("recurrence").strip():
        return FeedShift(start, end, str(zone), capacity)
    rule = _rule(own, notes, order, zone, start, end, at)
    return None if rule is None else FeedShift(None, None, str(zone), capacity, recurrence=rule)


def _rule(
    own: Parts, notes: Notebook, order: str, zone: ZoneInfo,
    start: datetime, end: datetime | None, at: int,
) -> FeedRecurrence | None:  # fmt: skip
    written = own.said("recurrence")
    first = moment(own.said("startAt"), "startAt", notes, order, at)
    rule = clean_rule(written)
    if rule is None:
        notes.repaired("recurrence", written, "recurrence", at)
        return None
    return make_rule(rule, first, ((end or start) - start) // _MINUTE, zone, None)

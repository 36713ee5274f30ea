"""Offers as Footprint XML 0.1, as All for Good's schema wants it: what `footprint.read` reads, written.

The format knows one number of volunteers an offer, and neither a rhythm in words, nor access for wheelchairs, nor a
station near by: those are lost. Nobody's e-mail or telephone is ever written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from lxml import etree

from portal import themes
from portal.formats.item import (
    FeedAssociation,
    FeedItem,
    FeedLocation,
    FeedRecurrence,
    FeedShift,
    RemoteWork,
)
from portal.formats.values import UNLIMITED_PLACES
from portal.formats.xml_writing import HEAD, Source, add, chunks, quiet_tags

_VERSION = "0.1"
_UTC = "Etc/UTC"
_DAY = timedelta(days=1)
_FLAGS = ("self_directed", "micro")  # tags that the format has elements for


def write(
    source: Source, associations: Iterable[FeedAssociation], items: Iterable[FeedItem]
) -> Iterator[bytes]:
    """The whole feed in pieces: who sends it, every association, every offer."""
    yield HEAD + f'<FootprintFeed schemaVersion="{_VERSION}">\n'.encode()
    yield from chunks([_feed_info(source)])
    yield b"<Organizations>\n"
    yield from chunks(_organization(one) for one in associations)
    yield b"</Organizations>\n<VolunteerOpportunities>\n"
    yield from chunks(_opportunity(item) for item in items)
    yield b"</VolunteerOpportunities>\n</FootprintFeed>\n"


def _feed_info(source: Source) -> etree._Element:
    made = etree.Element("FeedInfo")
    add(made, "providerID", source.name)
    add(made, "providerName", source.title)
    add(made, "createdDateTime", _instant(source.at), olsonTZ=_UTC)
    add(made, "providerURL", source.url)
    return made


def _organization(one: FeedAssociation) -> etree._Element:
    made = etree.Element("Organization")
    add(made, "organizationID", one.external_id)
    add(made, "name", one.name)
    add(made, "description", one.description)
    if one.city:
        add(etree.SubElement(made, "location"), "city", one.city)
    add(made, "organizationURL", one.url)
    add(made, "logoURL", one.logo_url)
    return made


def _opportunity(item: FeedItem) -> etree._Element:
    made = etree.Element("VolunteerOpportunity")
    add(made, "volunteerOpportunityID", item.external_id)
    if item.association is not None:
        sponsors = etree.SubElement(made, "sponsoringOrganizationIDs")
        add(sponsors, "sponsoringOrganizationID", item.association.external_id)
    add(made, "title", item.title)
    add(made, "abstract", item.summary)
    wanted = UNLIMITED_PLACES if item.places_wanted is None else item.places_wanted
    add(made, "volunteersNeeded", wanted)
    times = etree.SubElement(made, "dateTimeDurations")
    for shift in item.shifts:
        times.append(_shift(shift))
    if item.is_ongoing or not item.shifts:
        add(etree.SubElement(times, "dateTimeDuration"), "openEnded", "Yes")
    add(times[0], "commitmentHoursPerWeek", item.hours_per_week)  # said once of the whole offer
    where = etree.SubElement(made, "locations")
    if item.remote is not RemoteWork.NO:
        add(etree.SubElement(where, "location"), "virtual", "Yes")
    where.extend(_location(location) for location in item.locations)
    _tags(made, "audience", item.audiences)
    _tags(made, "category", (*map(_theme, item.themes), *quiet_tags(item)))
    add(made, "minimumAge", item.minimum_age)
    add(made, "skills", item.skills)
    add(made, "detailURL", item.detail_url)
    add(made, "language", item.language)
    add(made, "description", item.description)
    if item.updated_at is not None:
        add(made, "lastUpdated", _instant(item.updated_at), olsonTZ=_UTC)
    if item.expires_at is not None:
        add(made, "expires", _instant(item.expires_at), olsonTZ=_UTC)
    for flag in _FLAGS:
        add(made, flag, "Yes" if flag in item.tags else "")
    return made


def _theme(slug: str) -> str:
    return themes.BY_SLUG[slug].en if slug in themes.BY_SLUG else slug


def _tags(parent: etree._Element, kind: str, words: Iterable[str]) -> None:
    made = etree.Element(f"{kind}Tags")
    for word in dict.fromkeys(words):
        add(made, f"{kind}Tag", word)
    if len(made):
        parent.append(made)


def _shift(shift: FeedShift) -> etree._Element:
    made = etree.Element("dateTimeDuration")
    if shift.recurrence is not None:
        _rule(made, shift.recurrence)
        return made
    assert shift.starts_at is not None, "a shift has a date or a rule"  # noqa: S101
    zone = ZoneInfo(shift.zone)
    start = shift.starts_at.astimezone(zone)
    end = (shift.ends_at or shift.starts_at).astimezone(zone)
    add(made, "openEnded", "No")
    add(made, "startDate", start.date().isoformat())
    add(made, "endDate", end.date().isoformat())
    add(made, "startTime", _clock(start), olsonTZ=shift.zone)
    add(made, "endTime", _clock(end), olsonTZ=shift.zone)
    return made


def _rule(made: etree._Element, rule: FeedRecurrence) -> None:
    start = rule.starts_at.astimezone(ZoneInfo(rule.zone))
    length = timedelta(minutes=rule.minutes)
    add(made, "openEnded", "No")
    add(made, "startDate", start.date().isoformat())
    add(made, "iCalRecurrence", rule.rrule)
    add(made, "startTime", _clock(start), olsonTZ=rule.zone)
    if (
        length < _DAY
    ):  # by the wall clock: the night when clocks change lasts as long as its hours say
        end = start.replace(tzinfo=None) + length
        add(made, "endTime", _clock(end), olsonTZ=rule.zone)


def _location(location: FeedLocation) -> etree._Element:
    made = etree.Element("location")
    add(made, "virtual", "No")
    add(made, "name", location.name)
    add(made, "streetAddress1", location.street)
    add(made, "city", location.city)
    add(made, "region", location.region)
    add(made, "postalCode", location.postal_code)
    add(made, "country", location.country)
    add(made, "latitude", _degrees(location.lat))
    add(made, "longitude", _degrees(location.lon))
    add(made, "directions", location.directions)
    return made


def _degrees(value: float | None) -> str:
    """Without an exponent, which a decimal of the schema cannot have."""
    return "" if value is None else f"{value:.7f}".rstrip("0").rstrip(".")


def _instant(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def _clock(moment: datetime) -> str:
    return moment.strftime("%H:%M:%S")

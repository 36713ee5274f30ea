"""Offers as API Engagement's XML: what `engagement.read` reads, written.

The format gives an offer one stretch of time: of several dates it gets the first and the last, and all of them in an
element of our own (engagement_shifts.py). So do an age, a language and what else only a portal like this one reads.
Nobody's e-mail or telephone is ever written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from lxml import etree

from portal import themes
from portal.formats.engagement_shifts import write_shifts
from portal.formats.item import FeedAssociation, FeedItem, FeedLocation, FeedShift, RemoteWork
from portal.formats.xml_writing import HEAD, add, chunks, quiet_tags

DOMAINS = {
    "solidarity": "solidarite-insertion",
    "health": "sante",
    "education": "education",
    "environment": "environnement",
    "animals": "animaux",
    "culture": "culture-loisirs",
    "sport": "sport",
    "citizenship": "memoire-et-citoyennete",
    "emergency": "prevention-protection",
    "international": "humanitaire",
    "digital": "numerique",
    "skills": "benevolat-competences",
}
_REMOTE = {RemoteWork.NO: "no", RemoteWork.POSSIBLE: "possible", RemoteWork.FULL: "full"}
_ZONE = "Europe/Paris"


def write(items: Iterable[FeedItem]) -> Iterator[bytes]:
    """The whole feed in pieces."""
    yield HEAD + b"<source>\n"
    yield from chunks(_mission(item) for item in items)
    yield b"</source>\n"


def _mission(item: FeedItem) -> etree._Element:
    made = etree.Element("mission")
    add(made, "clientId", item.external_id)
    add(made, "title", item.title)
    add(made, "summary", item.summary)
    add(made, "description", item.description)
    add(made, "applicationUrl", item.detail_url)
    add(made, "image", item.image_url)
    _dates(made, item)
    write_shifts(made, item)
    domain, *others = item.themes or ("",)
    add(made, "domain", DOMAINS.get(domain, "autre"))
    _list(made, "tags", (*(themes.BY_SLUG[o].fr for o in others), *quiet_tags(item)))
    _list(made, "activity", item.activities)
    _list(made, "audience", item.audiences)
    add(made, "requirements", item.skills)
    add(made, "remote", _REMOTE[item.remote])
    add(made, "schedule", item.schedule)
    add(made, "places", item.places_wanted)
    add(made, "minimumAge", item.minimum_age)
    add(made, "hoursPerWeek", item.hours_per_week)
    add(made, "language", item.language)
    for name, value in (
        ("openToMinors", item.is_open_to_minors),
        ("reducedMobilityAccessible", item.is_accessible),
        ("closeToTransport", item.near_transport),
    ):
        add(made, name, None if value is None else ("yes" if value else "no"))
    if item.locations:
        addresses = etree.SubElement(made, "addresses")
        addresses.extend(_address(location) for location in item.locations)
    if item.association is not None:
        _organization(made, item.association)
    return made


def _dates(made: etree._Element, item: FeedItem) -> None:
    add(made, "postedAt", _instant(item.posted_at))
    add(made, "updatedAt", _instant(item.updated_at))
    add(made, "expiresAt", _instant(item.expires_at))
    dated = [shift for shift in item.shifts if shift.starts_at is not None]
    if not dated:
        return
    start = min(shift.starts_at for shift in dated if shift.starts_at)
    add(made, "startAt", _instant(start))
    if not item.is_ongoing:
        add(made, "endAt", _instant(max(map(_end, dated))))


def _end(shift: FeedShift) -> datetime:
    end = shift.ends_at or shift.starts_at
    assert end is not None, "only dated shifts have an end"  # noqa: S101
    return end


def _list(made: etree._Element, name: str, words: Iterable[str]) -> None:
    """A list as <value> elements: a label may hold a comma."""
    wrapper = etree.Element(name)
    for word in dict.fromkeys(words):
        add(wrapper, "value", word)
    if len(wrapper):
        made.append(wrapper)


def _address(location: FeedLocation) -> etree._Element:
    made = etree.Element("address")
    add(made, "street", location.street)
    add(made, "postalCode", location.postal_code)
    add(made, "city", location.city)
    add(made, "departmentCode", location.department)
    add(made, "region", location.region)
    add(made, "country", location.country)
    if location.lat is not None:
        where = etree.SubElement(made, "location")
        add(where, "lat", f"{location.lat:.7f}")
        add(where, "lon", f"{location.lon:.7f}")
    return made


def _organization(made: etree._Element, one: FeedAssociation) -> None:
    add(made, "organizationClientId", one.external_id)
    add(made, "organizationName", one.name)
    add(made, "organizationDescription", one.description)
    add(made, "organizationUrl", one.url)
    add(made, "organizationLogo", one.logo_url)
    add(made, "organizationRNA", one.rna)
    add(made, "organizationSiren", one.siren)
    add(made, "organizationCity", one.city)


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(ZoneInfo(_ZONE)).isoformat()

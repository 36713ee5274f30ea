"""Les Passeurs d'élan's file, in API Engagement's XML: what French networks exchange among themselves.

The format has no rule of recurrence: a weekly need is one that began and does not end, with its hours in words.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from xml.etree.ElementTree import Element, SubElement, indent, tostring
from zoneinfo import ZoneInfo

from portal.demo.feeds.partners import Partner
from portal.demo.feeds.rolling import RollingOffer
from portal.demo.timetable import FRENCH_DAYS, Hours
from portal.formats.engagement_writing import DOMAINS


def write(partner: Partner, offers: list[RollingOffer], today: date) -> bytes:
    """The whole file."""
    root = Element("source")
    for offer in offers:
        _record(SubElement(root, "mission"), offer)
    indent(root, "  ")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, "unicode")}\n'.encode()


def _record(element: Element, offer: RollingOffer) -> None:
    activity, association = offer.activity, offer.association
    hours = Hours(offer.start, offer.minutes, offer.zone)
    _say(
        element,
        clientId=offer.key,
        title=offer.text.title,
        description=offer.text.description_html,
        applicationUrl=f"https://passeurs-elan.example/missions/{offer.key}",
        postedAt=f"{offer.posted_on.isoformat()}T08:00:00.000Z",
        startAt=_instant(offer, 0),
    )
    if offer.pattern == "once":
        _say(element, endAt=_instant(offer, offer.minutes))
    _say(element, domain=DOMAINS[activity.theme])
    for name, values in (("tags", activity.tags), ("softSkills", activity.skills)):
        if values:
            _say(SubElement(element, name), *values)
    _say(
        element,
        remote=activity.remote,
        schedule=_schedule(offer, hours),
        openToMinors="no" if (activity.minimum_age or 0) >= 18 else "yes",
        reducedMobilityAccessible="yes" if activity.is_accessible else "no",
        closeToTransport="yes" if association.town.weight else "no",
    )
    if offer.capacity is not None:
        _say(element, places=str(offer.capacity))
    _place(element, offer)
    _say(
        element,
        organizationClientId=f"pe-{association.number:03d}",
        organizationName=association.name,
        organizationDescription=association.about,
        organizationCity=association.town.name,
        organizationPostCode=association.town.postal_code,
    )


def _place(element: Element, offer: RollingOffer) -> None:
    place = offer.location
    if place is None:
        return
    _say(
        element,
        address=place.street,
        city=place.town,
        postalCode=place.postal_code,
        departmentCode=place.departement,
        country=place.country,
        lonlat=f"{place.lon:.5f},{place.lat:.5f}",
    )


def _schedule(offer: RollingOffer, hours: Hours) -> str:
    if offer.pattern == "weekly":
        return f"Le {FRENCH_DAYS[offer.weekday]}, {hours.in_words('fr')}"
    return "" if offer.pattern == "once" else "À votre rythme, tout au long de l’année"


def _instant(offer: RollingOffer, minutes: int) -> str:
    at = time(offer.start // 60, offer.start % 60)
    local = datetime.combine(offer.first_on, at, tzinfo=ZoneInfo(offer.zone))
    return (local.astimezone(UTC) + timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _say(parent: Element, *values: str, **texts: str) -> None:
    for value in values:
        SubElement(parent, "value").text = value
    for name, text in texts.items():
        SubElement(parent, name).text = text

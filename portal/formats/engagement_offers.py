"""One mission of an API Engagement feed, read into the draft of a FeedItem."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from portal import themes
from portal.formats.activities import activities_of
from portal.formats.associations import registered
from portal.formats.checks import LENGTHS
from portal.formats.coordinates import Position, position, position_pair
from portal.formats.countries import country_code
from portal.formats.dates import Moment, moment
from portal.formats.departments import french_postal_code
from portal.formats.engagement_shifts import read_shifts
from portal.formats.item import (
    DESCRIPTION_LENGTH,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    FeedAssociation,
    FeedLocation,
    FeedShift,
    RemoteWork,
)
from portal.formats.languages import language_code
from portal.formats.remote import remote_work
from portal.formats.settings import ReadSettings
from portal.formats.text import clean_html, line
from portal.formats.values import decimal, places, web_address, whole, yes_no
from portal.formats.xml_feed import Parts, XmlRecord, said
from portal.formats.zones import zone_of, zone_of_place

_COUNTRY, _ZONE = "FR", "Europe/Paris"


class Mission:
    """The reader of one record: its element, its notebook, and how the feed is to be understood."""

    def __init__(self, record: XmlRecord, settings: ReadSettings) -> None:
        self._parts, self._notes, self._line = record.parts, record.notes, record.line
        self._settings = settings

    def draft(self) -> dict[str, Any]:
        """The fields of the item; what could not be used is in the notebook."""
        ident = line(self._parts.said("clientId"), "clientId", self._notes, 1_000)
        self._notes.external_id = ident or None
        locations = self._locations()
        remote = remote_work(
            self._parts.said("remote"), "remote", self._notes, self._parts.at("remote")
        )
        wanted = places(self._parts.said("places"), "places", self._notes, self._parts.at("places"))
        zone = self._zone(locations)
        start, end = self._stretch(zone)
        told, goes_on = read_shifts(self._parts, self._notes, self._settings, zone)
        theme, tags = self._theme(), self._list("tags", LENGTHS["tag"])
        guessed = tuple(slug for tag in tags for slug in themes.of_tag(tag))
        detail_url = self._url("applicationUrl")
        if not detail_url:
            written = self._parts.said("applicationUrl")
            self._notes.refused(
                "applicationUrl", written, "url_missing", self._parts.at("applicationUrl")
            )
        return {
            "external_id": ident,
            "title": self._text("title", TITLE_LENGTH),
            "description": self._html("description", DESCRIPTION_LENGTH),
            "summary": self._text("summary", SUMMARY_LENGTH),
            "association": self._association(),
            "locations": () if remote is RemoteWork.FULL else locations,
            "remote": remote,
            "themes": tuple(dict.fromkeys((theme, *guessed) if theme else guessed)),
            "tags": tags,
            "activities": activities_of(",".join(self._list("activity", 200))),
            "audiences": self._list("audience", LENGTHS["tag"]),
            "skills": self._skills(),
            "shifts": told or self._shifts(start, end, zone, wanted),
            "is_ongoing": goes_on if told else end is None,
            "schedule": self._text("schedule", LENGTHS["schedule"]),
            "places_wanted": wanted,
            "minimum_age": whole(
                self._parts.said("minimumAge"), "minimumAge", self._notes, most=120
            ),
            "hours_per_week": decimal(
                self._parts.said("hoursPerWeek"), "hoursPerWeek", self._notes, most=168
            ),
            "is_open_to_minors": self._yes_no("openToMinors"),
            "is_accessible": self._yes_no("reducedMobilityAccessible"),
            "near_transport": self._yes_no("closeToTransport"),
            "detail_url": detail_url,
            "image_url": self._url("image"),
            "language": language_code(self._parts.said("language")) or "fr",
            "posted_at": self._day("postedAt", zone),
            "updated_at": self._day("updatedAt", zone),
            "expires_at": self._day("expiresAt", zone, ends=True),
        }

    def _text(self, name: str, limit: int) -> str:
        return line(self._parts.said(name), name, self._notes, limit, self._parts.at(name))

    def _html(self, name: str, limit: int) -> str:
        return clean_html(self._parts.said(name), name, self._notes, limit, self._parts.at(name))

    def _url(self, name: str) -> str:
        return web_address(self._parts.said(name), name, self._notes, self._parts.at(name))

    def _yes_no(self, name: str) -> bool | None:
        return yes_no(self._parts.said(name), name, self._notes, self._parts.at(name))

    def _list(self, name: str, limit: int) -> tuple[str, ...]:
        """A list written as <value> or <item> elements, as the same element repeated, or as "a, b"."""
        found: list[str] = []
        for element in self._parts.all(name):
            if inner := Parts(element, 0).all("value", "item", name.rstrip("s")):
                found.extend(said(one) for one in inner)
            elif name == "activity":  # labels may hold commas: activities_of knows
                found.append(said(element))
            else:
                found.extend(said(element).split(","))
        lines = (line(text, name, self._notes, limit, self._parts.at(name)) for text in found)
        return tuple(dict.fromkeys(filter(None, lines)))

    def _theme(self) -> str | None:
        """The theme of the domain; one that is not known is told, and kept where people can search it."""
        written = self._text("domain", LENGTHS["tag"])
        if not written:
            return None
        slug, is_known = themes.of_domain(written)
        if not is_known and slug is None:
            self._notes.repaired("domain", written, "theme_unknown", self._parts.at("domain"))
        return slug

    def _skills(self) -> str:
        wished = [*self._list("softSkills", 200), *self._list("requirements", 300)]
        return line(
            ", ".join(dict.fromkeys(wished)), "requirements", self._notes, LENGTHS["skills"]
        )

    def _association(self) -> FeedAssociation | None:
        def text(name: str, limit: int) -> str:
            return self._text("organization" + name, limit)

        name = text("Name", 200)
        if not name:
            return self._settings.association
        rna, siren, siret = registered(
            {k: self._parts.said("organization" + k) for k in ("RNA", "Siren", "Siret")},
            self._notes,
        )
        return FeedAssociation(
            name=name,
            external_id=text("ClientId", 250) or text("Id", 250),
            rna=rna,
            siren=siren,
            siret=siret,
            url=self._url("organizationUrl"),
            logo_url=self._url("organizationLogo"),
            description=self._html("organizationDescription", 4_000),
            city=text("City", LENGTHS["place"]),
        )

    def _locations(self) -> tuple[FeedLocation, ...]:
        """The addresses of the mission, or the one that it spells out itself."""
        addresses = [
            a
            for w in self._parts.all("addresses")
            for a in Parts(w, 0).all("address", "item", "value")
        ]
        addresses += [a for a in self._parts.all("address") if len(a)]
        found = (self._location(Parts(a, self._line), self._parts.line_of(a)) for a in addresses)
        several = tuple(location for location in found if location)
        if several:
            return several
        one = self._location(self._parts, self._line)
        return (one,) if one else ()

    def _location(self, parts: Parts, at: int) -> FeedLocation | None:
        def text(limit: int, *names: str) -> str:
            return line(parts.said(*names), names[0], self._notes, limit, at)

        postal_code = text(12, "postalCode", "codePostal")
        written = text(60, "country", "pays")
        country = country_code(written) if written else self._settings.country or _COUNTRY
        if country is None:
            country = self._settings.country or _COUNTRY
            self._notes.repaired("country", written, "country", at, used=country)
        postal_code = french_postal_code(postal_code, country, self._notes, at)
        spot = self._position(parts, country, postal_code, at)
        lat, lon = spot or (None, None)
        place = FeedLocation(
            street=text(LENGTHS["address"], "street", "address", "adresse"),
            postal_code=postal_code,
            city=text(LENGTHS["place"], "city", "ville"),
            department=text(3, "departmentCode"),
            region=text(80, "region"),
            country=country,
            lat=lat,
            lon=lon,
        )
        is_said = (
            place.street
            or postal_code
            or place.city
            or place.department
            or place.region
            or spot
            or written
        )
        return place if is_said else None

    def _position(self, parts: Parts, country: str, postal_code: str, at: int) -> Position | None:
        for where in (parts.parts("location"), parts.parts("lonlat"), parts):
            lat = where.said("latitude", "lat") if where else ""
            lon = where.said("longitude", "lon", "lng") if where else ""
            if lat.strip() or lon.strip():
                return position(lat, lon, country, postal_code, self._notes, at)
        pair = " ".join(str(text) for one in parts.all("lonlat") for text in one.itertext())
        return position_pair(pair, country, postal_code, self._notes, at, longitude_first=True)

    def _zone(self, locations: tuple[FeedLocation, ...]) -> ZoneInfo:
        home = self._settings.zone
        first = locations[0] if locations else FeedLocation()
        of_place = zone_of_place(first.country, first.region, first.postal_code, home)
        return zone_of("", of_place or home or _ZONE, "zone", self._notes)

    def _moment(self, name: str) -> Moment | None:
        order, at = self._settings.date_order, self._parts.at(name)
        return moment(self._parts.said(name), name, self._notes, order, at)

    def _day(self, name: str, zone: ZoneInfo, *, ends: bool = False) -> datetime | None:
        return _instant(self._moment(name), zone, ends=ends)

    def _stretch(self, zone: ZoneInfo) -> tuple[datetime | None, datetime | None]:
        """From when to when. Two midnights are two days that a program made into instants, whatever their offset."""
        start, end = self._moment("startAt"), self._moment("endAt")
        if all(
            one is None or (one.at or time()).replace(tzinfo=None) == time() for one in (start, end)
        ):
            start, end = (None if one is None else Moment(one.day) for one in (start, end))
        return _instant(start, zone), _instant(end, zone, ends=True)

    def _shifts(
        self, start: datetime | None, end: datetime | None, zone: ZoneInfo, wanted: int | None
    ) -> tuple[FeedShift, ...]:
        """One dated shift when it ends; a start alone says only since when, and the offer is ongoing."""
        if end is None:
            return ()
        if start is not None and end < start:
            self._notes.repaired(
                "endAt", self._parts.said("endAt"), "dates_reversed", self._parts.at("endAt")
            )
            start, end = end, start
        start = start or (end.astimezone(zone).replace(hour=0, minute=0, second=0)).astimezone(
            end.tzinfo
        )
        whole_days = end - start >= timedelta(hours=20)
        return (FeedShift(start, end, str(zone), wanted, whole_days),)


def _instant(found: Moment | None, zone: ZoneInfo, *, ends: bool = False) -> datetime | None:
    """In UTC; a day without a time is its first moment, or its last when it `ends`."""
    return found.instant(zone, time(23, 59) if ends else time()) if found else None

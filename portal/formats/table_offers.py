"""One row of a table, read into the draft of a FeedItem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, time
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
from portal.formats.item import (
    DESCRIPTION_LENGTH,
    SUMMARY_LENGTH,
    TITLE_LENGTH,
    FeedAssociation,
    FeedContact,
    FeedLocation,
    RemoteWork,
)
from portal.formats.languages import language_code
from portal.formats.problem import Notebook
from portal.formats.remote import remote_work
from portal.formats.settings import ReadSettings
from portal.formats.table_dates import RowDates
from portal.formats.text import clean_html, line
from portal.formats.values import decimal, email, places, web_address, whole, yes_no
from portal.formats.written_places import written_place
from portal.formats.zones import zone_of, zone_of_place

_COUNTRY, _ZONE = "FR", "Europe/Paris"
_LAST_MINUTE = time(23, 59)


class TableRow:
    """The reader of one row: its cells by field, its notebook, and how the feed is to be understood."""

    def __init__(self, cells: Mapping[str, str], notes: Notebook, settings: ReadSettings) -> None:
        self._cells, self._notes, self._settings = cells, notes, settings

    def ident(self) -> str | None:
        """The row's id, or its address in its place; None when it has neither."""
        return self._cells.get("external_id") or self._cells.get("detail_url") or None

    def draft(self) -> dict[str, Any]:
        """The fields of the item; what could not be used is in the notebook."""
        if not self._cells.get("external_id") and self._cells.get("detail_url"):
            self._notes.repaired("external_id", self._cells["detail_url"], "id_from_url")
        remote = remote_work(self._cells.get("remote"), "remote", self._notes)
        location = self.location()
        wanted = places(self._cells.get("places"), "places", self._notes)
        shifts, is_ongoing = RowDates(
            self._cells, self._notes, self._settings, self.zone(location)
        ).read(wanted)
        tags = self._list("theme") + self._list("tags")
        minimum_age = whole(self._cells.get("minimum_age"), "minimum_age", self._notes, most=120)
        minors = self._yes_no("minors")
        return {
            "external_id": " ".join((self.ident() or "").split()),
            "title": self._text("title", TITLE_LENGTH),
            "description": clean_html(
                self._cells.get("description"), "description", self._notes, DESCRIPTION_LENGTH
            ),
            "summary": self._text("summary", SUMMARY_LENGTH),
            "association": self._association(),
            "locations": (location,) if location and remote is not RemoteWork.FULL else (),
            "remote": remote,
            "themes": self._themes(tags),
            "tags": tags,
            "activities": activities_of(self._cells.get("activities", ""))
            if self._cells.get("activities")
            else (),
            "audiences": self._list("audiences"),
            "skills": self._text("skills", LENGTHS["skills"]),
            "shifts": shifts,
            "is_ongoing": is_ongoing,
            "schedule": self._text("schedule", LENGTHS["schedule"]),
            "hours_per_week": decimal(
                self._cells.get("hours_per_week"), "hours_per_week", self._notes, most=168
            ),
            "places_wanted": wanted,
            "minimum_age": minimum_age,
            "is_open_to_minors": minors
            if minors is not None or minimum_age is None
            else minimum_age < 18,
            "is_accessible": self._yes_no("accessible"),
            "near_transport": self._yes_no("near_transport"),
            "contact": FeedContact(
                self._text("contact_name", LENGTHS["person"]),
                email(self._cells.get("contact_email"), "contact_email", self._notes),
                self._text("contact_phone", LENGTHS["phone"]),
            ),
            "detail_url": self._url("detail_url"),
            "image_url": self._url("image_url"),
            "language": language_code(self._cells.get("language", "")),
            "posted_at": self._instant("posted"),
            "updated_at": self._instant("updated"),
            "expires_at": self._instant("expires", ends=True),
        }

    def _text(self, name: str, limit: int) -> str:
        return line(self._cells.get(name), name, self._notes, limit)

    def _url(self, name: str) -> str:
        return web_address(self._cells.get(name), name, self._notes)

    def _yes_no(self, name: str) -> bool | None:
        return yes_no(self._cells.get(name), name, self._notes)

    def _list(self, name: str) -> tuple[str, ...]:
        pieces = re.split(r"[,;|\n]", self._cells.get(name, ""))
        return tuple(
            filter(None, (line(piece, name, self._notes, LENGTHS["tag"]) for piece in pieces))
        )

    def _themes(self, tags: tuple[str, ...]) -> tuple[str, ...]:
        found: list[str] = []
        for tag in tags:
            slug, is_domain = themes.of_domain(tag)
            found.extend([slug] if is_domain and slug else themes.of_tag(tag))
            if not found and tag in self._list("theme"):
                self._notes.repaired("theme", tag, "theme_unknown")
        return tuple(dict.fromkeys(found))

    def _association(self) -> FeedAssociation | None:
        name = self._text("association", 200)
        if not name:
            return self._settings.association
        keys = {"RNA": "rna", "Siren": "siren", "Siret": "siret"}
        rna, siren, siret = registered(
            {k: self._cells.get(c, "") for k, c in keys.items()}, self._notes
        )
        about = clean_html(
            self._cells.get("association_description"),
            "association_description",
            self._notes,
            4_000,
        )
        return FeedAssociation(
            name,
            self._text("association_id", 250),
            rna,
            siren,
            siret,
            self._url("association_url"),
            description=about,
        )

    def location(self) -> FeedLocation | None:
        """The place that the row names, or None."""
        if not any(map(self._cells.get, ("postal_code", "city", "position", "lat"))):
            self._cells = {**self._cells, **_on_a_line(self._cells.get("street", ""))}
        written = self._cells.get("country", "")
        country = country_code(written) if written else self._settings.country or _COUNTRY
        if country is None:
            country = self._settings.country or _COUNTRY
            self._notes.repaired("country", written, "country", used=country)
        postal_code = french_postal_code(self._text("postal_code", 12), country, self._notes)
        lat, lon = self._position(country, postal_code) or (None, None)
        place = FeedLocation(
            name=self._text("place_name", LENGTHS["address"]),
            street=self._text("street", LENGTHS["address"]),
            postal_code=postal_code,
            city=self._text("city", LENGTHS["place"]),
            department=self._text("department", 60),
            region=self._text("region", 80),
            country=country,
            lat=lat,
            lon=lon,
        )
        said = (
            place.name,
            place.street,
            postal_code,
            place.city,
            place.department,
            place.region,
            lat,
            written,
        )
        return place if any(part not in ("", None) for part in said) else None

    def _position(self, country: str, postal_code: str) -> Position | None:
        lat, lon = self._cells.get("lat"), self._cells.get("lon")
        if lat or lon:
            return position(lat, lon, country, postal_code, self._notes)
        both = self._cells.get("position")
        return position_pair(both, country, postal_code, self._notes, longitude_first=False)

    def zone(self, location: FeedLocation | None = None) -> ZoneInfo:
        """The wall clock of that place, else the feed's."""
        home, place = self._settings.zone, location or FeedLocation()
        of_place = zone_of_place(place.country, place.region, place.postal_code, home)
        return zone_of("", of_place or home or _ZONE, "zone", self._notes)

    def _moment(self, name: str) -> Moment | None:
        return moment(self._cells.get(name), name, self._notes, self._settings.date_order)

    def _instant(self, name: str, *, ends: bool = False) -> datetime | None:
        found = self._moment(name)
        return found.instant(self.zone(None), _LAST_MINUTE if ends else time()) if found else None


def _on_a_line(street: str) -> dict[str, str]:
    """The parts of an address that stands whole in the cell of its street, as spreadsheets have it."""
    parts = written_place(street)
    return {"street": "", **parts} if "postal_code" in parts else {}

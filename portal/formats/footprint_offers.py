"""One VolunteerOpportunity of a Footprint feed, read into the draft of a FeedItem."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from portal import themes
from portal.formats.checks import LENGTHS
from portal.formats.dates import instant
from portal.formats.footprint_dates import read_durations
from portal.formats.footprint_places import SCHEMA_COUNTRY, read_location
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
from portal.formats.settings import ReadSettings
from portal.formats.text import clean_html, line
from portal.formats.values import email, places, web_address, whole, yes_no
from portal.formats.xml_feed import Parts, XmlRecord, said
from portal.formats.zones import zone_of, zone_of_place

# What the schema says when nothing is said.
_ZONE = "America/Los_Angeles"


@dataclass(slots=True)
class Organizations:
    """What the first pass learnt of the organizations, by their ids: who they are, and where."""

    associations: dict[str, FeedAssociation] = field(default_factory=dict)
    places: dict[str, FeedLocation] = field(default_factory=dict)


class Opportunity:
    """The reader of one record: its element, its notebook, and how the feed is to be understood."""

    def __init__(self, record: XmlRecord, settings: ReadSettings) -> None:
        self._record, self._parts, self._notes = record, record.parts, record.notes
        self._settings = settings
        self._zone = _ZONE

    def draft(self, known: Organizations) -> dict[str, Any]:
        """The fields of the item; what could not be used is in the notebook."""
        ident = line(
            self._parts.said("volunteerOpportunityID"), "volunteerOpportunityID", self._notes, 1_000
        )
        self._notes.external_id = ident or None
        wanted = places(
            self._parts.said("volunteersNeeded"),
            "volunteersNeeded",
            self._notes,
            self._parts.at("volunteersNeeded"),
        )
        locations, remote = self._locations()
        if not locations and remote is RemoteWork.NO:
            locations = self._hub_location(known.places)
        self._zone = self._zone_of(locations or self._organization_location(known.places))
        timetable = read_durations(self._record, self._settings, self._zone, wanted)
        tags = self._tags("categoryTags", "categoryTag")
        minimum_age = self._whole("minimumAge", 120)
        return {
            "external_id": ident,
            "title": self._text("title", TITLE_LENGTH),
            "description": self._html("description", DESCRIPTION_LENGTH),
            "summary": self._text("abstract", SUMMARY_LENGTH),
            "association": self._association(known.associations),
            "locations": locations,
            "remote": remote,
            "themes": tuple(dict.fromkeys(slug for tag in tags for slug in themes.of_tag(tag))),
            # All but the names of themes: who searches "hunger" finds it under solidarity too.
            "tags": tags + self._flags(),
            "audiences": self._tags("audienceTags", "audienceTag") + self._restricted(),
            "skills": self._text("skills", LENGTHS["skills"]),
            "shifts": timetable.shifts,
            "is_ongoing": timetable.is_ongoing,
            "commitment": timetable.commitment,
            "hours_per_week": timetable.hours_per_week,
            "places_wanted": wanted,
            "minimum_age": minimum_age,
            "is_open_to_minors": None if minimum_age is None else minimum_age < 18,
            "contact": self._contact(),
            "detail_url": web_address(
                self._parts.said("detailURL"), "detailURL", self._notes, self._parts.at("detailURL")
            ),
            "language": language_code(self._parts.said("language")),
            "updated_at": self._instant("lastUpdated"),
            "expires_at": self._instant("expires", ends=True),
        }

    def _text(self, name: str, limit: int) -> str:
        return line(self._parts.said(name), name, self._notes, limit, self._parts.at(name))

    def _html(self, name: str, limit: int) -> str:
        return clean_html(self._parts.said(name), name, self._notes, limit, self._parts.at(name))

    def _whole(self, name: str, most: int) -> int | None:
        return whole(self._parts.said(name), name, self._notes, self._parts.at(name), most)

    def _association(self, associations: dict[str, FeedAssociation]) -> FeedAssociation | None:
        """The first sponsor that the feed knows, else its hub, else the feed's own association."""
        sponsors = self._ids("sponsoringOrganizationID")
        hubs = self._ids("volunteerHubOrganizationID")
        known = [associations[ident] for ident in (*sponsors, *hubs) if ident in associations]
        found = known[0] if known else self._settings.association
        if sponsors and not any(ident in associations for ident in sponsors):
            code = "association_unknown" if found else "association_not_found"
            values = {"used": found.name} if found else {}
            name = "sponsoringOrganizationID"
            at = self._parts.at(name + "s") or self._parts.at(name)
            self._notes.repaired(name, sponsors[0], code, at, **values)
        return found

    def _ids(self, name: str) -> list[str]:
        """Organization ids, wrapped in their plural or bare; some write one id straight into the wrapper."""
        found = [said(one) for one in self._parts.inside(name + "s", name)]
        found.extend(said(wrapper) for wrapper in self._parts.all(name + "s") if len(wrapper) == 0)
        return [" ".join(ident.split()) for ident in found if ident.strip()]

    def _locations(self) -> tuple[tuple[FeedLocation, ...], RemoteWork]:
        """The places, and whether one may stay at home: a virtual location is no place."""
        elements = self._parts.inside("locations", "location")
        found, virtual = [], 0
        for element in elements:
            is_virtual = yes_no(
                Parts(element, 0).said("virtual"),
                "virtual",
                self._notes,
                self._parts.line_of(element),
            )
            virtual += bool(is_virtual)
            place = read_location(
                element, self._parts.line_of(element), self._notes, self._settings
            )
            if place is not None and not (
                is_virtual and not (place.street or place.postal_code or place.city)
            ):
                found.append(place)
        if not virtual:
            return tuple(found), RemoteWork.NO
        return tuple(found), RemoteWork.POSSIBLE if found else RemoteWork.FULL

    def _hub_location(self, places_of: dict[str, FeedLocation]) -> tuple[FeedLocation, ...]:
        """Without a place of its own, an offer happens where its hub is: so says the schema."""
        for ident in self._ids("volunteerHubOrganizationID"):
            if ident in places_of:
                return (places_of[ident],)
        return ()

    def _organization_location(
        self, places_of: dict[str, FeedLocation]
    ) -> tuple[FeedLocation, ...]:
        """Where its first sponsor is, else its hub: at whose hours it is done from home."""
        ids = (*self._ids("sponsoringOrganizationID"), *self._ids("volunteerHubOrganizationID"))
        return tuple(places_of[ident] for ident in ids if ident in places_of)

    def _zone_of(self, locations: tuple[FeedLocation, ...]) -> str:
        """The wall clock of what names none: that of the first place, else the feed's own; the schema's for its own country."""
        home = self._settings.zone
        first = locations[0] if locations else FeedLocation()
        zone = zone_of_place(first.country, first.region, first.postal_code, home)
        is_schemas = first.country == SCHEMA_COUNTRY != self._settings.country
        return zone or (_ZONE if is_schemas else home or _ZONE)

    def _tags(self, wrapper: str, name: str) -> tuple[str, ...]:
        """Tags, wrapped in their plural or bare; some write them straight into the wrapper, between commas."""
        elements = self._parts.inside(wrapper, name)
        found = (
            line(said(e), name, self._notes, LENGTHS["tag"], self._parts.line_of(e))
            for e in elements
        )
        written = [
            text
            for bare in self._parts.all(wrapper)
            if not len(bare)
            for text in said(bare).split(",")
        ]
        at = self._parts.at(wrapper)
        straight = (line(text, name, self._notes, LENGTHS["tag"], at) for text in written)
        return tuple(dict.fromkeys(filter(None, (*found, *straight))))

    def _flags(self) -> tuple[str, ...]:
        flags = ("self_directed", "micro")
        return tuple(
            f for f in flags if yes_no(self._parts.said(f), f, self._notes, self._parts.at(f))
        )

    def _restricted(self) -> tuple[str, ...]:
        """Who the record is for, when it says so: it is told to people, not filtered on."""
        word = self._parts.said("sexRestrictedTo").strip().casefold()
        return (word,) if word in {"female", "male"} else ()

    def _contact(self) -> FeedContact:
        return FeedContact(
            name=self._text("contactName", LENGTHS["person"]),
            email=email(
                self._parts.said("contactEmail"),
                "contactEmail",
                self._notes,
                self._parts.at("contactEmail"),
            ),
            phone=self._text("contactPhone", LENGTHS["phone"]),
        )

    def _instant(self, name: str, *, ends: bool = False) -> datetime | None:
        element = self._parts.first(name)
        if element is None:
            return None
        at = self._parts.line_of(element)
        zone: ZoneInfo = zone_of(element.get("olsonTZ"), self._zone, name, self._notes, at)
        return instant(
            said(element), name, self._notes, zone, self._settings.date_order, at, ends=ends
        )

"""One location element of a Footprint feed: of an opportunity, or of an organization."""

from __future__ import annotations

from lxml import etree

from portal.formats.checks import LENGTHS
from portal.formats.coordinates import position
from portal.formats.countries import country_code
from portal.formats.item import FeedLocation
from portal.formats.problem import Notebook
from portal.formats.settings import ReadSettings
from portal.formats.text import line
from portal.formats.xml_feed import local, said
from portal.formats.zones import US_STATES

_COUNTRY = "US"  # the schema's default


def read_location(
    element: etree._Element, at: int, notes: Notebook, settings: ReadSettings
) -> FeedLocation | None:
    """The place, its position checked against its address; None when nothing is said of it."""
    parts = {local(part): said(part) for part in element}

    def text(name: str, limit: int) -> str:
        return line(parts.get(name.lower()), name, notes, limit, at)

    postal_code, region = text("postalCode", 12), text("region", 80)
    street = " ".join(filter(None, (text(f"streetAddress{i}", 200) for i in (1, 2, 3))))
    written = parts.get("country", "").strip()
    country = _country(written, region, notes, settings, at)
    lat, lon = parts.get("latitude"), parts.get("longitude")
    spot = position(lat, lon, country, postal_code, notes, at)
    place = FeedLocation(
        name=text("name", LENGTHS["address"]),
        street=street[: LENGTHS["address"]],
        postal_code=postal_code,
        city=text("city", LENGTHS["place"]),
        region=region,
        country=country,
        lat=spot[0] if spot else None,
        lon=spot[1] if spot else None,
        directions=text("directions", 500),
    )
    named = (place.name, street, postal_code, place.city, region, spot, written)
    return place if any(named) else None


def _country(written: str, region: str, notes: Notebook, settings: ReadSettings, at: int) -> str:
    """The country written; else the United States when the region is one of theirs, else the feed's own."""
    default = _COUNTRY if region in US_STATES else settings.country or _COUNTRY
    if not written:
        return default
    code = country_code(written)
    if code is None:
        notes.repaired("country", written, "country", at, used=default)
    return code or default

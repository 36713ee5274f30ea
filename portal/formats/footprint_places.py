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

SCHEMA_COUNTRY = "US"  # what a feed means that names none, says the schema


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
    city = text("city", LENGTHS["place"])
    lat, lon = parts.get("latitude"), parts.get("longitude")
    country = country_code(written) or _unwritten((lat, lon), postal_code, city, region, settings)
    if written and country_code(written) is None:
        notes.repaired("country", written, "country", at, used=country)
    spot = position(lat, lon, country, postal_code, notes, at)
    place = FeedLocation(
        name=text("name", LENGTHS["address"]),
        street=street[: LENGTHS["address"]],
        postal_code=postal_code,
        city=city,
        region=region,
        country=country,
        lat=spot[0] if spot else None,
        lon=spot[1] if spot else None,
        directions=text("directions", 500),
    )
    named = (place.name, street, postal_code, place.city, region, spot, written)
    return place if any(named) else None


def _unwritten(
    spot: tuple[str | None, str | None],
    postal_code: str,
    city: str,
    region: str,
    settings: ReadSettings,
) -> str:
    """The country of a place that names none: the feed's own or the schema's, whichever the record speaks for.

    Many American feeds leave the country out, as the schema lets them, and so do French ones: a state tells, then a
    town with its own postal code, then a position, then a town or a code that only the other country has.
    """
    home = settings.country or SCHEMA_COUNTRY
    if region.upper() in US_STATES or home == SCHEMA_COUNTRY:
        return SCHEMA_COUNTRY
    told = settings.country_of(postal_code, city)
    if told == home:
        return home
    lies = [code for code in (home, SCHEMA_COUNTRY) if position(*spot, code, "", Notebook(0, None))]
    return lies[0] if len(lies) == 1 else told or home

"""`vol_loc` and `vol_dist` of the All for Good API: a place in any spelling, and miles around it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import func, select

from portal import db
from portal.api.footprint_question import Reading
from portal.models import Place
from portal.models.place import PlaceKind
from portal.services import places
from portal.services.finding.given import number
from portal.services.places import areas
from search.query import Circle

KM_PER_MILE = 1.609344
COUNTRY_MILES, REGION_MILES, COUNTY_MILES, TOWN_MILES = 500.0, 50.0, 10.0, 5.0
MILES: dict[str, float] = {PlaceKind.REGION: REGION_MILES, PlaceKind.DEPARTEMENT: COUNTY_MILES}
FARTHEST_MILES = 12_500.0  # half way around
FRANCE = (46.6, 2.45)
# What a map of the web shows at a zoom: below 6 a country, below 8 a region, below 11 a county.
ZOOMS = ((6, COUNTRY_MILES), (8, REGION_MILES), (11, COUNTY_MILES))
_DEGREES = r"\s*([+-]?\d{1,3}(?:\.\d*)?)\s*"
_POSITION = re.compile(rf"{_DEGREES},{_DEGREES}(?:,\s*(\d{{1,2}})(?:\.\d*)?\s*)?", re.ASCII)
# Without a comma only degrees with decimals: "75 12" is no position.
_APART = re.compile(r"([+-]?\d{1,3}\.\d+)\s+([+-]?\d{1,3}\.\d+)", re.ASCII)
_UNIT = re.compile(r"\s*(?:mi|miles?)\.?$", re.IGNORECASE)


def read(reading: Reading, given: Mapping[str, str]) -> None:
    """Every result lies within the distance; remote offers lie nowhere, so only `virtual` finds them."""
    typed = given.get("vol_loc", "").strip()
    if not typed:
        return
    reading.asks = True
    if typed.lower() == "anywhere":
        return
    if typed.lower() == "virtual":
        reading.query = replace(reading.query, remote="only")
        return
    centre = _centre(typed)
    if centre is None:
        reading.nowhere = True
        reading.note("Nous ne connaissons pas de lieu nommé « %(place)s ».", place=typed[:80])
        return
    lat, lon, usual = centre
    circle = Circle(lat, lon, _miles(reading, given, usual) * KM_PER_MILE)
    reading.query = replace(reading.query, circle=circle, remote="no")


def _centre(typed: str) -> tuple[float, float, float] | None:
    """Where a text is, in degrees, and the usual distance around it in miles."""
    if position := _POSITION.fullmatch(_APART.sub(r"\1,\2", typed)):
        lat, lon, zoom = float(position[1]), float(position[2]), int(position[3] or 99)
        usual = next((miles for most, miles in ZOOMS if zoom < most), TOWN_MILES)
        return (lat, lon, usual) if abs(lat) <= 90 and abs(lon) <= 180 else None
    if code := areas.country(typed):
        return _country(code)
    best = places.resolve(typed).best
    if best is None or best.lat is None or best.lon is None:
        return None
    if best.kind == places.LAND:
        return best.lat, best.lon, best.radius_km / KM_PER_MILE
    return best.lat, best.lon, MILES.get(best.kind, TOWN_MILES)


def _country(code: str) -> tuple[float, float, float] | None:
    """The middle of a country: that of its places in the gazetteer, overseas France left aside."""
    if code == "FR":
        return (*FRANCE, COUNTRY_MILES)
    lat, lon = db.session.execute(
        select(func.avg(Place.lat), func.avg(Place.lon)).where(Place.country == code)
    ).one()
    return None if lat is None else (float(lat), float(lon), COUNTRY_MILES)


def _miles(reading: Reading, given: Mapping[str, str], usual: float) -> float:
    typed = given.get("vol_dist", "").strip()
    if not typed:
        return usual
    miles = number(_UNIT.sub("", typed))
    if miles is not None and 0 < miles <= FARTHEST_MILES:
        return miles
    reading.note(
        "vol_dist est un nombre de miles plus grand que 0 : nous avons pris %(miles)s.", miles=usual
    )
    return usual

"""Where an offer of a feed happens: its coordinates are checked against its postal code, town and country, then kept,
repaired, or replaced by the town's. A place that cannot be found leaves no position: it is never 0,0, never remote.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from portal.models.offer import Precision
from portal.models.place import PlaceKind
from portal.services.places import matching
from portal.services.places.addressing import Addressed, address_of, as_written
from portal.services.places.matching import PlaceMatch
from portal.services.places.nearest import near
from search.geo import distance_km

NEAR_TOWN_KM = 40.0  # a feed's coordinates may lie this far from the town of their address
NEAR_DEPARTEMENT_KM, NEAR_REGION_KM = 150.0, 350.0  # or this far from the chief town of their area
WIDE_KM = (
    25  # around a land: from here on its middle says no more where something is than a département
)
NEAR_ANY_KM = 60.0  # or, without an address, from any town that the gazetteer knows

Point = tuple[float, float]


class Repair(StrEnum):
    """What was changed or could not be used, and is reported to the partner: stable codes."""

    SWAPPED = "coordinates_swapped"  # latitude and longitude had changed places
    SIGN = "coordinates_sign"  # the longitude had lost or gained its minus
    ELSEWHERE = "coordinates_elsewhere"  # far from the address, or from the country: not used
    IMPOSSIBLE = "coordinates_impossible"  # not numbers, off the globe, or 0,0: not used
    POSTCODE = "postal_code_repaired"  # a leading zero was lost, or there was more than digits
    UNKNOWN = "place_unknown"  # the address names no known place
    AMBIGUOUS = "place_ambiguous"  # it names several, and nothing tells which
    CONTRADICTED = "postal_code_elsewhere"  # far from the town beside it, and nothing tells which
    COUNTRY = "country_unknown"


@dataclass(frozen=True, slots=True)
class Located:
    """A judged location: degrees or None, what they stand for, and official codes of the areas ("" abroad or unknown).

    `place` is the town or area the address was matched with; `postal_code` and `country` (two letters, "" unknown) are
    as repaired.
    """

    lat: float | None = None
    lon: float | None = None
    precision: Precision = Precision.NONE
    departement: str = ""
    region: str = ""
    postal_code: str = ""
    country: str = "FR"
    place: PlaceMatch | None = None
    repairs: tuple[Repair, ...] = ()


def locate(
    street: str = "",
    postal_code: str = "",
    city: str = "",
    region: str = "",
    country: str = "",
    lat: float | None = None,
    lon: float | None = None,
) -> Located:
    """Judge one location as a feed gives it: texts as written, degrees or None. Never raises, never guesses.

    The address decides: coordinates that agree with it are exact, swapped ones are put right, others give way to the
    town's position. Without a usable address, those of France must lie near a known town, and a country that the
    gazetteer does not cover is believed. An empty country is France unless the coordinates are nowhere near it.
    """
    given = _numbers(lat, lon)
    written, lost = as_written(street, postal_code, city, region, country)
    choices = address_of(written)
    known = choices.place is not None
    found = _beside(choices, given) if known else _alone(written.country, given)
    repairs = [Repair.POSTCODE] if lost else []
    if written.country is None:
        repairs.append(Repair.COUNTRY)
    if (lat is not None or lon is not None) and not _is_usable(given):
        repairs.append(Repair.IMPOSSIBLE)
    if not choices.is_empty and found.lat is None and found.place is None:
        repairs.append(_without_place(choices))
    return replace(found, postal_code=written.postal_code, repairs=(*repairs, *found.repairs))


def _without_place(choices: Addressed) -> Repair:
    if choices.is_contradicted:
        return Repair.CONTRADICTED
    return Repair.AMBIGUOUS if choices.rivals else Repair.UNKNOWN


def _numbers(lat: float | None, lon: float | None) -> Point | None:
    if lat is None or lon is None or not (math.isfinite(lat) and math.isfinite(lon)):
        return None
    return lat, lon


def _readings(given: Point | None) -> Iterator[tuple[tuple[Repair, ...], Point]]:
    """The ways to read two numbers, the likeliest first; 0,0 is how a missing position is often written."""
    if given is None or given == (0.0, 0.0):
        return
    lat, lon = given
    for repairs, point in (
        ((), (lat, lon)),
        ((Repair.SWAPPED,), (lon, lat)),
        ((Repair.SIGN,), (lat, -lon)),
    ):
        if abs(point[0]) <= 90 and abs(point[1]) <= 180:
            yield repairs, point


def _is_usable(given: Point | None) -> bool:
    return next(_readings(given), None) is not None


def _beside(choices: Addressed, given: Point | None) -> Located:
    """The address is known: the first reading that agrees with it, or with one of its namesakes, is exact."""
    places = [place for place in (choices.place, *choices.rivals) if place is not None]
    for repairs, point in _readings(given):
        for place in places:
            if _agrees(point, place):
                return _exact(point, place, repairs)
    found = Located(country=places[0].country) if choices.is_ambiguous else _at(places[0])
    return replace(found, repairs=(Repair.ELSEWHERE,)) if _is_usable(given) else found


def _agrees(point: Point, place: PlaceMatch) -> bool:
    if place.lat is None or place.lon is None:
        return False
    most = NEAR_TOWN_KM + (matching.ESTIMATE_KM if place.is_estimated else 0)
    if place.kind == matching.LAND:
        most = max(most, place.radius_km)
    if place.kind == PlaceKind.REGION:
        most = NEAR_REGION_KM
    elif place.kind == PlaceKind.DEPARTEMENT:
        most = NEAR_DEPARTEMENT_KM
    return distance_km(*point, place.lat, place.lon) <= most


def _exact(point: Point, place: PlaceMatch, repairs: tuple[Repair, ...] = ()) -> Located:
    codes = place
    if place.kind in (PlaceKind.REGION, matching.LAND):
        town = near(*point)
        codes = town if town and place.region in ("", town.region) else place
    return Located(
        *point,
        Precision.EXACT,
        codes.departement,
        _region(codes),
        "",
        place.country,
        place,
        repairs,
    )


def _at(place: PlaceMatch) -> Located:
    """The address alone: a town's middle, or an area without any position, because its chief town is not the place; nor is
    the middle of the Côte d'Azur."""
    codes = (place.departement, _region(place), "", place.country, place)
    is_wide = place.kind == matching.LAND and place.radius_km > WIDE_KM
    if place.area or is_wide or place.lat is None:
        return Located(
            None, None, Precision.AREA if codes[0] or codes[1] else Precision.NONE, *codes
        )
    return Located(place.lat, place.lon, Precision.TOWN, *codes)


def _region(place: PlaceMatch) -> str:
    return place.region if place.country == "FR" else ""


def _alone(country: str | None, given: Point | None) -> Located:
    """Nothing but coordinates and perhaps a country. `country` is "" when none was given, None when it is unknown."""
    home = country or ""
    plain = next((point for repairs, point in _readings(given) if not repairs), None)
    found: Located | None = None
    for repairs, point in _readings(given):
        if Repair.SIGN in repairs:
            continue  # without an address, either sign of a longitude is as good
        town = near(*point, within_km=NEAR_ANY_KM, country=home)
        # Where either reading is near a town, it is likelier that of France: Marseille turned round lies in Ethiopia.
        if town is not None and (found is None or town.country == "FR"):
            found = replace(_exact(point, town, repairs), place=None)
        if found is not None and found.country == "FR":
            break
    if found is not None:
        return found
    if country == "FR":
        return Located(repairs=(Repair.ELSEWHERE,) if plain else ())
    if plain is not None:
        return Located(*plain, Precision.EXACT, country=home)
    for repairs, point in _readings(given):
        return Located(*point, Precision.EXACT, country=home, repairs=repairs)
    return Located(country="FR" if country == "" else home)

"""From a position to a name: which town is near, for "near me" and to judge the coordinates of a feed."""

from __future__ import annotations

from dataclasses import replace
from math import cos, radians

from portal.models.place import Place, PlaceKind
from portal.services.places import matching, usual
from portal.services.places.matching import Found, PlaceMatch
from search.geo import distance_km

REACHES = 0.08, 1.2  # degrees of latitude looked at, one after the other: about 9 and 130 km
DOUBT_KM = 6.0  # an estimated position may be this far off, half of the time
AROUND_KM = 10  # the default circle around a point that was given
TOWNS = (PlaceKind.COMMUNE, PlaceKind.ARRONDISSEMENT, PlaceKind.TOWN)


def near(lat: float, lon: float, *, within_km: float = 60, country: str = "") -> PlaceMatch | None:
    """The town nearest to a position in degrees (of one country, where it is given), or None within `within_km`.

    A town whose position is only estimated is taken for as far as it may be.
    """
    for reach in REACHES:
        found = [(_apart(row, lat, lon), row) for row in _around(lat, lon, reach, country)]
        found = [(apart, row) for apart, row in found if apart <= min(within_km, reach * 111)]
        if found:
            return matching.match(min(found, key=lambda pair: (pair[0], pair[1].code))[1])
    return None


def _around(lat: float, lon: float, reach: float, country: str) -> list[Found]:
    wide = reach / max(cos(radians(min(abs(lat), 85.0))), 0.05)
    rows = matching.rows_where(
        Place.lat.between(lat - reach, lat + reach),
        Place.lon.between(lon - wide, lon + wide),
        Place.kind.in_(TOWNS),
        *([Place.country == country] if country else []),
    )
    return [row for row in rows if usual.reach_km(row.code, row.country) is None]  # no land


def _apart(row: Found, lat: float, lon: float) -> float:
    if row.lat is None or row.lon is None:
        return float("inf")
    return distance_km(lat, lon, row.lat, row.lon) + (DOUBT_KM if row.is_estimated else 0)


def at(lat: float, lon: float) -> PlaceMatch:
    """A point that was given, with the name of the town it lies near; the point itself stays as it is."""
    town = near(lat, lon)
    if town is None:
        town = PlaceMatch("", "", "", "", "", "", "", "", "", 0, lat, lon, AROUND_KM, "", False)
    written = f"{lat:g},{lon:g}"
    return replace(
        town,
        code="",
        kind="position",
        name=town.name or written,
        label=f"{town.name} ({written})" if town.name else written,
        lat=lat,
        lon=lon,
        radius_km=AROUND_KM,
        area="",
        is_estimated=False,
    )

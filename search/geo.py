"""Where things are: great-circle distances, boxes around circles, cells of a 0.1 degree grid.

Positions are degrees, distances kilometres on a sphere of the mean earth radius (IUGG, 6371.0088).
Every engine keeps positions to 1e-7 degree (`snap`): about a centimetre, and an int32.
"""

import math
from collections.abc import Iterator

from search.query import Box, Circle

EARTH_KM = 6371.0088
STEPS = 10_000_000
CELLS_PER_DEGREE = 10
CELLS_AROUND = 360 * CELLS_PER_DEGREE
_SLACK = 1e-6


def snap(degrees: float) -> int:
    """The position as a whole number of 1e-7 degrees."""
    return round(degrees * STEPS)


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Great-circle distance by the haversine formula, in kilometres.

    The short way round by construction, so the date line and the poles need no care.
    """
    half_lat = math.sin(math.radians(other_lat - lat) / 2)
    half_lon = math.sin(math.radians(other_lon - lon) / 2)
    across = math.cos(math.radians(lat)) * math.cos(math.radians(other_lat))
    a = half_lat * half_lat + across * half_lon * half_lon
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(a)))


def box_holds(box: Box, lat: float, lon: float) -> bool:
    """Whether a position lies in a box, edges included; 180 east and 180 west are one meridian."""
    if not box.south <= lat <= box.north:
        return False
    return _between(box, lon) or (abs(lon) == 180 and _between(box, -lon))


def _between(box: Box, lon: float) -> bool:
    if box.west <= box.east:
        return box.west <= lon <= box.east
    return lon >= box.west or lon <= box.east


def box_around(circle: Circle) -> Box:
    """The smallest box (and a hair more) that holds a circle.

    A circle that reaches a pole holds every longitude. The widest longitude is not on the centre's
    parallel but nearer the pole: asin(sin(r) / cos(lat)), r being the radius as an angle.
    """
    angle = circle.radius_km / EARTH_KM
    reach = math.degrees(angle) + _SLACK
    south, north = circle.lat - reach, circle.lat + reach
    if angle >= math.pi / 2 or south <= -90 or north >= 90:
        return Box(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
    ratio = math.sin(angle) / math.cos(math.radians(circle.lat))
    if ratio >= 1:
        return Box(south, -180.0, north, 180.0)
    width = math.degrees(math.asin(ratio)) + _SLACK
    if width >= 180:
        return Box(south, -180.0, north, 180.0)
    return Box(south, _wrap(circle.lon - width), north, _wrap(circle.lon + width))


def _wrap(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0


def cell(lat: float, lon: float) -> int:
    """The number of the cell that holds a position: rows from the south, west to east."""
    row = min(math.floor((lat + 90) * CELLS_PER_DEGREE), 180 * CELLS_PER_DEGREE - 1)
    column = math.floor((_wrap(lon) + 180) * CELLS_PER_DEGREE) % CELLS_AROUND
    return row * CELLS_AROUND + column


def cell_ranges(box: Box) -> Iterator[tuple[int, int]]:
    """The cells a box touches, as ranges [first, last] of their numbers: one or two a row."""
    spans = [(box.west, box.east)]
    if box.west > box.east:
        spans = [(box.west, 180.0 - _SLACK), (-180.0, box.east)]
    elif box.east - box.west >= 360:
        spans = [(-180.0, 180.0 - _SLACK)]
    elif box.east == 180:
        spans = [(box.west, 180.0 - _SLACK), (-180.0, -180.0)]
    first_row = cell(max(box.south, -90.0), -180.0) // CELLS_AROUND
    last_row = cell(min(box.north, 90.0), -180.0) // CELLS_AROUND
    columns = [tuple(cell(0.0, lon) % CELLS_AROUND for lon in span) for span in spans]
    for start in range(first_row * CELLS_AROUND, (last_row + 1) * CELLS_AROUND, CELLS_AROUND):
        for west, east in columns:
            yield start + west, start + east

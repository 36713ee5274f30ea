"""Where a query asks, over the places of one part.

Positions are sorted by the cells of a grid, so a circle or a box is a few slices of them. They are
measured as points of the sphere in float32, which is right to within two metres; those that close
to the edge are measured again as the reference does.
"""

import math
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.geo import (
    EARTH_KM,
    STEPS,
    box_around,
    cell_ranges,
    distance_km,
)
from search.positions import distances_km, on_sphere
from search.query import Box, Circle, Query
from search.whoosh import bits, layout
from search.whoosh.bits import Bits, Docs, Mask
from search.whoosh.snapshot import Part

Floats = NDArray[np.float64]
EDGE_KM = 0.003
_LAST_BITS_KM = 1e-6
_FARTHEST_KM = 5000.0  # beyond it a chord says too little of its arc


class Where:
    """The places of a part that lie where a query asks."""

    def __init__(self, part: Part, query: Query) -> None:
        self._part = part
        self._query = query

    @cached_property
    def mask(self) -> Bits:
        """The documents that have a place there."""
        return bits.of(self.docs, self._part.count)

    @property
    def docs(self) -> Docs:
        """The document of each place that is there."""
        return self._found[0]

    @property
    def rough_km(self) -> NDArray[np.float32]:
        """How far each of them is from the centre, to within EDGE_KM; not for what is far."""
        return self._found[1]

    @cached_property
    def _found(self) -> tuple[Docs, NDArray[np.float32]]:
        query, arrays = self._query, self._part.arrays
        if query.circle is None and query.box is None:
            places = _in_area(self._part, query, slice(None)).nonzero()[0]
            return arrays["place_doc"][places], np.zeros(len(places), np.float32)
        slices = self._slices()
        places = _taken(arrays["cell_place"], slices)
        km, keep = np.zeros(len(places), np.float32), np.ones(len(places), bool)
        if query.area is not None:
            keep &= _in_area(self._part, query, places)
        if query.box is not None:
            keep &= in_box(query.box, arrays["place_lat"][places], arrays["place_lon"][places])
        if query.circle is not None:
            km = self._kilometres(query.circle, slices, places)
            keep &= self._within(query.circle, km, places)
        at = keep.nonzero()[0]
        return _taken(arrays["cell_doc"], slices)[at], km[at]

    def _slices(self) -> list[slice]:
        """Where the cells of the box, or of the box around the circle, stand among all places."""
        query = self._query
        box = query.box or box_around(query.circle or Circle(0.0, 0.0, math.inf))
        cell = self._part.arrays["cell"]
        ranges = np.array(list(cell_ranges(box)), cell.dtype).reshape(-1, 2)
        begins = cell.searchsorted(ranges[:, 0])
        ends = cell.searchsorted(ranges[:, 1], "right")
        found: list[slice] = []
        for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
            if begin < end:
                if found and found[-1].stop == begin:
                    begin = found.pop().start
                found.append(slice(begin, end))
        return found

    def _kilometres(self, circle: Circle, slices: list[slice], places: Docs) -> NDArray[np.float32]:
        arrays = self._part.arrays
        if circle.radius_km > _FARTHEST_KM:
            return self._measured(circle, places).astype(np.float32)
        centre = on_sphere(np.array([circle.lat]), np.array([circle.lon])).astype(np.float32)
        square = np.zeros(len(places), np.float32)
        for axis, middle in zip("xyz", centre[:, 0], strict=True):
            apart = _taken(arrays[f"cell_{axis}"], slices) - middle
            square += apart * apart
        # The arc of a chord c is c + c^3/24 + 3c^5/640 + ...; the next term is below a millimetre
        # up to 200 km, and further away all is measured by the arcsine itself.
        if circle.radius_km > 200:
            return np.asarray(2 * EARTH_KM * np.arcsin(np.minimum(np.sqrt(square) / 2, 1)))
        return np.asarray(np.sqrt(square) * (EARTH_KM + square * (EARTH_KM / 24)))

    def _within(self, circle: Circle, km: NDArray[np.float32], places: Docs) -> Mask:
        inside: Mask = km <= circle.radius_km
        edge = (np.abs(km - np.float32(circle.radius_km)) < EDGE_KM).nonzero()[0]
        if circle.radius_km > _FARTHEST_KM:
            edge = np.arange(len(places)) if math.isfinite(circle.radius_km) else edge
        inside[edge] = self._measured(circle, places[edge]) <= circle.radius_km
        return inside

    def _measured(self, circle: Circle, places: Docs) -> Floats:
        arrays = self._part.arrays
        return measured(circle, arrays["place_lat"][places], arrays["place_lon"][places])


def measured(circle: Circle, lats: NDArray[np.int32], lons: NDArray[np.int32]) -> Floats:
    """Kilometres from the centre; those at the very edge are taken as the reference takes them."""
    found = distances_km(circle.lat, circle.lon, lats / STEPS, lons / STEPS)
    for at in (np.abs(found - circle.radius_km) < _LAST_BITS_KM).nonzero()[0].tolist():
        lat, lon = int(lats[at]) / STEPS, int(lons[at]) / STEPS
        found[at] = distance_km(circle.lat, circle.lon, lat, lon)
    return found


def looked_at(part: Part, query: Query, places: Docs) -> tuple[Mask, Floats]:
    """Which of some places lie where the query asks, exactly; and how far from its centre.

    The kilometres are 0 without a circle.
    """
    arrays = part.arrays
    lats, lons = arrays["place_lat"][places], arrays["place_lon"][places]
    there, km = lats != layout.NOTHING, np.zeros(len(places))
    if query.box is None and query.circle is None:
        there[:] = True
    if query.area is not None:
        there &= _in_area(part, query, places)
    if query.box is not None:
        there &= in_box(query.box, lats, lons)
    if query.circle is not None:
        km = measured(query.circle, lats, lons)
        there &= km <= query.circle.radius_km
    return there, km


def _in_area(part: Part, query: Query, places: Docs | slice) -> Mask:
    area = query.area
    if area is None:
        return np.ones(len(part.arrays["place_lat"][places]), bool)
    kind = layout.DEPARTEMENTS if area.kind == "departement" else layout.REGIONS
    code = part.codes[kind].get(area.code, -1)
    return np.asarray(part.arrays[f"place_{area.kind}"][places] == code)


def _taken(values: Docs, slices: list[slice]) -> Docs:
    if len(slices) == 1:
        return values[slices[0]]
    return np.concatenate([values[some] for some in slices]) if slices else values[:0]


def in_box(box: Box, lats: NDArray[np.int32], lons: NDArray[np.int32]) -> Mask:
    """Places in a box, edges included; the same as geo.box_holds."""
    degrees = lons / STEPS
    lat = lats / STEPS
    inside: Mask = _between(box, degrees) | ((np.abs(degrees) == 180) & _between(box, -degrees))
    inside &= (lat >= box.south) & (lat <= box.north)
    return inside


def _between(box: Box, lons: Floats) -> Mask:
    if box.west <= box.east:
        return (lons >= box.west) & (lons <= box.east)
    return (lons >= box.west) | (lons <= box.east)

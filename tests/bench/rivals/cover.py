"""A circle as squares of a quad tree, for an engine that knows words only: squares wholly inside, and those on the edge.

The coarsest square has a side of 0.1 degree, each finer one half of it. An offer is indexed under the
squares of all levels that hold one of its places; what lies in squares on the edge is measured.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from search.geo import box_around
from search.positions import distances_km
from search.query import Circle
from tests.bench.rivals.material import Row

LEVELS = 7
FINEST = 10 * 2 ** (LEVELS - 1)
_SLACK_KM = 0.05
_MOST_MEASURED = 300
_SPREADS = (
    (16, 0x0000FFFF0000FFFF),
    (8, 0x00FF00FF00FF00FF),
    (4, 0x0F0F0F0F0F0F0F0F),
    (2, 0x3333333333333333),
    (1, 0x5555555555555555),
)

Ints = NDArray[np.int64]


def squares(lat: float, lon: float) -> list[int]:
    """The number of the square of each level that holds a position."""
    y, x = int((lat + 90) * FINEST), int((lon + 180) * FINEST)
    return [
        number(level, y >> LEVELS - 1 - level, x >> LEVELS - 1 - level) for level in range(LEVELS)
    ]


def number(level: int, y: int, x: int) -> int:
    """One number for a square: level, row, column."""
    return (level << 48) | (y << 24) | x


class Places:
    """All places in the order of the finest squares along a z-curve, so that any square is one slice."""

    def __init__(self, folder: Path) -> None:
        path = folder / "tantivy-places.npy"
        table = np.load(path, mmap_mode="r")
        self._codes, self.offers = table["code"], table["offer"]
        self.lats, self.lons = table["lat"], table["lon"]

    def cover(self, circle: Circle) -> tuple[Ints, Ints]:
        """(squares inside, places on the edge that are inside)."""
        box = box_around(circle)
        low, high = (_cell(box.south, box.west), _cell(box.north, box.east))
        ys, xs = np.meshgrid(np.arange(low[0], high[0] + 1), np.arange(low[1], high[1] + 1))
        y, x = ys.ravel(), xs.ravel()
        inside: list[Ints] = []
        for level in range(LEVELS):
            side = 1 / (10 << level)
            south, west = y * side - 90, x * side - 180
            lat = np.clip(circle.lat, south, south + side)
            lon = np.clip(circle.lon, west, west + side)
            reach = distances_km(circle.lat, circle.lon, lat, lon) <= circle.radius_km + _SLACK_KM
            far_lat = np.where(circle.lat < south + side / 2, south + side, south)
            far_lon = np.where(circle.lon < west + side / 2, west + side, west)
            far = distances_km(circle.lat, circle.lon, far_lat, far_lon)
            other = distances_km(circle.lat, circle.lon, 2 * south + side - far_lat, far_lon)
            within = np.maximum(far, other) <= circle.radius_km - _SLACK_KM
            inside.append((np.int64(level) << 48) | (y[within] << 24) | x[within])
            y, x = y[reach & ~within], x[reach & ~within]
            begins, ends = self._slices(y, x, level)
            if level == LEVELS - 1 or (ends - begins).sum() <= _MOST_MEASURED:
                break
            held = ends > begins
            y, x = y[held], x[held]
            y = np.concatenate([2 * y, 2 * y, 2 * y + 1, 2 * y + 1])
            x = np.concatenate([2 * x, 2 * x + 1, 2 * x, 2 * x + 1])
        return np.concatenate(inside), self._within(circle, begins, ends)

    def _slices(self, y: Ints, x: Ints, level: int) -> tuple[Ints, Ints]:
        """Where the places of each square begin and end."""
        shift = 2 * (LEVELS - 1 - level)
        codes = zcode(y, x) << shift
        begins = np.searchsorted(self._codes, codes)
        return begins, np.searchsorted(self._codes, codes + (1 << shift))

    def _within(self, circle: Circle, begins: Ints, ends: Ints) -> Ints:
        """The places of some squares that lie in the circle."""
        kept = np.flatnonzero(ends > begins)
        slices = [np.arange(begins[at], ends[at]) for at in kept]
        places = np.concatenate(slices) if slices else np.empty(0, np.int64)
        return places[self.distances(circle, places) <= circle.radius_km]

    def distances(self, circle: Circle, places: Ints) -> NDArray[np.float64]:
        """Kilometres from the centre to some places."""
        return distances_km(circle.lat, circle.lon, self.lats[places], self.lons[places])

    def all_within(self, circle: Circle) -> Ints:
        """Every place in a small circle, by the squares of one middle level."""
        box, level = box_around(circle), LEVELS - 1
        while level and (box.north - box.south) * (10 << level) > 16:
            level -= 1
        side = 10 << level
        rows = np.arange(int((box.south + 90) * side), int((box.north + 90) * side) + 1)
        columns = np.arange(int((box.west + 180) * side), int((box.east + 180) * side) + 1)
        ys, xs = np.meshgrid(rows, columns)
        return self._within(circle, *self._slices(ys.ravel(), xs.ravel(), level))


def write_places(folder: Path, found: list[Row]) -> None:
    """(offer, latitude, longitude) of every place, for `Places`."""
    table = np.empty(len(found), [("code", "i8"), ("offer", "i8"), ("lat", "f8"), ("lon", "f8")])
    table["offer"], table["lat"], table["lon"] = np.array(found, np.float64).T
    y = ((table["lat"] + 90) * FINEST).astype(np.int64)
    x = ((table["lon"] + 180) * FINEST).astype(np.int64)
    table["code"] = zcode(y, x)
    np.save(folder / "tantivy-places.npy", table[np.argsort(table["code"], kind="stable")])


def zcode(y: Ints, x: Ints) -> Ints:
    """Bits of row and column in turn: the squares within a square have neighbouring numbers."""
    return _spread(x) | _spread(y) << 1


def _spread(bits: Ints) -> Ints:
    """24 bits, a gap after each."""
    for shift, mask in _SPREADS:
        bits = (bits | bits << shift) & mask
    return bits


def _cell(lat: float, lon: float) -> tuple[int, int]:
    return int((lat + 90) * 10), int((lon + 180) * 10)

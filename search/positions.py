"""What `geo` says of one position, for arrays of positions: apart, since few programs need arrays and numpy weighs 16 MiB."""

import math

import numpy as np
from numpy.typing import NDArray

from search.geo import CELLS_AROUND, CELLS_PER_DEGREE, EARTH_KM


def distances_km(
    lat: float, lon: float, lats: NDArray[np.float64], lons: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Kilometres to many positions at once; may differ from `geo.distance_km` in the last bit."""
    half_lat = np.sin(np.radians(lats - lat) / 2)
    half_lon = np.sin(np.radians(lons - lon) / 2)
    across = math.cos(math.radians(lat)) * np.cos(np.radians(lats))
    a = half_lat * half_lat + across * half_lon * half_lon
    return np.asarray(2 * EARTH_KM * np.arcsin(np.minimum(1.0, np.sqrt(a))))


def cells(lats: NDArray[np.float64], lons: NDArray[np.float64]) -> NDArray[np.int64]:
    """The numbers of the cells that hold these positions, as `geo.cell` counts them."""
    rows = np.minimum(np.floor((lats + 90) * CELLS_PER_DEGREE), 180 * CELLS_PER_DEGREE - 1)
    wrapped = (lons + 180.0) % 360.0 - 180.0
    columns = np.floor((wrapped + 180) * CELLS_PER_DEGREE) % CELLS_AROUND
    return np.asarray((rows * CELLS_AROUND + columns).astype(np.int64))


def on_sphere(lats: NDArray[np.float64], lons: NDArray[np.float64]) -> NDArray[np.float64]:
    """Positions as points x, y, z of a sphere of radius 1: three rows."""
    north, east = np.radians(lats), np.radians(lons)
    around = np.cos(north)
    return np.stack([around * np.cos(east), around * np.sin(east), np.sin(north)])

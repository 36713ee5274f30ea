"""Distances, boxes and cells, at the places where they go wrong."""

import math
import random

import numpy as np
import pytest

from search.geo import (
    EARTH_KM,
    box_around,
    box_holds,
    cell,
    cell_ranges,
    distance_km,
    snap,
)
from search.positions import distances_km
from search.query import Box, Circle

HALF = math.pi * EARTH_KM


def test_distances_are_those_of_an_atlas() -> None:
    assert distance_km(48.8566, 2.3522, 45.764, 4.8357) == pytest.approx(391.5, abs=0.5)
    assert distance_km(48.8566, 2.3522, -20.8823, 55.4504) == pytest.approx(9361, abs=30)


def test_the_date_line_the_poles_and_the_far_side_are_no_obstacle() -> None:
    assert distance_km(0, 179.5, 0, -179.5) == pytest.approx(HALF / 180)
    assert distance_km(90, 12, 90, -100) == pytest.approx(0, abs=1e-9)
    assert distance_km(89, 0, 89, 180) == pytest.approx(HALF / 90)
    assert distance_km(0, 0, 0, 180) == pytest.approx(HALF)
    assert distance_km(-90, 0, 90, 0) == pytest.approx(HALF)


def test_many_distances_at_once_are_the_same_distances() -> None:
    rng = random.Random(1)
    lats = np.array([rng.uniform(-90, 90) for _ in range(500)])
    lons = np.array([rng.uniform(-180, 180) for _ in range(500)])
    for found, lat, lon in zip(distances_km(10, 179, lats, lons), lats, lons, strict=True):
        assert found == pytest.approx(distance_km(10, 179, lat, lon), rel=1e-12)


@pytest.mark.parametrize("seed", range(200))
def test_the_box_around_a_circle_holds_all_of_it_and_its_cells_hold_the_box(seed: int) -> None:
    rng = random.Random(seed)
    lat = rng.choice((rng.uniform(-90, 90), 90.0, -90.0, 0.0, 89.95))
    lon = rng.choice((rng.uniform(-180, 180), 180.0, -180.0, 0.0))
    radius = rng.choice((0.0, 1.0, 30.0, 300.0, 5000.0, 15_000.0))
    circle = Circle(lat, lon, radius)
    box = box_around(circle)
    ranges = list(cell_ranges(box)) if radius <= 300 else None
    for _ in range(40):
        there = destination(lat, lon, radius * rng.choice((rng.random(), 1.0)), rng.uniform(0, 360))
        if distance_km(lat, lon, *there) > radius:
            continue
        assert box_holds(box, *there)
        if ranges is not None:
            assert any(first <= cell(*there) <= last for first, last in ranges)


def destination(lat: float, lon: float, km: float, bearing: float) -> tuple[float, float]:
    """Where one is after some kilometres straight on."""
    angle, course = km / EARTH_KM, math.radians(bearing)
    here = math.radians(lat)
    sine = math.sin(here) * math.cos(angle) + math.cos(here) * math.sin(angle) * math.cos(course)
    there = math.asin(max(-1.0, min(1.0, sine)))
    east = math.atan2(
        math.sin(course) * math.sin(angle) * math.cos(here),
        math.cos(angle) - math.sin(here) * math.sin(there),
    )
    return math.degrees(there), (lon + math.degrees(east) + 180) % 360 - 180


def test_a_circle_over_a_pole_has_every_longitude() -> None:
    box = box_around(Circle(89.9, 0.0, 50.0))
    assert (box.west, box.east, box.north) == (-180.0, 180.0, 90.0)


def test_one_eighty_east_and_west_are_one_meridian() -> None:
    for box in (Box(-1, 170, 1, 180), Box(-1, -180, 1, -170), Box(-1, 175, 1, -175)):
        assert box_holds(box, 0, 180.0)
        assert box_holds(box, 0, -180.0)
    assert not box_holds(Box(-1, 0, 1, 179.9), 0, 180.0)


def test_a_centimetre_is_kept_in_an_int32() -> None:
    assert snap(180.0) < 2**31
    assert snap(48.8566001) - snap(48.8566) == 1

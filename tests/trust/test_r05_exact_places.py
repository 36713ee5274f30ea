"""R05: 200 people, 10 places, 4 processes: ten places given, 190 in line, nobody lost, nobody answered with an error."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trust.hammer import hammer, open_shift

PEOPLE, PLACES, WORKERS, ROUNDS = 60, 5, 4, 3
FULL = (200, 10, 4, 50)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> str:
    """A database of its own, of each kind that the portal runs on."""
    if request.param == "postgresql":
        found: str = request.getfixturevalue("postgresql_url")
        return found
    path = tmp_path / "relais.db"
    path.write_bytes(migrated.read_bytes())
    return f"sqlite:///{path}"


def test_r05_as_many_people_as_places_get_one_and_the_others_wait(
    url: str, full: bool, record_property: Callable[[str, object], None]
) -> None:
    people, places, workers, rounds = FULL if full else (PEOPLE, PLACES, WORKERS, ROUNDS)
    record_property("n", people * rounds)
    shifts = [open_shift(url, places) for _ in range(rounds)]
    for seen in hammer(url, shifts, people, workers):
        assert seen.errors == []
        assert (seen.places, seen.in_line, seen.counted) == (places, people - places, places)


def test_r05_without_the_lock_the_last_place_is_given_to_everyone(url: str) -> None:
    shifts = [open_shift(url, 1) for _ in range(ROUNDS)]
    for seen in hammer(url, shifts, WORKERS, WORKERS, guarded=False):
        assert seen.places > 1

"""R30, at once: cancels, signups, moves and capacity changes from four processes leave a line that is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trust.scramble import faults, open_shifts, scramble


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_r30_cancels_signups_moves_and_capacities_at_once_leave_a_true_line(
    kind: str, request: pytest.FixtureRequest, migrated: Path, tmp_path: Path, full: bool
) -> None:
    if kind == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
    else:
        path = tmp_path / "relais.db"
        path.write_bytes(migrated.read_bytes())
        url = f"sqlite:///{path}"
    shifts = open_shifts(url)
    assert scramble(url, shifts, 200 if full else 40, 4) == []
    assert faults(url, shifts) == []

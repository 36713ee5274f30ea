"""The gazetteer on PostgreSQL, whose own sorting of words would break the ranges of a prefix."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session

from portal.db import Database
from portal.services import places

pytestmark = pytest.mark.postgresql
SOME = ("01400", "69003", "93200", "97400", "76600", "94240", "17000", "42000", "80120")


@pytest.fixture
def writing(postgresql_url: str) -> Iterator[Session]:
    database = Database(postgresql_url)
    with database.writing() as opened:
        yield opened
    database.engine.dispose()


def test_places_load_complete_and_resolve_on_postgresql(writing: Session) -> None:
    rows = [row for row in places.shipped() if not row.postcodes or set(row.postcodes) & set(SOME)]
    first, again = places.load(rows), places.load(rows)
    writing.commit()
    assert (first.created, again.created, again.updated) == (len(rows), 0, len(rows))
    assert [match.label for match in places.complete("ly")][0] == "Lyon (Rhône)"
    assert [match.label for match in places.complete("saint d")] == [
        "Saint-Denis (La Réunion)",
        "Saint-Denis (Seine-Saint-Denis)",
    ]
    for text, code in {
        "L'Haÿ-les-Roses": "94038",
        "Saint-Denis (974)": "97411",
        "saint denis 93": "93066",
        "69003": "69383",
        "Rhône": "69",
        "Bretagne": "53",
    }.items():
        best = places.resolve(text).best
        assert best is not None and best.code == code, text
    town = places.near(45.76, 4.84)
    assert town is not None and town.departement == "69"

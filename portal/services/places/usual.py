"""What people call places of France that no official table has: former communes, quarters, resorts, islands, massifs.

A name of a commune leads to it. A land (Île de Ré, Vercors) is an entry of its own: a point, and how far around it goes.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from portal.services.places import areas
from portal.services.places.loading import PlaceRow

FORMER = areas.DATA / "former.csv"
USUAL = areas.DATA / "usual.csv"
LANDS = areas.DATA / "lands.csv"


def named(rows: Iterable[PlaceRow]) -> Iterator[PlaceRow]:
    """The same rows; those of communes and arrondissements of France with the names of their parts."""
    parts: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for part in (*table(USUAL), *table(FORMER)):
        parts[part["code"]].append((part["name"], int(part["people"])))
    for row in rows:
        is_known = row.country == "FR" and row.code in parts
        yield replace(row, parts=tuple(parts[row.code])) if is_known else row


def lands() -> Iterator[PlaceRow]:
    """What has a name and no town hall, made by hand too."""
    return map(PlaceRow.of_table, table(LANDS))


def reach_km(code: str, country: str) -> int | None:
    """How far the land of this code goes around its point; None where it is a town's."""
    return _reaches().get(code) if country == "FR" else None


@cache
def _reaches() -> dict[str, int]:
    return {row["code"]: int(row["radius_km"]) for row in table(LANDS)}


def table(path: Path) -> Iterator[dict[str, str]]:
    """The lines of one of the tables, by their columns."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)

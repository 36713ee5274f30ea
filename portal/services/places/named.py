"""Entries of the gazetteer by their names, each looked up once however often a text is read one way and another."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, bindparam, false, select, true, union_all

from portal import db
from portal.models.place import WEIGHTY, Place, PlaceName
from portal.services.places.matching import ENTRY, MOST_RIVALS, Found

AFTER_LETTERS = "{"  # sorts right behind "z": a prefix is the range from itself to itself and this


class Named:
    """What names stand for. Those that may be asked for next are read `ahead`, all by the statement for the first."""

    def __init__(self) -> None:
        self._of: dict[str, list[Found]] = {}
        self._longer: dict[str, list[Found]] = {}
        self._next: set[str] = set()
        self._short = ""

    def ahead(self, keys: Iterable[str], short: str = "") -> None:
        """Read these names, and those that go on after `short`, when next something is read."""
        self._next.update(keys)
        self._short = short

    def of(self, key: str) -> list[Found]:
        """The entries known by this key."""
        if key not in self._of:
            self._read(key)
        return self._of[key]

    def longer(self, key: str) -> list[Found]:
        """The entries whose names go on after this key, the most populated first; none of few people."""
        if key not in self._longer:
            self._short = key
            self._read()
        return self._longer[key]

    def _read(self, *keys: str) -> None:
        wanted = {key for key in (*keys, *self._next) if key not in self._of}
        short, self._short, self._next = self._short, "", set()
        among = {"low": f"{short} ", "high": f"{short} {AFTER_LETTERS}", "most": MOST_RIVALS}
        found: dict[str, dict[int, Found]] = {key: {} for key in wanted}
        longer = []
        for row in db.session.execute(_NAMED, {"keys": list(wanted), **among}):
            if row.goes_on:
                longer.append(row)
            else:
                found[row.known_as].setdefault(row.id, row)
        self._of |= {key: list(rows.values()) for key, rows in found.items()}
        self._longer[short] = sorted(longer, key=heaviest)


def heaviest(row: Found) -> tuple[int, int]:
    """The order of what begins alike."""
    return -row.weight, row.id


def begins(low: str, high: str, *conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The `most` heaviest names from `low` to `high`, from the index alone, then their places; with `known_as`, `weight`."""
    best = (
        select(PlaceName.place_id, PlaceName.key, PlaceName.weight)
        .where(PlaceName.key >= bindparam(low), PlaceName.key < bindparam(high), *conditions)
        .order_by(PlaceName.weight.desc(), PlaceName.place_id)
        .limit(bindparam("most"))
        .subquery()
    )
    entries = ENTRY.add_columns(best.c.key.label("known_as"), best.c.weight)
    return entries.join(best, best.c.place_id == Place.id)


IS_WEIGHTY = cast(ColumnElement[bool], WEIGHTY)
# Written once: to build a statement takes longer than to run it.
_NAMED = union_all(
    ENTRY.add_columns(PlaceName.key.label("known_as"), PlaceName.weight, false().label("goes_on"))
    .join(PlaceName, PlaceName.place_id == Place.id)
    .where(PlaceName.key.in_(bindparam("keys", expanding=True))),
    begins("low", "high", IS_WEIGHTY).add_columns(true().label("goes_on")),
)

"""Completion while somebody types, and what a text that is no place may have been meant for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any, cast

from sqlalchemy import ColumnElement, Select, bindparam, func, select

from portal import db
from portal.models.place import WEIGHTY, Place, PlaceKind, PlaceName, PlacePostcode
from portal.services.places import areas, matching, names
from portal.services.places.matching import NOTEWORTHY, Found, PlaceMatch

MOST = 20  # entries of one list
AFTER_LETTERS = "{"  # sorts right behind "z": a prefix is the range from itself to itself and this
AFTER_DIGITS = ":"  # the same behind "9"
VILLAGES_AT = 3  # where the exact name of a village is proposed; that of a town is first
SIMILAR = 0.75  # of two keys, as difflib counts it, for one to be a slip of the other
MOST_COMPARED = 400


def complete(prefix: str, limit: int = 8) -> list[PlaceMatch]:
    """What begins like this, the most populated first, a town of exactly this name before all; digits are postal codes,
    and 2A an area.

    Each label resolves to its entry. Two statements on indexes, three for a rare name; "" gives nothing.
    """
    limit = max(0, min(limit, MOST))
    key = names.key(prefix) if len(prefix) <= names.LONGEST else ""
    if not key or not limit:
        return []
    if key.isdigit() or areas.by_code(key):
        return _by_digits(key, limit)
    if code := names.arrondissement(key):
        row = matching.row_of_code(code, PlaceKind.ARRONDISSEMENT)
        return [matching.match(row)] if row else []
    typed = key + " " if prefix[-1].isspace() else key
    # More than asked for: a town may be there by two of its names.
    among = {"low": typed, "high": typed + AFTER_LETTERS, "most": limit * 3}
    rows = list(db.session.execute(_WEIGHTY, among))
    if len({row.id for row in rows}) < limit:
        rows = list(db.session.execute(_BEGINS, among))
    exact = list(db.session.execute(_EXACT, {"key": key}))
    # "rue" is Rue, but who has typed "mars" is more likely on the way to Marseille than in a village of that name.
    at = 0 if exact and exact[0].population >= matching.A_TOWN else VILLAGES_AT
    area = areas.called(key)
    home = matching.row_of_code(area.code, area.kind) if area else None
    found = _matches([*([home] if home else []), *rows[:at], *exact, *rows[at:]], limit)
    town = names.without_part(key)
    return found or (complete(town, limit) if town != key else [])


def longer_names(key: str) -> tuple[PlaceMatch, ...]:
    """The towns of France whose names go on after this one, the most populated first: "aix" is Aix-en-Provence."""
    among = {"low": f"{key} ", "high": f"{key} {AFTER_LETTERS}", "most": matching.MOST_RIVALS}
    rows = db.session.execute(_WEIGHTY, among).all()
    towns = (row for row in rows if row.country == "FR" and row.kind is PlaceKind.COMMUNE)
    # Its whole name goes on: nobody calls La Roche-sur-Yon "Roche".
    large = (row for row in towns if row.population >= NOTEWORTHY and row.key.startswith(key))
    return tuple(_matches(large, limit=MOST))


def _begins(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The most weighty names of a range, from the index alone, then their places."""
    best = (
        select(PlaceName.place_id, PlaceName.weight)
        .where(PlaceName.key >= bindparam("low"), PlaceName.key < bindparam("high"), *conditions)
        .order_by(PlaceName.weight.desc(), PlaceName.place_id)
        .limit(bindparam("most"))
        .subquery()
    )
    return matching.ENTRY.join(best, best.c.place_id == Place.id).order_by(
        best.c.weight.desc(), best.c.place_id
    )


_BEGINS = _begins()
_WEIGHTY = _begins(cast(ColumnElement[bool], WEIGHTY))
_EXACT = (
    matching.ENTRY.join(PlaceName, PlaceName.place_id == Place.id)
    .where(PlaceName.key == bindparam("key"), Place.key == PlaceName.key)
    .order_by(PlaceName.weight.desc(), Place.id)
    .limit(2)
)


def _matches(rows: Iterable[Found], limit: int) -> list[PlaceMatch]:
    found: dict[str, PlaceMatch] = {}
    for row in rows:
        if len(found) == limit:
            break
        label = matching.label(row)
        if label not in found:
            found[label] = matching.match(row)
    return list(found.values())


def _by_digits(digits: str, limit: int) -> list[PlaceMatch]:
    if len(digits) < 2 or len(digits) > 5:
        return []
    asked = (
        matching.ENTRY.join(PlacePostcode, PlacePostcode.place_id == Place.id)
        .where(
            PlacePostcode.postcode >= digits,
            PlacePostcode.postcode < digits + AFTER_DIGITS,
            Place.kind != PlaceKind.ARRONDISSEMENT,
        )
        .order_by(Place.population.desc())
        .limit(limit * 2)
    )
    rows: list[Found] = list(db.session.execute(asked).all())
    area = areas.by_code(digits)
    if area and (home := matching.row_of_code(area.code, area.kind)):
        rows.insert(0, home)
    arrondissement = names.arrondissement_of_postcode(digits)
    if arrondissement and (row := matching.row_of_code(arrondissement, PlaceKind.ARRONDISSEMENT)):
        rows.insert(0, row)
    found = {row.id: matching.match(row) for row in rows}
    return list(found.values())[:limit]


def similar(key: str, limit: int = 4) -> tuple[PlaceMatch, ...]:
    """What a text that is no place may have been meant for: what begins like it, else what looks like it.

    Never an answer, only an offer: it runs when nothing was found, and may take some milliseconds.
    """
    if len(key) < 3:
        return ()
    if begun := complete(key, limit):
        return tuple(begun)
    start = key[:2]
    known = (
        select(PlaceName.key, PlaceName.place_id)
        .where(
            PlaceName.key >= start,
            PlaceName.key < start + AFTER_LETTERS,
            func.length(PlaceName.key).between(len(key) - 3, len(key) + 3),
        )
        .order_by(PlaceName.weight.desc())
        .limit(MOST_COMPARED)
    )
    ids: dict[str, int] = {}
    for row in db.session.execute(known):
        ids.setdefault(row.key, row.place_id)
    close = difflib.get_close_matches(key, ids, n=limit, cutoff=SIMILAR)
    order = [ids[name] for name in close]
    rows = {row.id: row for row in matching.rows_where(Place.id.in_(order))} if order else {}
    return tuple(_matches((rows[place_id] for place_id in order), limit))

"""Completion while somebody types, and what a text that is no place may have been meant for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from sqlalchemy import bindparam, desc, func, literal_column, select, union_all

from portal import db
from portal.models.place import Place, PlaceKind, PlaceName, PlacePostcode
from portal.services.places import areas, matching, names
from portal.services.places.matching import NOTEWORTHY, Found, PlaceMatch
from portal.services.places.named import AFTER_LETTERS, IS_WEIGHTY, Named, begins, heaviest

MOST = 20  # entries of one list
AFTER_DIGITS = ":"  # the same behind "9"
VILLAGES_AT = 3  # where the exact name of a village is proposed; that of a town is first
MOST_EXACT = 2  # namesakes that are proposed for their whole name
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
    area = areas.called(key)
    home = matching.row_of_code(area.code, area.kind) if area else None
    found = _matches([*([home] if home else []), *_with_exact(rows, exact)], limit)
    town = names.without_part(key)
    return found or (complete(town, limit) if town != key else [])


def _with_exact(begun: list[Found], exact: list[Found]) -> list[Found]:
    # "rue" is Rue, but who has typed "mars" is more likely on the way to Marseille than in a village of that name.
    at = 0 if exact and exact[0].population >= matching.A_TOWN else VILLAGES_AT
    return [*begun[:at], *exact[:MOST_EXACT], *begun[at:]]


def longer_names(key: str, named: Named) -> tuple[PlaceMatch, ...]:
    """The towns of France whose names go on after this one, the most populated first: "aix" is Aix-en-Provence."""
    towns = (
        row for row in named.longer(key) if row.country == "FR" and row.kind is PlaceKind.COMMUNE
    )
    # Its whole name goes on: nobody calls La Roche-sur-Yon "Roche".
    large = (row for row in towns if row.population >= NOTEWORTHY and row.key.startswith(key))
    return tuple(_matches(large, limit=MOST))


_BEGINS = begins("low", "high").order_by(desc("weight"), Place.id)
_WEIGHTY = begins("low", "high", IS_WEIGHTY).order_by(desc("weight"), Place.id)
_EXACT = (
    matching.ENTRY.join(PlaceName, PlaceName.place_id == Place.id)
    .where(PlaceName.key == bindparam("key"), Place.key == PlaceName.key)
    .order_by(PlaceName.weight.desc(), Place.id)
    .limit(MOST_EXACT)
)
_LOOKS = (
    select(PlaceName.place_id, PlaceName.key, PlaceName.weight)
    .where(
        PlaceName.key >= bindparam("start"),
        PlaceName.key < bindparam("after_start"),
        func.length(PlaceName.key).between(bindparam("shortest"), bindparam("longest")),
    )
    .order_by(PlaceName.weight.desc())
    .limit(bindparam("compared"))
    .subquery()
)
_ALIKE = union_all(
    begins("low", "high").add_columns(literal_column("'key'").label("way")),
    begins("town", "after_town").add_columns(literal_column("'town'").label("way")),
    matching.ENTRY.add_columns(_LOOKS.c.key.label("known_as"), _LOOKS.c.weight)
    .add_columns(literal_column("'looks'").label("way"))
    .join(_LOOKS, _LOOKS.c.place_id == Place.id),
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


def similar(key: str, named: Named, limit: int = 4) -> tuple[PlaceMatch, ...]:
    """What a text that is no place may have been meant for: what begins like it, else what looks like it. One statement.

    Never an answer, only an offer: it runs when nothing was found, and may take some milliseconds.
    """
    if len(key) < 3:
        return ()
    if key.isdigit() or areas.by_code(key):
        return tuple(complete(key, limit))
    town = names.without_part(key)
    among = {"low": key, "high": key + AFTER_LETTERS, "most": limit * 3, "shortest": len(key) - 3}
    among |= {"town": town, "after_town": town + AFTER_LETTERS, "longest": len(key) + 3}
    among |= {"start": key[:2], "after_start": key[:2] + AFTER_LETTERS, "compared": MOST_COMPARED}
    rows = sorted(db.session.execute(_ALIKE, among), key=heaviest)
    exact = sorted((row for row in named.of(key) if row.key == key), key=heaviest)
    ways = {way: [row for row in rows if row.way == way] for way in ("key", "town", "looks")}
    if begun := _with_exact(ways["key"], exact) or ways["town"]:
        return tuple(_matches(begun, limit))
    looks: dict[str, Found] = {}
    for row in ways["looks"]:
        looks.setdefault(row.known_as, row)
    close = difflib.get_close_matches(key, looks, n=limit, cutoff=SIMILAR)
    return tuple(_matches((looks[name] for name in close), limit))

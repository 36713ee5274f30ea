"""Filling the gazetteer: a stream of rows becomes entries, their names and their postal codes, in plain batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from portal import db
from portal.models.place import Place, PlaceKind, PlaceName, PlacePostcode
from portal.services.places import areas, names

BATCH = 1000  # rows: what a door may commit at once without keeping others waiting
# How many of its people count as one when names that begin alike are ranked: a town is what is asked for most.
LIGHT = {
    PlaceKind.ARRONDISSEMENT: 100,
    PlaceKind.DEPARTEMENT: 10,
    PlaceKind.REGION: 10,
}

_RENEW = update(Place).where(Place.id == bindparam("known_id"))
Identity = tuple[str, str, str]  # country, kind, code: what makes two rows the same entry


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """One entry to load. `other_names` are further keys or names that lead to it; its own name does anyway.

    `parts` are names too, each with the people it stands for: "lom" proposes no Lille for the sake of Lomme alone.
    """

    code: str
    kind: PlaceKind
    name: str
    departement: str = ""
    region: str = ""
    country: str = "FR"
    population: int = 0
    lat: float | None = None
    lon: float | None = None
    is_estimated: bool = False
    postcodes: tuple[str, ...] = ()
    other_names: tuple[str, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()

    @classmethod
    def of_table(cls, cells: Mapping[str, str]) -> PlaceRow:
        """A line of one of the tables that ship: a town abroad, or a land of France."""
        return cls(
            code=cells["code"],
            kind=PlaceKind.TOWN,
            name=cells["name"],
            departement=cells.get("departement", ""),
            region=cells["region"],
            country=cells.get("country", "FR"),
            population=int(cells["population"]),
            lat=float(cells["lat"]),
            lon=float(cells["lon"]),
            other_names=tuple(filter(None, cells["others"].split("|"))),
        )


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a load did."""

    created: int = 0
    updated: int = 0
    removed: int = 0


def load(
    rows: Iterable[PlaceRow],
    progress: Callable[[int], None] = lambda count: None,
    *,
    replace: bool = False,
) -> Loaded:
    """Add rows to the gazetteer, or renew those it knows by country, kind and code; flushes, never commits.

    `progress` hears how many rows each batch had, and is where a door saves: loading again mends what was cut off. With `replace`, entries of the same country and kind that the rows
    do not name are removed: for a whole new edition, never for a part of one. The first 35,000 take two seconds.
    """
    known = _known()
    before = len(known)
    seen: set[Identity] = set()
    updated = 0
    for batch in _batches(rows):
        fresh = {_identity(row): row for row in batch}  # a row given twice: the last one counts
        seen.update(fresh)
        old = [known[identity] for identity in fresh if identity in known]
        updated += len(old)
        _forget_details(old)
        _write(fresh, known)
        progress(len(batch))
    removed = _remove(known, seen) if replace else 0
    _count_people()
    db.session.expire_all()
    return Loaded(created=len(known) - before, updated=updated, removed=removed)


def _batches(rows: Iterable[PlaceRow]) -> Iterator[list[PlaceRow]]:
    stream = iter(rows)
    while batch := list(islice(stream, BATCH)):
        yield batch


def _identity(row: PlaceRow) -> Identity:
    return (row.country, row.kind.value, row.code)


def _known(*, after: int = 0) -> dict[Identity, int]:
    asked = select(Place.country, Place.kind, Place.code, Place.id).where(Place.id > after)
    rows = db.session.execute(asked)
    return {(row.country, row.kind.value, row.code): row.id for row in rows}


def _forget_details(ids: list[int]) -> None:
    for detail in (PlaceName, PlacePostcode):
        for at in range(0, len(ids), 500):
            db.session.execute(delete(detail).where(detail.place_id.in_(ids[at : at + 500])))


def _write(fresh: dict[Identity, PlaceRow], known: dict[Identity, int]) -> None:
    connection = db.session.connection()
    columns = {identity: _columns(row) for identity, row in fresh.items()}
    if renewed := [
        entry | {"known_id": known[identity]}
        for identity, entry in columns.items()
        if identity in known
    ]:
        connection.execute(_RENEW, renewed)
    if created := [entry for identity, entry in columns.items() if identity not in known]:
        last = max(known.values(), default=0)
        connection.execute(insert(Place), created)
        known.update(_known(after=last))
    found = [(known[identity], columns[identity]["key"], row) for identity, row in fresh.items()]
    if keys := [name for place_id, key, row in found for name in _names(place_id, key, row)]:
        connection.execute(insert(PlaceName), keys)
    if codes := [code for place_id, _, row in found for code in _postcodes(place_id, row)]:
        connection.execute(insert(PlacePostcode), codes)


def _columns(row: PlaceRow) -> dict[str, Any]:
    return {
        "code": row.code,
        "kind": row.kind,
        "name": row.name[: names.LONGEST],
        "key": names.key(row.name)[: names.LONGEST],
        "departement": row.departement,
        "region": row.region,
        "country": row.country,
        "population": row.population,
        "lat": row.lat,
        "lon": row.lon,
        "is_estimated": row.is_estimated,
    }


def _names(place_id: int, own: str, row: PlaceRow) -> Iterator[dict[str, Any]]:
    weight = row.population // (LIGHT.get(row.kind) or areas.far(row.country))
    keys = dict.fromkeys((own, names.without_article(own)), weight)
    if "(" in row.name:  # "Bors (Canton de Charente-Sud)" is Bors to its people
        keys[names.key(row.name.partition("(")[0])] = weight
    for other in row.other_names:
        keys.setdefault(names.key(other), weight)
    for part, people in row.parts:
        keys.setdefault(names.key(part), people)
    for key, weight in keys.items():
        if key:
            yield {"key": key[: names.LONGEST], "weight": weight, "place_id": place_id}


def _postcodes(place_id: int, row: PlaceRow) -> Iterator[dict[str, Any]]:
    for code in dict.fromkeys(row.postcodes):
        yield {"postcode": code, "place_id": place_id}


def _remove(known: dict[Identity, int], seen: set[Identity]) -> int:
    """Delete what a whole new edition does not name any more, among the countries and kinds that it covers."""
    covered = {identity[:2] for identity in seen}
    gone = [
        place_id
        for identity, place_id in known.items()
        if identity[:2] in covered and identity not in seen
    ]
    _forget_details(gone)
    for at in range(0, len(gone), 500):
        db.session.execute(delete(Place).where(Place.id.in_(gone[at : at + 500])))
    return len(gone)


def _count_people() -> None:
    """Give each département and région the people of its communes: that is what ranks them among towns."""
    for kind, code in (
        (PlaceKind.DEPARTEMENT, Place.departement),
        (PlaceKind.REGION, Place.region),
    ):
        counted = db.session.execute(
            select(code, func.sum(Place.population))
            .where(Place.kind == PlaceKind.COMMUNE, Place.country == "FR")
            .group_by(code)
        )
        for area, people in counted.all():
            which = (Place.kind == kind, Place.code == area, Place.country == "FR")
            db.session.execute(update(Place).where(*which).values(population=people))
            ids = select(Place.id).where(*which).scalar_subquery()
            db.session.execute(
                update(PlaceName)
                .where(PlaceName.place_id == ids)
                .values(weight=people // LIGHT[kind])
            )

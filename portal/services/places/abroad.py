"""Towns of the rest of the world: the table that ships with Relais, and GeoNames' own files, from which it is made.

France is always left out: its gazetteer is better. A town has its French name where it has one, else GeoNames' own.
"""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from portal.errors import Invalid
from portal.models.place import PlaceKind
from portal.services.places import areas, names
from portal.services.places.loading import PlaceRow

TABLE = areas.DATA / "world.csv.gz"
COLUMNS = ("code", "country", "name", "others", "region", "population", "lat", "lon")
# The columns of cities15000.txt and its like that are read.
_ID, _NAME, _OTHERS, _LAT, _LON, _FEATURE, _COUNTRY, _PROVINCE, _PEOPLE = (
    0, 1, 3, 4, 5, 7, 8, 10, 14,
)  # fmt: skip
_IS_GEONAMES = re.compile(r"\d+\t[^\t]+(?:\t[^\t]*){5,}")
NO_TOWNS = ("PPLX", "PPLH", "PPLQ", "PPLW")  # parts of a town; towns that are no more
CAPITAL = "PPLC"


def shipped() -> Iterator[PlaceRow]:
    """The towns abroad that come with Relais."""
    with gzip.open(TABLE, "rt", encoding="utf-8", newline="") as file:
        yield from map(PlaceRow.of_table, csv.DictReader(file))


def is_geonames(line: str) -> bool:
    """Is this the first line of a table of towns as GeoNames gives them out (cities15000.txt)?"""
    return _IS_GEONAMES.match(line) is not None


def from_geonames(lines: Iterable[list[str]]) -> Iterator[tuple[PlaceRow, bool]]:
    """The towns of GeoNames' table, and whether each is a capital; a wrong line raises `Invalid` with its number."""
    towns: dict[str, list[tuple[PlaceRow, bool, frozenset[str]]]] = defaultdict(list)
    for line, cells in enumerate(lines, 1):
        try:
            if cells[_COUNTRY] == "FR" or cells[_FEATURE] in NO_TOWNS:
                continue
            row = _town(cells)
        except (IndexError, ValueError) as error:
            raise Invalid(
                "Ligne %(line)d : %(problem)s. Rien n’a été chargé.", line=line, problem=str(error)
            ) from error
        if areas.country(row.country) in (None, "FR"):
            continue
        known = frozenset(map(names.key, (row.name, *cells[_OTHERS].split(","))))
        towns[row.country].append((row, cells[_FEATURE] == CAPITAL, known))
    renamed = {row.code: row for row in _renamed(towns)}
    for found in towns.values():
        for row, is_capital, _ in found:
            yield renamed.get(row.code, row), is_capital


def _town(cells: list[str]) -> PlaceRow:
    name, *others = (part.strip() for part in cells[_NAME].split("/"))
    lat, lon = float(cells[_LAT]), float(cells[_LON])
    if not names.key(name) or not (abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError(f"{cells[_NAME]} ({lat}, {lon})")
    return PlaceRow(
        code=cells[_ID],
        kind=PlaceKind.TOWN,
        name=name,
        region=cells[_PROVINCE] if cells[_COUNTRY] == "US" else "",
        country=cells[_COUNTRY],
        population=int(cells[_PEOPLE] or 0),
        lat=round(lat, 4),
        lon=round(lon, 4),
        other_names=tuple(others),
    )


def _renamed(
    towns: Mapping[str, list[tuple[PlaceRow, bool, frozenset[str]]]],
) -> Iterator[PlaceRow]:
    """The towns that have a French name, by the list that was made by hand: the largest that is known by both names."""
    for given in areas.exonyms():
        french, english = names.key(given["french"]), names.key(given["english"])
        found = [
            (french in known, row.population, row)
            for row, _, known in towns.get(given["country"], ())
            if english in known
        ]
        if found:
            *_, row = max(found, key=lambda one: one[:2])
            yield _called(row, given)


def _called(row: PlaceRow, given: Mapping[str, str]) -> PlaceRow:
    others = (given["english"], *given["local"].split("|"), row.name, *row.other_names)
    keys = {names.key(name): name for name in others if name}
    keys.pop(names.key(given["french"]), None)
    return replace(row, name=given["french"], other_names=tuple(keys.values()))

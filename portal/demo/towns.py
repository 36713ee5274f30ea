"""Real towns for the demo: name, position, postal code, time zone, from `towns.csv`; and how French speaks of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from portal.demo.dice import Dice
from portal.demo.words import STREETS
from portal.demo.world import DemoLocation

_FILE = Path(__file__).with_name("towns.csv")
_SPREAD = 900  # how far from the town's middle, in hundred-thousandths of a degree: 1 km at most


@dataclass(frozen=True, slots=True)
class Town:
    """A town as the demo needs it. `weight` says how much of the demo happens there; 0 is kept for large data sets."""

    code: str
    name: str
    departement: str
    region: str
    postal_code: str
    lat: float
    lon: float
    zone: str
    weight: int
    is_on_the_coast: bool

    @property
    def city(self) -> str:
        """Lyon for "Lyon 7e": one says "in Lyon"."""
        head, _, tail = self.name.rpartition(" ")
        return head if tail[:1].isdigit() else self.name

    @property
    def at(self) -> str:
        """In the town: "à Lyon", "au Mans", "à La Rochelle"."""
        return _contracted(self.city, "à ", "au ", "aux ")

    @property
    def of(self) -> str:
        """Of the town: "de Lyon", "d’Angers", "du Mans"."""
        elided = self.city[0] in "AEIOUYÀÂÉÈÊÎÔ"
        return _contracted(self.city, "d’" if elided else "de ", "du ", "des ")

    def spot(self, dice: Dice) -> DemoLocation:
        """Somewhere in the town: an invented street, a position near the middle."""
        return DemoLocation(
            street=dice.pick(STREETS),
            postal_code=self.postal_code,
            town=self.name,
            town_code=self.code,
            departement=self.departement,
            region=self.region,
            lat=round(self.lat + dice.between(-_SPREAD, _SPREAD) / 100_000, 5),
            lon=round(self.lon + dice.between(-_SPREAD, _SPREAD) / 100_000, 5),
        )


def _contracted(name: str, plain: str, masculine: str, plural: str) -> str:
    if name.startswith("Le "):
        return masculine + name[3:]
    if name.startswith("Les "):
        return plural + name[4:]
    return plain + name


@cache
def all_towns() -> dict[str, Town]:
    """Every town of the file by its official code: those of the demo first, in the file's order."""
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: _town(row) for row in csv.DictReader(lines)}


@cache
def towns_by_name() -> dict[str, Town]:
    """The towns by name and by code; of two towns with one name, the first of the file has it."""
    named: dict[str, Town] = {}
    for town in all_towns().values():
        named.setdefault(town.name, town)
    return all_towns() | named


def _town(row: dict[str, str]) -> Town:
    return Town(
        code=row["code"],
        name=row["name"],
        departement=row["departement"],
        region=row["region"],
        postal_code=row["postal_code"],
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        zone=row["zone"],
        weight=int(row["weight"]),
        is_on_the_coast=row["coast"] == "1",
    )

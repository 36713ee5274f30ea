"""The départements and régions of France and the names of countries: 135 short lines that never change while we run.

An area is asked for by a code. A département keeps its own (`69`, `2A`, `974`); a région is `R` and its number (`R84`),
because both series count from 01: 75 alone would be Paris and Nouvelle-Aquitaine.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from babel import Locale
from babel.core import get_global

from portal.models.place import PlaceKind
from portal.services.places import names

DATA = Path(__file__).parents[2] / "data" / "places"
# The old number of Corsica, which its postal codes still begin with, is not a département any more.
_CORSICA = ("20", "94")
# What people call a région in a word: the letters of ISO 3166-2:FR, and PACA; and what they call an island.
SHORT_NAMES = {
    "ara": "84", "bfc": "27", "bre": "53", "cvl": "24", "cor": "94", "ges": "44", "hdf": "32", "idf": "11",
    "naq": "75", "nor": "28", "occ": "76", "pac": "93", "paca": "93", "pdl": "52",
    "ile de la reunion": "04",
}  # fmt: skip
_REMOTE = ("GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "WF", "PF", "NC", "TF")

NEXT_DOOR = ("BE", "CH", "DE", "ES", "GB", "IT", "LU", "MC")


@dataclass(frozen=True, slots=True)
class Area:
    """A département or a région; its position is that of its chief town, for a map to open on."""

    kind: PlaceKind
    code: str
    name: str
    key: str
    region: str
    lat: float | None
    lon: float | None

    @property
    def asked_by(self) -> str:
        """The code that stands in an address: `69`, `R84`."""
        return f"R{self.code}" if self.kind is PlaceKind.REGION else self.code


@cache
def everywhere() -> tuple[Area, ...]:
    """All of them, régions first, as the shipped file has them."""
    with (DATA / "areas.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_read(row) for row in csv.DictReader(file))


def _read(row: dict[str, str]) -> Area:
    lat, lon = (float(row[name]) if row[name] else None for name in ("lat", "lon"))
    region = row["region"] or row["code"]
    return Area(
        PlaceKind(row["type"]), row["code"], row["nom"], names.key(row["nom"]), region, lat, lon
    )


@cache
def _by_code() -> dict[str, Area]:
    return {area.asked_by: area for area in everywhere()}


def departement(code: str) -> Area | None:
    """The département with this code."""
    return _by_code().get(code)


def region(code: str) -> Area | None:
    """The région with this number."""
    return _by_code().get(f"R{code}")


def by_code(text: str) -> Area | None:
    """The area that a typed or linked code stands for: `1` is none, `2a` is 2A, `20` is the whole of Corsica."""
    code = text.strip().upper()
    return region(_CORSICA[1]) if code == _CORSICA[0] else _by_code().get(code)


def called(text: str) -> Area | None:
    """The area of a code or of a short name: `2a`, `PACA`, `IDF`."""
    return by_code(text) or region(SHORT_NAMES.get(names.key(text), ""))


def named(key: str) -> Area | None:
    """The area with this name; where a département is a région of its own, the département."""
    found = [area for area in everywhere() if area.key == key]
    return found[-1] if found else None


def of_postcode(postcode: str) -> Area | None:
    """The département in which the post office sorts this code; a few communes near a border belong to the next."""
    if len(postcode) != 5 or not postcode.isdigit():
        return None
    if postcode.startswith("20"):
        return departement("2A" if postcode < "20200" else "2B")
    return departement(postcode[:3] if postcode[:2] in ("97", "98") else postcode[:2])


@cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for language in ("en", "fr"):
        for code, name in Locale(language).territories.items():
            if len(code) == 2 and code.isalpha():
                found[names.key(name)] = code
                found[code.lower()] = code
    for alias, codes in get_global("territory_aliases").items():
        if len(alias) == 3 and len(codes) == 1:
            found.setdefault(alias.lower(), codes[0])
    found = {key: "FR" if code in _REMOTE else code for key, code in found.items()}
    return found | {
        "usa": "US",
        "uk": "GB",
        "etats unis d amerique": "US",
        "republique francaise": "FR",
    }


def country(text: str) -> str | None:
    """The two letters of a country by its name, its two or its three letters; overseas France is FR. None: unknown."""
    key = names.key(text)
    return "FR" if key in ("fr", "france", "fra") else _countries().get(key)


@cache
def country_name(code: str, language: str = "fr") -> str:
    """The name of a country in a language (two letters), or its code when it has none."""
    return str(Locale(language).territories.get(code, code))


def exonyms() -> Iterator[dict[str, str]]:
    """The towns abroad that have a name of their own in French: `country`, `french`, `english`, `local` (parted by |)."""
    with (DATA / "exonyms.csv").open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@cache
def _english() -> dict[tuple[str, str], str]:
    return {(town["country"], town["french"]): town["english"] for town in exonyms()}


def english_name(name: str, country: str) -> str | None:
    """What a town abroad is called in English; None where its French name is no other."""
    return _english().get((country, name))


def far(country: str) -> int:
    """How many people of a town there count as one in France: who types "nan" wants Nantes, not Nanjing; "bru", Bruxelles."""
    return 1 if country == "FR" else 20 if country in NEXT_DOOR else 200


@cache
def country_keys(code: str) -> frozenset[str]:
    """All keys that mean this country."""
    if code == "FR":
        return frozenset({"fr", "france", "fra"})
    return frozenset(key for key, found in _countries().items() if found == code)

"""The three partners of the demo and their associations: all invented."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache

from portal.demo.activities import typeset
from portal.demo.towns import Town, towns_by_name
from portal.demo.words import TEXTS


@dataclass(frozen=True, slots=True)
class Partner:
    """Who owns a feed. `name` is the provider's name, in addresses; `english` is its share of English offers in percent."""

    name: str
    title: str
    format: str
    file: str
    content_type: str
    offers: int
    english: int
    email: str
    about: str


@dataclass(frozen=True, slots=True)
class PartnerAssociation:
    """An association whose offers a partner brings."""

    number: int
    name: str
    town: Town
    themes: tuple[str, ...]
    about: str


PARTNERS = (
    Partner(
        "grand-carnet",
        "Le Grand Carnet",
        "footprint",
        "grand-carnet.xml",
        "application/xml",
        66,
        30,
        "feeds@grand-carnet.example",
        "Un carnet d’annonces bénévoles tenu à plusieurs mains, en français et en anglais.",
    ),
    Partner(
        "val-dore",
        "Pays d’entraide du Val Doré",
        "table",
        "val-dore.csv",
        "text/csv; charset=utf-8",
        62,
        0,
        "tableur@val-dore.example",
        "Douze associations de la Drôme et de l’Ardèche, et un tableur partagé.",
    ),
    Partner(
        "passeurs-elan",
        "Passeurs d’élan",
        "engagement",
        "passeurs-elan.xml",
        "application/xml",
        76,
        0,
        "flux@passeurs-elan.example",
        "Un réseau qui rassemble les besoins de petites associations de dix villes.",
    ),
)


def partner(name: str) -> Partner | None:
    """The partner of that name, or None."""
    return next((each for each in PARTNERS if each.name == name), None)


@cache
def associations_of(name: str) -> tuple[PartnerAssociation, ...]:
    """The associations of a partner, in the order of the file."""
    towns = towns_by_name()
    with (TEXTS / "partners.csv").open(encoding="utf-8", newline="") as lines:
        rows = [row for row in csv.DictReader(lines, delimiter=";") if row["partner"] == name]
    return tuple(
        PartnerAssociation(
            number,
            typeset(row["name"]),
            towns[row["town"]],
            tuple(row["themes"].split()),
            typeset(row["about"]),
        )
        for number, row in enumerate(rows, start=1)
    )

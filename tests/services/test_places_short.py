"""Places by less than their names: a région's letters, a part of a town, half of a name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from portal.db import Database
from portal.services import places
from portal.services.places import areas, matching


@pytest.fixture(autouse=True)
def reading(gazetteer: Path) -> Iterator[Session]:
    france = Database(f"sqlite:///{gazetteer}")
    with france.reading() as opened:
        yield opened
    france.engine.dispose()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("PACA", "Provence-Alpes-Côte d'Azur (région)"),
        ("IDF", "Île-de-France (région)"),
        ("ARA", "Auvergne-Rhône-Alpes (région)"),
        ("hdf", "Hauts-de-France (région)"),
        ("BFC", "Bourgogne-Franche-Comté (région)"),
        ("CVL", "Centre-Val de Loire (région)"),
        ("NAQ", "Nouvelle-Aquitaine (région)"),
        ("nantes centre", "Nantes (Loire-Atlantique)"),
        ("Nantes centre-ville", "Nantes (Loire-Atlantique)"),
        ("centre-ville de Nantes", "Nantes (Loire-Atlantique)"),
        ("gare de Nantes", "Nantes (Loire-Atlantique)"),
        ("Nantes nord", "Nantes (Loire-Atlantique)"),
        ("Nord", "Nord (département)"),
    ],
)
def test_a_short_name_or_a_part_of_a_town_is_understood(text: str, label: str) -> None:
    found = places.resolve(text).best
    assert found is not None and found.label == label


def test_no_place_of_france_bears_the_short_name_of_a_region() -> None:
    assert not any(matching.rows_named(*areas.SHORT_NAMES).values())
    assert all(areas.called(name) for name in areas.SHORT_NAMES)


@pytest.mark.parametrize(
    ("text", "rival"),
    [
        ("Aix", "Aix-en-Provence (Bouches-du-Rhône)"),
        ("chalon", "Chalon-sur-Saône (Saône-et-Loire)"),
    ],
)
def test_a_town_of_a_longer_name_is_a_rival_of_a_village(text: str, rival: str) -> None:
    found = places.resolve(text)
    assert found.is_ambiguous and found.rivals[0].label == rival
    assert found.best is not None and found.best.population < found.rivals[0].population


def test_who_says_which_village_is_not_asked_again() -> None:
    assert not places.resolve("Aix (Corrèze)").is_ambiguous
    assert not places.resolve("Rochefort").is_ambiguous


def test_the_address_of_a_feed_means_what_it_says() -> None:
    found = places.locate(city="Aix")
    assert found.place is not None and found.place.label == "Aix (Corrèze)"
    assert not found.repairs

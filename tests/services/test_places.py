"""What a text means: the best place, its rivals, and the honest nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import Database
from portal.models.place import Place, PlaceKind
from portal.services import places
from portal.services.places import matching, names

MEANINGS = {
    # communes, however they are written
    "Lyon": "69123",
    "lyon": "69123",
    "  LYON  ": "69123",
    "Lyon, France": "69123",
    "Lyon (Rhône)": "69123",
    "Lyon, Rhône": "69123",
    "lyon 69": "69123",
    "Lyon, Auvergne-Rhône-Alpes": "69123",
    "Le Havre": "76351",
    "le havre": "76351",
    "havre": "76351",
    "L'Haÿ-les-Roses": "94038",
    "L’Haÿ-les-Roses": "94038",
    "l hay les roses": "94038",
    "hay les roses": "94038",
    "Œuilly": "51410",
    "oeuilly": "51410",
    "Saint Étienne": "42218",
    "St Etienne": "42218",
    "st-étienne": "42218",
    "SAINT-ETIENNE": "42218",
    "Sai\u0302nt-E\u0301tienne": "42218",
    "Ste-Foy-lès-Lyon": "69202",
    "Chalon s/ Saône": "71076",
    "Chalon s/Saône": "71076",
    "La Rochelle": "17300",
    "rochelle": "17300",
    "Eu": "76255",
    "Y": "80829",
    "Bors (Canton de Charente-Sud)": "16053",
    "Château-Chinon (Ville)": "58062",
    "Brest": "29019",
    "Orange": "84087",
    "Nice": "06088",
    "Saint-Pierre-et-Miquelon": "975",
    "Saint-Martin": "97801",
    # namesakes, told apart or not
    "Saint-Denis": "97411",
    "Saint-Denis (974)": "97411",
    "Saint-Denis, La Réunion": "97411",
    "saint denis la reunion": "97411",
    "Saint-Denis, Réunion": "97411",
    "Saint-Denis (Seine-Saint-Denis)": "93066",
    "saint denis 93": "93066",
    "Saint-Denis, Île-de-France, France": "93066",
    "Saint-Denis (93200)": "93066",
    "Valence": "26362",
    "Valence (Tarn-et-Garonne)": "82186",
    "Mayenne (53)": "53147",
    "Mayenne (Mayenne)": "53147",
    "Vienne (Isère)": "38544",
    "La Rochelle (Haute-Saône)": "70450",
    # arrondissements
    "paris xv": "75115",
    "Paris XVe": "75115",
    "Paris 15e": "75115",
    "Paris 15ème": "75115",
    "paris 15 eme": "75115",
    "Paris 15e arrondissement": "75115",
    "15e arrondissement de Paris": "75115",
    "Paris, 15e": "75115",
    "75015": "75115",
    "75116": "75116",
    "75015 Paris": "75115",
    "Paris 1er": "75101",
    "Paris 01": "75101",
    "Lyon 3": "69383",
    "lyon 3eme": "69383",
    "69003 Lyon": "69383",
    "12 rue Haute, 69003 Lyon": "69383",
    "marseille 1er": "13201",
    "13001": "13201",
    "Marseille (13)": "13055",
    "Marseille 13": "13213",
    "Lyon cedex 07": "69387",
    "Paris 21": None,
    "Lyon 10": None,
    # postal codes
    "01400": "01400",
    "26000": "26362",
    "97400": "97411",
    "04100": "04112",
    "75000": "75056",
    "Beaune cedex": "21054",
    "21206 Beaune Cedex": "21054",
    "69361 Lyon": "69123",
    "12345 Nulle": None,
    "94103": None,
    "33101": None,
    "20006": None,
    "69000": "69123",
    "13000": "13055",
    "75000 Paris": "75056",
    "33000 Talence": "33522",
    "99999": None,
    "00000": None,
    # areas
    "2A": "2A",
    "2b": "2B",
    "20": "94",
    "Corse": "94",
    "69": "69",
    "75": "75",
    "11": "11",
    "01": "01",
    "974": "974",
    "La Réunion": "974",
    "réunion": "974",
    "Rhône": "69",
    "rhone": "69",
    "Rhône (département)": "69",
    "Paris (département)": "75",
    "Bretagne": "53",
    "Bretagne (région)": "53",
    "R84": "84",
    "Île de France": "11",
    "Ile-de-France": "11",
    "Provence-Alpes-Côte d’Azur": "93",
    "Vienne": "86",
    "Creuse": "23",
    "Paris": "75056",
    # positions
    "48.85,2.35": "",
    "48.85, 2.35": "",
    "45.76,4.84,12": "",
    "-20.88;55.45": "",
    # nothing is ever guessed
    "": None,
    "   ": None,
    "%": None,
    "_": None,
    "Ly%": None,
    "L_on": None,
    "'; DROP TABLE places; --": None,
    "🌻": None,
    "1": None,
    "123456": None,
    "91.5,2.35": None,
    "Lyonn": None,
    "Nulle-Part-sur-Rien": None,
    "Lyon (Finistère)": None,
    "jardinage": None,
    "x" * 300: None,
    "Lyon " * 60: None,
    "\x00Lyon\x00": "69123",
    "東京": None,
}


@pytest.fixture(scope="module")
def france(gazetteer: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{gazetteer}")
    yield database
    database.engine.dispose()


@pytest.fixture(autouse=True)
def reading(france: Database) -> Iterator[Session]:
    with france.reading() as opened:
        yield opened


@pytest.mark.parametrize(("text", "code"), MEANINGS.items(), ids=lambda text: repr(text)[:40])
def test_a_text_means_this_place(text: str, code: str | None) -> None:
    best = places.resolve(text).best
    assert (best.code if best else None) == code


def test_the_table_of_meanings_is_long_enough() -> None:
    assert len(MEANINGS) >= 80


def test_every_label_of_the_completion_resolves_to_its_very_place(reading: Session) -> None:
    # All areas and namesakes, and one of forty of the rest: the whole of France takes a minute.
    rows = reading.execute(matching.ENTRY).all()
    seen: dict[str, int] = {}
    for row in rows:
        seen[row.key] = seen.get(row.key, 0) + 1
    chosen = [
        row
        for rank, row in enumerate(rows)
        if rank % 40 == 0 or (seen[row.key] > 1 and rank % 4 == 0) or row.kind != PlaceKind.COMMUNE
    ]
    wrong = []
    for row in chosen:
        best = places.resolve(matching.label(row)).best
        if best != matching.match(row):
            wrong.append((matching.label(row), best and best.label))
    assert wrong == []


def test_labels_are_never_shared(reading: Session) -> None:
    labels = [matching.label(row) for row in reading.execute(matching.ENTRY)]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("text", ["Saint-Denis", "Œuilly", "Vienne", "Mayenne"])
def test_namesakes_of_like_size_are_told_to_be_ambiguous(text: str) -> None:
    found = places.resolve(text)
    assert found.is_ambiguous
    assert found.rivals


@pytest.mark.parametrize(
    "text", ["Lyon", "Paris", "La Réunion", "Creuse", "75015", "Saint-Denis (974)"]
)
def test_a_clear_winner_is_not_ambiguous(text: str) -> None:
    assert not places.resolve(text).is_ambiguous


def test_a_postal_code_is_the_centre_of_its_communes_by_population() -> None:
    found = places.resolve("01400")
    assert found.best is not None
    assert found.kind == "postcode"
    assert found.best.name == "Châtillon-sur-Chalaronne"
    assert len(found.rivals) == 10
    assert found.rivals[0].code == "01093"
    heaviest = found.rivals[0]
    plain = sum(rival.lat or 0 for rival in found.rivals) / len(found.rivals)
    assert heaviest.lat is not None
    assert abs((found.best.lat or 0) - heaviest.lat) < abs(plain - heaviest.lat)


def test_an_area_is_asked_for_by_its_code_and_has_no_circle() -> None:
    rhone, bretagne = places.resolve("Rhône").best, places.resolve("Bretagne").best
    assert rhone is not None and bretagne is not None
    assert (rhone.area, rhone.radius_km) == ("69", 0)
    assert (bretagne.area, bretagne.radius_km) == ("R53", 0)
    assert places.resolve("R53").best == bretagne


def test_the_default_circle_grows_as_the_place_gets_smaller_or_less_sure() -> None:
    sizes = {text: places.resolve(text).best for text in ("Lyon", "Beaune", "Ambronay", "Ambléon")}
    assert {text: best and best.radius_km for text, best in sizes.items()} == {
        "Lyon": 10,
        "Beaune": 15,
        "Ambronay": 25,
        "Ambléon": 35,
    }


def test_a_position_keeps_its_numbers_and_takes_the_name_of_the_nearest_town() -> None:
    best = places.resolve("45.77,4.83").best
    assert best is not None
    assert (best.lat, best.lon, best.kind) == (45.77, 4.83, "position")
    assert best.name.startswith("Lyon")
    far = places.resolve("0.0,-30.0").best
    assert far is not None
    assert far.name == "0,-30"


def test_a_slip_of_the_finger_is_proposed_and_never_taken() -> None:
    found = places.resolve("Marseile")
    assert found.best is None
    assert found.rivals[0].code == "13055"


def test_a_cedex_code_of_no_commune_falls_back_to_its_sorting_office_then_its_departement() -> None:
    office = places.resolve("Cité judiciaire, 21206 Nulle-Part Cedex 2")
    assert office.best is not None and office.best.departement == "21"
    nowhere = places.resolve("92974 Paris-La-Défense Cedex")
    assert nowhere.best is not None and nowhere.best.departement == "92"


def test_the_nearest_town_is_named_and_the_open_sea_is_not() -> None:
    town = places.near(45.76, 4.84)
    assert town is not None and town.name.startswith("Lyon")
    remote = places.near(-20.9, 55.5)
    assert remote is not None and remote.departement == "974"
    assert places.near(2.35, 48.85) is None


def test_keys_are_the_ones_the_gazetteer_was_made_with(reading: Session) -> None:
    wrong = [
        (name, key)
        for name, key in reading.execute(select(Place.name, Place.key))
        if names.key(name) != key or names.key(key) != key
    ]
    assert wrong == []

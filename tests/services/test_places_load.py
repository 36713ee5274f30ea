"""Filling the gazetteer: shipped, official, world; again, in part, or as a whole new edition."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.errors import Invalid
from portal.models.place import Place, PlaceKind, PlaceName, PlacePostcode
from portal.services import places
from portal.services.places import PlaceRow

OFFICIAL = [
    {
        "code": "38199",
        "nom": "Jardin",
        "codesPostaux": ["38200"],
        "centre": {"type": "Point", "coordinates": [4.9, 45.5]},
        "population": 2200,
        "codeDepartement": "38",
    },
    {
        "code": "97411",
        "nom": "Saint-Denis",
        "codesPostaux": ["97400", "97417"],
        "centre": {"type": "Point", "coordinates": [55.45, -20.88]},
        "population": 155634,
        "codeDepartement": "974",
    },
]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_shipped_gazetteer_holds_the_whole_of_france() -> None:
    rows = list(places.shipped())
    kinds = {kind: sum(row.kind is kind for row in rows) for kind in PlaceKind}
    assert kinds[PlaceKind.COMMUNE] == 34_969
    assert kinds[PlaceKind.ARRONDISSEMENT] == 45
    assert kinds[PlaceKind.DEPARTEMENT] == 109
    assert all(row.lat != 0 for row in rows)
    abroad = [row for row in rows if row.kind is PlaceKind.TOWN and row.country != "FR"]
    lands = [row for row in rows if row.kind is PlaceKind.TOWN and row.country == "FR"]
    assert len(abroad) > 8_000 and 40 < len(lands) < 60


def test_loading_the_same_twice_changes_nothing(session: Session, tmp_path: Path) -> None:
    path = write(tmp_path, "communes.json", json.dumps(OFFICIAL))
    first = places.load(places.from_file(path))
    sizes = [count(session, model) for model in (Place, PlaceName, PlacePostcode)]
    again = places.load(places.from_file(path))
    assert (first.created, first.updated) == (again.updated, 0)
    assert sizes == [count(session, model) for model in (Place, PlaceName, PlacePostcode)]


def test_the_official_file_brings_positions_codes_and_areas(
    session: Session, tmp_path: Path
) -> None:
    places.load(places.from_file(write(tmp_path, "communes.json", json.dumps(OFFICIAL))))
    best = places.resolve("Jardin").best
    assert best is not None
    assert (best.lat, best.lon, best.departement, best.region) == (45.5, 4.9, "38", "84")
    isere = places.resolve("Isère").best
    assert isere is not None and isere.population == 2200
    assert places.resolve("97417").best is not None


def test_a_renewed_place_keeps_its_number_and_forgets_its_old_name(session: Session) -> None:
    old = PlaceRow("38199", PlaceKind.COMMUNE, "Jardin", "38", "84", population=2200, lat=45, lon=5)
    places.load([old])
    number = session.scalar(select(Place.id))
    new = PlaceRow("38199", PlaceKind.COMMUNE, "Verger", "38", "84", population=2300, lat=45, lon=5)
    done = places.load([new])
    assert (done.created, done.updated) == (0, 1)
    assert session.scalar(select(Place.id)) == number
    assert places.resolve("Jardin").best is None
    assert places.resolve("Verger").best is not None


def test_a_new_edition_removes_what_it_does_not_name_only_when_told_to(session: Session) -> None:
    row = PlaceRow("38199", PlaceKind.COMMUNE, "Jardin", "38", "84")
    other = PlaceRow("38001", PlaceKind.COMMUNE, "Les Abrets", "38", "84")
    abroad = PlaceRow("1", PlaceKind.TOWN, "Bâle", country="CH", population=177_595)
    places.load([row, other, abroad])
    assert places.load([row]).removed == 0
    assert places.load([row], replace=True).removed == 1
    assert places.resolve("Les Abrets").best is None
    assert places.resolve("Bâle").best is not None


def test_a_load_tells_its_progress_where_a_door_may_save(session: Session) -> None:
    rows = [
        PlaceRow(str(number), PlaceKind.COMMUNE, f"Lieu {number}", "38", "84")
        for number in range(2500)
    ]
    told: list[int] = []
    places.load(rows, told.append)
    assert told == [1000, 1000, 500]


@pytest.mark.parametrize("packed", [False, True])
def test_our_own_table_is_read_plain_or_packed(
    session: Session, tmp_path: Path, packed: bool
) -> None:
    text = (
        "\ufeffcode_insee;nom;departement;codes_postaux;population;lat;lon;source_position\n"
        "01006;Ambléon;01;01300;115;45.7;5.6;est-cp\n"
    )
    path = tmp_path / "places.csv"
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    places.load(places.from_file(path))
    best = places.resolve("Ambléon").best
    assert best is not None and best.is_estimated
    assert best.radius_km == 35


def test_us_zip_codes_come_from_a_table_of_postal_codes(session: Session, tmp_path: Path) -> None:
    line = "US\t94103\tSan Francisco\tCalifornia\tCA\tSan Francisco\t075\t\t\t37.77\t-122.41\t4\n"
    lines = line + line.replace("94103", "94102").replace("37.77", "37.79")
    places.load(places.from_file(write(tmp_path, "US.txt", lines)))
    best = places.resolve("94103").best
    assert best is not None
    assert (best.label, best.country) == ("San Francisco (CA, États-Unis)", "US")
    assert places.resolve("San Francisco, CA").best == best
    assert best.lat == pytest.approx(37.78)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "ne se lit pas"),
        ("[", "ne se lit pas"),
        ("[]", "ne se lit pas"),
        ('{"hello": 1}', "ne se lit pas"),
        ("<html>", "ne se lit pas"),
        ('[{"nom": "Jardin"}]', "Ligne 1"),
        ('[{"code": "38199", "nom": "  "}]', "Ligne 1"),
        ('[{"code": "00199", "nom": "Jardin"}]', "département inconnu"),
        ("code,nom,population\n38199,Jardin,beaucoup\n", "Ligne 1"),
        ("code,nom,lat,lon\n38199,Jardin,145,4\n", "position impossible"),
        ("US\t94103\tSan Francisco\n", "douze colonnes"),
    ],
)
def test_a_wrong_file_is_refused_by_a_sentence(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(Invalid) as refused:
        list(places.from_file(write(tmp_path, "places", text)))
    assert said in refused.value.in_words()


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "places.csv"
    for raw in (b"\xff\xfe\x00", b"\x1f\x8bnot gzip", b"\x89PNG\r\n"):
        path.write_bytes(raw)
        with pytest.raises(Invalid):
            list(places.from_file(path))


def geonames(*towns: tuple[str, str, str, str, str, int]) -> str:
    """GeoNames' table of towns: number, name, its other names, its kind, its country, its people; all near Basel."""
    lines = (
        [number, name, "", others, "47.55839", "7.57327", "P", kind, country, "", "BS", "", "", "", str(people)]
        for number, name, others, kind, country, people in towns
    )  # fmt: skip
    return "".join(
        "\t".join([*line, "", "", "Europe/Zurich", "2026-01-01"]) + "\n" for line in lines
    )


BASEL = ("2661604", "Basel", "BSL,Bâle,Базел,Basilea", "PPLA", "CH", 177_595)


def test_towns_of_geonames_are_found_by_their_french_names_after_those_of_france(
    session: Session, tmp_path: Path
) -> None:
    drome = PlaceRow("26362", PlaceKind.COMMUNE, "Valence", "26", "84", population=64_000)
    table = geonames(
        BASEL,
        ("2509954", "Valencia", "Valence,València", "PPLA", "ES", 800_000),
        ("2996944", "Lyon", "", "PPLA", "FR", 520_000),
        ("2661605", "Kleinbasel", "", "PPLX", "CH", 50_000),
    )
    places.load([drome, *places.from_file(write(tmp_path, "cities15000.txt", table))])
    basel = places.resolve("Bâle").best
    assert basel is not None and basel.label == "Bâle (Suisse)"
    assert basel.label_in("en") == "Basel (Switzerland)"
    for known in ("Bâle (Suisse)", "Basel (Switzerland)", "basel", "Bale, CH"):
        assert places.resolve(known).best == basel
    valence = places.resolve("Valence")
    assert valence.best is not None and valence.best.departement == "26"
    assert valence.is_ambiguous
    for left_out in ("Lyon", "Kleinbasel"):
        assert places.resolve(left_out).best is None
    abroad = places.resolve("Valence", country="ES").best
    assert abroad is not None and abroad.country == "ES"


def test_a_name_in_french_is_given_to_the_town_that_bears_it(tmp_path: Path) -> None:
    quarter = ("1", "Salamanca", "", "PPL", "ES", 147_707)  # of Madrid, and larger than the town
    town = ("2", "Salamanca", "Salamanque", "PPL", "ES", 144_825)
    rows = list(places.from_file(write(tmp_path, "es.txt", geonames(quarter, town))))
    assert {row.code: row.name for row in rows} == {"1": "Salamanca", "2": "Salamanque"}


def test_a_torn_line_of_geonames_is_told(tmp_path: Path) -> None:
    for torn in ("2\tBern\t\tBerne\t46.9\t7.4\tP\n", geonames(BASEL).replace("47.55839", "147")):
        with pytest.raises(Invalid) as refused:
            list(places.from_file(write(tmp_path, "torn.txt", geonames(BASEL) + torn)))
        assert "Ligne 2" in refused.value.in_words()

"""Where: what was typed last counts, and what it replaces is said, never carried along in silence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from portal.services import finding
from search.query import Area
from tests import gazetteer

NOW = datetime(2026, 11, 26, 10, 0, tzinfo=UTC)
BOX = "4,45,6,46"


@pytest.fixture(autouse=True)
def gazetteer_of_a_few(session: Session) -> None:
    gazetteer.load(session)


def read(**params: str) -> finding.Asked:
    return finding.read({name: [value] for name, value in params.items()}, now=NOW)


def sentences(asked: finding.Asked) -> str:
    return " / ".join(note.sentence % note.values for note in asked.notes)


@pytest.mark.parametrize(
    ("kept", "what"),
    [({"box": BOX}, "la zone de la carte"), ({"lat": "45.7", "lon": "4.8"}, "votre position")],
)
def test_a_place_that_is_typed_replaces_what_the_page_kept_and_says_so(
    kept: dict[str, str], what: str
) -> None:
    asked = read(place="Lille", **kept)
    assert asked.query.box is None
    assert asked.query.circle is not None and round(asked.query.circle.lat) == 51
    assert f"« Lille (Nord) » remplace {what}" in sentences(asked)
    assert asked.params == (("place", "Lille"),)


def test_a_territory_that_is_typed_replaces_the_box_too() -> None:
    asked = read(place="Rhône", box=BOX)
    assert (asked.query.box, asked.query.area) == (None, Area("departement", "69"))
    assert "remplace la zone de la carte" in sentences(asked)


def test_a_position_that_is_given_replaces_the_box() -> None:
    asked = read(lat="50.63", lon="3.06", box=BOX)
    assert asked.query.box is None and asked.query.circle is not None
    assert "Votre position remplace la zone de la carte" in sentences(asked)


def test_a_place_that_nobody_knows_leaves_the_box_and_says_so() -> None:
    asked = read(place="Zyzzyx", box=BOX)
    assert asked.query.box is not None
    assert "la recherche se fait sans lui" in sentences(asked)


@pytest.mark.parametrize(
    ("area", "stays"), [("69", True), ("R84", True), ("59", False), ("R32", False), ("84", False)]
)
def test_an_area_narrows_a_place_that_lies_in_it_and_goes_where_it_does_not(
    area: str, stays: bool
) -> None:
    asked = read(place="Lyon", area=area)
    assert asked.query.circle is not None
    assert (asked.query.area is not None) is stays
    assert (("area", area) in asked.params) is stays
    assert ("n’ont rien en commun" in sentences(asked)) is not stays


@pytest.mark.parametrize(("area", "stays"), [("69", True), ("59", False)])
def test_an_area_goes_where_the_given_position_is_outside_it(area: str, stays: bool) -> None:
    asked = read(lat="45.75", lon="4.85", area=area)
    assert (asked.query.area is not None) is stays
    assert ("Votre position est hors de « Nord »" in sentences(asked)) is not stays


@pytest.mark.parametrize("place", ["France", "belgique", "Belgium", "États-Unis"])
def test_a_country_is_no_place_and_is_said_to_be_one(place: str) -> None:
    asked = read(place=place)
    assert not asked.query.has_place and asked.rivals == ()
    assert f"« {place} » est un pays" in sentences(asked)
    assert "Nous ne connaissons pas" not in sentences(asked)


@pytest.mark.parametrize("place", ["autour de moi", "près de chez moi", "near me"])
def test_who_writes_around_me_for_a_place_is_shown_the_button(place: str) -> None:
    asked = read(place=place)
    assert asked.rivals == ()
    assert sentences(asked) == "Pour chercher près de vous, appuyez sur « Autour de moi »."
    here = read(place=place, lat="45.7", lon="4.8")
    assert here.query.circle is not None and sentences(here) == ""


def test_what_is_done_from_afar_is_said_to_ask_for_no_place() -> None:
    asked = read(place="Lyon", remote="only")
    assert "quel que soit le lieu" in sentences(asked)
    for other in (read(place="Lyon"), read(place="Lyon", remote="also"), read(remote="only")):
        assert sentences(other) == ""

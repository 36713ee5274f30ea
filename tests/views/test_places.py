"""`/places`: completion for scripts and for htmx."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from portal import config
from portal.config import Settings
from tests.conftest import settings_for
from tests.visitor import Visitor


@pytest.fixture
def settings(gazetteer: Path, tmp_path: Path) -> Settings:
    shutil.copy(gazetteer, tmp_path / "relais.db")
    return config.from_environment({}, settings_for(tmp_path))


def test_places_are_proposed_as_json(visitor: Visitor) -> None:
    answer = visitor.get("/places?q=ly").response
    assert answer.status_code == 200
    assert answer.json is not None
    assert answer.json[0] == {
        "value": "Lyon (Rhône)",
        "text": "Lyon",
        "more": "Rhône",
        "label": "Lyon (Rhône)",
        "name": "Lyon",
        "departement": "69",
        "kind": "commune",
        "lat": 45.74846,
        "lon": 4.84671,
        "radius_km": 10,
        "area": "",
    }
    assert len(answer.json) == 8


def test_an_area_comes_with_its_code(visitor: Visitor) -> None:
    answer = visitor.get("/places?q=bretag").response
    assert answer.json is not None
    assert (answer.json[0]["area"], answer.json[0]["more"]) == ("R53", "région")


def test_htmx_gets_the_items_of_a_list(visitor: Visitor) -> None:
    visitor.checks = False  # a fragment has no title
    page = visitor.get("/places?q=l'hay", headers={"HX-Request": "true"})
    option = page.soup.select_one("li[role=option]")
    assert option is not None
    assert option["data-value"] == "L'Haÿ-les-Roses (Val-de-Marne)"
    assert "HX-Request" in page.response.headers["Vary"]


def test_the_answer_is_the_same_for_everybody_and_may_be_kept(visitor: Visitor) -> None:
    answer = visitor.get("/places?q=ly").response
    assert answer.cache_control.public
    assert answer.cache_control.max_age == 86_400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize(
    "query", ["", "?q=", "?q=%25", "?q=_", "?q=%F0%9F%8C%BB", "?q=" + "x" * 300]
)
def test_nothing_to_propose_is_an_empty_list(visitor: Visitor, query: str) -> None:
    answer = visitor.get(f"/places{query}").response
    assert (answer.status_code, answer.json) == (200, [])

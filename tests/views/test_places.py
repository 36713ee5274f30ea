"""`/places`: completion for scripts and for htmx."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

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


def test_the_command_resolves_and_shows_the_rivals(app: Flask) -> None:
    run = app.test_cli_runner().invoke(args=["places", "resolve", "Saint-Denis"])
    assert run.exit_code == 0
    assert "97411" in run.output
    assert "Ambigu" in run.output
    assert "93066" in run.output


def test_the_command_fails_when_nothing_is_found(app: Flask) -> None:
    run = app.test_cli_runner().invoke(args=["places", "resolve", "Marseile"])
    assert run.exit_code == 1
    assert "13055" in run.output


def test_the_command_loads_a_file_and_refuses_a_wrong_one_whole(app: Flask, tmp_path: Path) -> None:
    right, wrong = tmp_path / "right.csv", tmp_path / "wrong.csv"
    right.write_text("code,nom,codeDepartement\n38999,Prémol-le-Neuf,38\n", encoding="utf-8")
    wrong.write_text("code,nom,codeDepartement\n38998,Prémol-le-Vieux,38\n,,\n", encoding="utf-8")
    runner = app.test_cli_runner()
    loaded = runner.invoke(args=["places", "import", str(right)])
    assert loaded.exit_code == 0, loaded.output
    assert "1 ajoutés" in loaded.output
    refused = runner.invoke(args=["places", "import", str(wrong)])
    assert refused.exit_code == 1
    assert "Ligne 2" in refused.output
    assert runner.invoke(args=["places", "resolve", "Prémol-le-Neuf"]).exit_code == 0
    assert runner.invoke(args=["places", "resolve", "Prémol-le-Vieux"]).exit_code == 1


def test_the_command_wants_one_source(app: Flask) -> None:
    assert app.test_cli_runner().invoke(args=["places", "import"]).exit_code == 2
    both = app.test_cli_runner().invoke(args=["places", "import", "--shipped", "--world"])
    assert both.exit_code == 2

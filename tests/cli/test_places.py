"""`places resolve` and `places import` on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask

from portal import config
from portal.config import Settings
from tests.conftest import settings_for


@pytest.fixture
def settings(gazetteer: Path, tmp_path: Path) -> Settings:
    shutil.copy(gazetteer, tmp_path / "relais.db")
    return config.from_environment({}, settings_for(tmp_path))


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
    both = app.test_cli_runner().invoke(args=["places", "import", "--shipped", __file__])
    assert both.exit_code == 2


def test_a_bracket_in_what_is_asked_is_no_markup(app: Flask) -> None:
    run = app.test_cli_runner()
    assert run.invoke(args=["places", "resolve", "Lyon [/b]"]).exit_code in (0, 1)
    asked = run.invoke(args=["feeds", "import", "[/b]", "--name", "partner"])
    assert (asked.exit_code, isinstance(asked.exception, SystemExit)) == (2, True)

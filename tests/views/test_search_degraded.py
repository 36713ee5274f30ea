"""The index missing, damaged or of nobody's making: the same page, answered by the database, and the index mends itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from portal import clock, create_app
from portal.config import Settings
from portal.services import finding, indexing
from portal.services.finding import answering
from tests import factories
from tests.statements import counted
from tests.visitor import BASE, Visitor


@pytest.fixture
def whole(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """An app on the engine of production, with six gardens in its index."""
    app = create_app(replace(settings, SEARCH_URL=f"whoosh://{tmp_path / 'index'}"))
    with app.app_context():
        with app.extensions["database"].writing() as session:
            session.add_all([factories.offer(title=f"Jardin {n}") for n in range(6)])
            session.commit()
            indexing.rebuild()
        yield app
    app.extensions["database"].engine.dispose()


def remove(folder: Path) -> None:
    shutil.rmtree(folder)


def truncate(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def overwrite(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            path.write_bytes(b"not an index\x00\xff" * 40)


def cards(app: Flask) -> str:
    response = app.test_client().get("/search.json?q=jardin", base_url=BASE)
    assert response.status_code == 200
    found = response.get_json()
    return f"{found['total']} {sorted(offer['id'] for offer in found['offers'])}"


def backend(app: Flask) -> str:
    with app.extensions["database"].reading():
        return finding.find(finding.read({"q": ["jardin"]}, now=clock.now())).backend


@pytest.mark.parametrize("damage", [remove, truncate, overwrite])
def test_a_damaged_index_is_answered_for_and_mended(
    whole: Flask, settings: Settings, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    before = cards(whole)
    whole.extensions.pop("index").close()  # another process, that has not read the files yet
    damage(tmp_path / "index")
    assert cards(whole) == before
    whole.extensions.pop("index", None)
    assert cards(whole) == before
    assert backend(whole) == "index"


def test_a_damaged_index_that_nobody_mends_stays_the_databases_work(
    whole: Flask, tmp_path: Path
) -> None:
    """The control: with the repair just asked for, and no worker, the database goes on answering."""
    whole.extensions["index_asked_at"] = clock.epoch()
    whole.extensions.pop("index").close()
    remove(tmp_path / "index")
    assert backend(whole) == "database"
    assert backend(whole) == "database"


@pytest.mark.parametrize(("most", "is_said"), [(6, True), (7, False)])
def test_more_offers_than_the_database_is_asked_for_are_said_to_be_left_out(
    whole: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, is_said: bool
) -> None:
    whole.extensions["index_asked_at"] = clock.epoch()
    whole.extensions.pop("index").close()
    remove(tmp_path / "index")
    monkeypatch.setattr(answering, "MOST_CANDIDATES", most)
    page = Visitor(whole).get("/search?q=jardin")
    assert (f"seuls les {most} besoins les plus récents" in page.words) is is_said


def test_a_question_without_an_answer_costs_the_database_no_ways_out(
    whole: Flask, tmp_path: Path
) -> None:
    asked = "/search?lat=45.76&lon=4.84&radius=500&theme=culture"
    looker = Visitor(whole)
    assert looker.get(asked).soup.select(".empty li"), "no way out: this test says nothing"
    whole.extensions["index_asked_at"] = clock.epoch()
    whole.extensions.pop("index").close()
    remove(tmp_path / "index")
    with counted(whole.extensions["database"].engine) as statements:
        page = looker.get(asked)
    assert [str(link["href"]) for link in page.soup.select(".empty a")] == ["/search"]
    assert len(statements) <= 4, statements

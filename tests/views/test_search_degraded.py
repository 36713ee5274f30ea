"""The index missing, damaged or of nobody's making: the same page, answered by the database, and the index mends itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

import pytest
import time_machine
from flask import Flask
from sqlalchemy import event, select

from portal import clock, create_app, index
from portal.config import Settings
from portal.models import Offer, OfferState
from portal.services import finding, indexing
from portal.services.finding import answering
from search.memory import MemoryIndex
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
    looker.get("/search")
    with counted(whole.extensions["database"].engine) as statements:
        page = looker.get(asked)
    assert [str(link["href"]) for link in page.soup.select(".empty a")] == ["/search"]
    assert not statements


@pytest.fixture
def broken(whole: Flask, tmp_path: Path) -> Flask:
    """The same app without its index, whose repair nobody asks for, after a first page by the database."""
    whole.extensions["index_asked_at"] = clock.epoch() + 3600
    whole.extensions.pop("index").close()
    remove(tmp_path / "index")
    assert len(Visitor(whole).get("/search").soup.select("article.card")) == 6
    return whole


def changed(app: Flask, change: Callable[[Offer], object]) -> None:
    """One of the gardens changes as people change it, with what is told to the worker."""
    with app.extensions["database"].writing() as session:
        offer = session.scalars(select(Offer).where(Offer.title == "Jardin 3")).one()
        change(offer)
        offer.version += 1
        session.commit()


def shown(app: Flask, query: str) -> list[str]:
    return [
        card.get_text(" ", strip=True)
        for card in Visitor(app).get(f"/search?{query}").soup.select("article.card")
    ]


QUERIES = ("", "q=jardin", "lat=45.76&lon=4.84&radius=20")


@pytest.mark.parametrize("query", QUERIES)
def test_what_was_withdrawn_since_the_database_was_read_is_not_shown(
    broken: Flask, query: str
) -> None:
    assert len(shown(broken, query)) == 6
    changed(broken, lambda offer: setattr(offer, "state", OfferState.WITHDRAWN))
    assert len(shown(broken, query)) == 5
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert Visitor(broken).get(f"/search?{query}").words.count("5 besoins")


@pytest.mark.parametrize("query", QUERIES)
def test_what_is_full_since_the_database_was_read_says_so(broken: Flask, query: str) -> None:
    assert not any("Complet" in card for card in shown(broken, query))
    changed(broken, lambda offer: setattr(offer.shifts[0], "taken", offer.shifts[0].capacity))
    assert sum("Complet" in card for card in shown(broken, query)) == 1


def test_the_database_is_read_once_for_all_questions_and_anew_at_most_once_a_minute(
    broken: Flask,
) -> None:
    def readings(query: str) -> int:
        """How many offers were read."""
        changed(broken, lambda offer: None)
        read: list[int] = []

        def listener(offer: Offer, _context: object) -> None:
            read.append(offer.id)

        event.listen(Offer, "load", listener)
        try:
            assert len(shown(broken, query)) == 6
        finally:
            event.remove(Offer, "load", listener)
        return len(read)

    assert [readings(query) for query in QUERIES] == [0, 0, 0]
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert [readings(query) for query in QUERIES] == [1, 0, 0]
    with time_machine.travel(clock.now() + timedelta(seconds=122)):
        assert readings("q=jardin") == 1


def test_while_the_database_is_read_anew_others_are_answered_by_what_was_read_before(
    broken: Flask,
) -> None:
    begun, may_end = Event(), Event()
    new = MemoryIndex()

    def slow(before: MemoryIndex) -> MemoryIndex:
        assert before is old
        begun.set()
        assert may_end.wait(20)
        return new

    def unused(_before: object) -> MemoryIndex:
        raise AssertionError("only one thread reads")

    def fill() -> None:
        with broken.app_context():
            found.append(index.stand_in(lambda: "new", slow))

    found: list[object] = []
    old = index.stand_in(lambda: "old", unused)
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        thread = Thread(target=fill)
        thread.start()
        assert begun.wait(20)
        assert index.stand_in(lambda: "new", unused) is old
        may_end.set()
        thread.join()
        assert found == [new] and index.stand_in(lambda: "newer", unused) is new

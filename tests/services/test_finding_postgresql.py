"""The statements of finding, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from portal import clock, create_app
from portal.config import Settings
from portal.services import figures, finding, indexing
from search.index import IndexUnavailable
from search.memory import MemoryIndex
from search.query import Query
from search.results import Results
from tests import factories, gazetteer
from tests.visitor import BASE

pytestmark = pytest.mark.postgresql


class Broken(MemoryIndex):
    def search(self, query: Query) -> Results:
        raise IndexUnavailable("gone")


@pytest.fixture
def filled(settings: Settings, postgresql_url: str) -> Iterator[Flask]:
    app = create_app(replace(settings, DATABASE_URL=postgresql_url))
    with app.app_context():
        with app.extensions["database"].writing() as session:
            session.add_all([factories.offer(title=f"Jardin {n}") for n in range(5)])
            gazetteer.load(session)
            indexing.rebuild()
        yield app
    app.extensions["database"].engine.dispose()


def test_pages_and_twins_are_answered(filled: Flask) -> None:
    client = filled.test_client()
    paths = [
        "/",
        "/search?q=jardin&place=Lyon&when=month",
        "/offers/1-jardin-0",
        "/sitemaps/offers-0.xml",
    ]
    paths += [f"/search.{twin}" for twin in ("json", "rss", "atom", "ics", "geojson", "csv")]
    paths += ["/search?q=%00&association=%00x&feed=%00&campaign=%00&place=%00"]
    assert {path: client.get(path, base_url=BASE).status_code for path in paths} == dict.fromkeys(
        paths, 200
    )


def test_the_database_answers_like_the_engine(filled: Flask) -> None:
    with filled.extensions["database"].reading():
        asked = finding.read({"place": ["Lyon"], "sort": ["distance"]}, now=clock.now())
        by_engine = finding.find(asked)
        filled.extensions["index"] = Broken()
        filled.extensions["index_asked_at"] = clock.epoch()
        by_database = finding.find(asked)
        worded = finding.find(finding.read({"q": ["jardin"]}, now=clock.now()))
    assert by_database.backend == "database" and by_database.ids == by_engine.ids
    assert worded.total == 5


def test_figures_are_counted(filled: Flask) -> None:
    with filled.extensions["database"].writing() as session:
        assert (figures.now().offers, figures.now().towns) == (5, 1)
        assert [town.name for town in figures.busiest_towns()] == ["Lyon"]
        figures.count(1, "view")
        figures.count(1, "view")
        session.commit()

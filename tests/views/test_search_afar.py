"""A place with nothing at it does not read as plenty, however much can be done from anywhere."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.models import Remote
from portal.services import indexing
from tests import factories, gazetteer
from tests.visitor import Page, Visitor

NEAR_LILLE = {"city": "Douai", "departement": "59", "region": "32", "lat": 50.37, "lon": 3.08}


@pytest.fixture
def looker(app: Flask, session: Session) -> Visitor:
    """Two needs in Lyon, three some 30 km from Lille, four from anywhere."""
    session.add_all(
        [
            *(factories.offer(title=f"Jardin {n}") for n in range(2)),
            *(
                factories.offer(title=f"Jardin {n}", locations=[factories.location(**NEAR_LILLE)])
                for n in range(3)
            ),
            *(
                factories.offer(title=f"Traduire {n}", remote=Remote.FULL, locations=[])
                for n in range(4)
            ),
        ]
    )
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()
    return Visitor(app)


def test_nothing_at_the_place_is_said_first_with_the_circle_that_holds_something(
    looker: Visitor,
) -> None:
    page = looker.get("/search?place=Lille")
    said = "Rien sur place à moins de 10 km de Lille (Nord) ; 4 besoins à faire à distance"
    assert title(page).startswith(said)
    (empty,) = page.soup.select("#results .empty")
    assert said in plain(empty.get_text(" "))
    assert status(page) == "4 besoins : rien sur place, tout à distance"
    (wider,) = empty.select("a")
    assert plain(wider.get_text()) == "Jusqu’à 30 km : 3 besoins sur place"
    clicked = looker.get(str(wider["href"]))
    assert status(clicked) == "7 besoins : 3 sur place, 4 à distance"


def test_what_is_at_the_place_and_what_is_not_are_told_apart(looker: Visitor) -> None:
    page = looker.get("/search?place=Lyon")
    assert status(page) == "6 besoins : 2 sur place, 4 à distance"
    assert title(page).startswith("2 besoins à moins de 10 km de Lyon (Rhône) ; 4 à distance")
    assert not page.soup.select("#results .empty")


@pytest.mark.parametrize(
    ("query", "said"),
    [("", "9 besoins"), ("place=Lyon&remote=no", "2 besoins"), ("remote=only", "4 besoins")],
)
def test_where_no_place_tells_them_apart_there_is_one_number(
    looker: Visitor, query: str, said: str
) -> None:
    assert status(looker.get(f"/search?{query}")) == said


def test_an_area_without_anything_says_so_too(looker: Visitor) -> None:
    page = looker.get("/search?area=974")
    assert title(page).startswith("Rien sur place : La Réunion ; 4 besoins à faire à distance")
    assert not page.soup.select("#results .empty a")


@pytest.mark.parametrize(
    ("spoken", "said"),
    [
        ("fr", "Rien sur place à moins de 10 km de Lille (Nord) ; 4 besoins à faire à distance"),
        ("en", "Nothing in person within 10 km of Lille (Nord); 4 ways to help remotely"),
    ],
)
def test_programs_are_told_the_same(looker: Visitor, spoken: str, said: str) -> None:
    answer = looker.get(f"/search.json?place=Lille&lang={spoken}").response.get_json()
    assert plain(answer["understood"]["sentence"]) == said


def title(page: Page) -> str:
    assert page.soup.title is not None
    return plain(page.soup.title.get_text())


def status(page: Page) -> str:
    found = page.soup.find(id="search-status")
    assert found is not None
    return plain(found.get_text())


def plain(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("fr", "2 besoins sur place sans : le lundi 1er janvier 2001"),
        ("en", "2 ways to help in person without: on Monday, January 1, 2001"),
    ],
)
def test_a_filter_that_leaves_nothing_at_the_place_is_named_with_what_the_click_gives(
    looker: Visitor, session: Session, language: str, told: str
) -> None:
    session.add(
        factories.offer(
            title="Traduire toujours",
            remote=Remote.FULL,
            locations=[],
            is_ongoing=True,
            shifts=[factories.undated_shift()],
        )
    )
    indexing.rebuild()
    session.commit()
    page = looker.get(f"/search?place=Lyon&from=2001-01-01&to=2001-01-01&lang={language}")
    (way,) = page.soup.select("#results .empty li a")
    assert plain(way.get_text()) == told
    clicked = looker.get(f"{way['href']}&lang={language}")
    assert len(clicked.soup.select("#results > ul article.card")) == 2

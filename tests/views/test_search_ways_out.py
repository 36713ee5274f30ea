"""Bad input gets a sentence and a default that is said; nothing found says what would be, in numbers that the click keeps."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.models import Remote
from portal.services import indexing
from tests import factories, gazetteer
from tests.visitor import Page, Visitor

TEN = "nous avons cherché à moins de 10 km"


@pytest.fixture
def looker(app: Flask, session: Session) -> Visitor:
    """Lyon and a little of everything around it."""
    far = [factories.location(lat=45.9, lon=4.84)]
    session.add_all(
        [
            *(factories.offer(title=f"Jardin {n}") for n in range(3)),
            factories.offer(title="Jardin au loin", locations=far, is_accessible=True),
            factories.offer(title="Lire des histoires", themes=["education"], minimum_age=16),
            factories.offer(
                title="Jardin par téléphone",
                themes=["skills"],
                remote=Remote.FULL,
                is_ongoing=True,
                locations=[],
                shifts=[factories.undated_shift()],
            ),
        ]
    )
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()
    return Visitor(app)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("lat=45.75&lon=4.85&radius=-1", TEN),
        ("lat=45.75&lon=4.85&radius=0", TEN),
        ("lat=45.75&lon=4.85&radius=nan", TEN),
        ("lat=45.75&lon=4.85&radius=40000", "nous avons cherché à moins de 500 km"),
        ("place=Lyon&radius=-1", "nous avons cherché à moins de"),
        ("lat=91&lon=0", "Cette position n’existe pas"),
        ("from=2031-12-31&to=2026-01-01", "nous les avons échangées"),
        ("page=-3", "voici la première"),
        ("page=1000000000", "voici la dernière"),
        ("box=9,9,-9,-9", "La zone de la carte n’a pas pu être lue"),
    ],
)
def test_a_bad_value_is_said_with_what_was_done_instead(
    looker: Visitor, query: str, sentence: str
) -> None:
    page = looker.get(f"/search?{query}")
    assert page.status == 200
    notes = " ".join(note.get_text() for note in page.soup.select(".understood__note"))
    assert sentence in notes.replace("\u00a0", " ").replace("\u202f", " ")
    assert page.soup.select("article.card") or total(page) == 0


@pytest.mark.parametrize(
    "query",
    [
        "q=jardin&theme=education&minors=1",
        "q=histoires&theme=environment&accessible=1",
        "q=jardin+histoires+zzyzx",
        "q=jardin+histoires&lat=45.9&lon=4.84&radius=1&theme=environment",
        "q=histoires&lat=45.9&lon=4.84&radius=1&sort=distance",
        "q=histoires&place=Lyon&radius=0.1&remote=no&area=69",
        "q=histoires&box=4.83,45.89,4.85,45.91&area=69&remote=no",
        "theme=sport&when=today&remote=also&place=Lyon",
        "q=%230&exact=1&theme=environment",
        "area=75&remote=no&from=2031-01-01",
        "q=jardin&area=75&remote=no",
        "q=jardin+à+Lyon",
        "q=jardin+ce+week-end+à+Lyon",
        "q=lire+beaucoup+histoires+aux+enfants+-jardin&minors=1",
        "q=%22histoires+lire%22&place=Lyon",
        "q=environnement",
        "q=horticulture+environnement&accessible=1",
        "q=jardin+près+de+chez+moi",
    ],
)
def test_each_way_out_of_nothing_gives_what_it_says(looker: Visitor, query: str) -> None:
    page = looker.get(f"/search?{query}")
    assert total(page) == 0
    ways = page.soup.select(".empty a")
    assert ways
    for way in ways:
        said = re.search(r"\d+(?= besoin)", way.get_text().replace("\u202f", ""))
        clicked = looker.get(str(way["href"]))
        assert clicked.soup.select("article.card")
        if said:
            assert total(clicked) == int(said[0]), way


def test_the_button_of_the_map_asks_for_its_box_and_keeps_the_rest(looker: Visitor) -> None:
    page = looker.get("/search?q=jardin&box=4.83,45.74,4.86,45.76&remote=no")
    assert total(page) == 3
    assert "dans la zone de la carte" in page.words
    kept = page.soup.select_one("input[type=hidden][name=box]")
    assert kept is not None and kept["value"] == "4.83,45.74,4.86,45.76"


def total(page: Page) -> int:
    status = page.soup.find(id="search-status")
    assert status is not None
    return int(status.get_text().split()[0])


@pytest.fixture
def gardens(app: Flask, session: Session) -> Visitor:
    """Eleven gardens in Lyon and one in Lille; and one that is spelled another way."""
    far = [factories.location(lat=50.63, lon=3.06)]
    session.add_all(
        [
            *(factories.offer(title=f"Jardin {n}") for n in range(11)),
            factories.offer(title="Jardin de Lille", locations=far),
            factories.offer(title="Le jardim"),
        ]
    )
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()
    return Visitor(app)


@pytest.mark.parametrize(
    ("language", "question", "count"),
    [("fr", "Vouliez-vous dire :", "besoins"), ("en", "Did you mean:", "ways to help")],
)
@pytest.mark.parametrize(("place", "total"), [("", 12), ("&place=Lyon", 11)])
def test_a_rare_word_beside_a_likelier_one_asks_which_was_meant_with_what_the_click_gives(
    gardens: Visitor, language: str, question: str, count: str, place: str, total: int
) -> None:
    page = gardens.get(f"/search?q=jardim{place}&lang={language}")
    assert "Le jardim" in page.text
    (asked,) = [one for one in page.soup.select("#understood p") if question in one.get_text()]
    (link,) = asked.select("a")
    said = " ".join(link.get_text().split())
    assert said == f"jardin ({total} {count})"
    clicked = gardens.get(str(link["href"]))
    assert clicked.soup.title is not None
    assert clicked.soup.title.get_text().startswith(f"{total} {count}")


@pytest.mark.parametrize(
    "query", ["q=jardin", "q=jardim&exact=1", "q=jardim&place=Lille", "q=lille"]
)
def test_a_word_that_is_no_slip_asks_nothing(gardens: Visitor, query: str) -> None:
    page = gardens.get(f"/search?{query}")
    assert "Vouliez-vous dire" not in page.text


def test_programs_hear_of_the_likelier_word_too(gardens: Visitor) -> None:
    answer = gardens.get("/search.json?q=jardim").response.get_json()
    assert answer["understood"]["suggestion"] == "jardin"
    assert answer["total"] == 1

"""The home page, and the pages of plain words."""

from __future__ import annotations

import pytest
from sqlalchemy.orm import Session

from portal import db
from portal.services import indexing
from tests import factories
from tests.statements import counted
from tests.visitor import Visitor


def test_an_empty_portal_has_a_home_page(visitor: Visitor) -> None:
    assert visitor.get("/").status == 200


def test_the_home_page_shows_offers_and_true_figures(visitor: Visitor, session: Session) -> None:
    session.add_all([factories.offer(title=f"Besoin {n}") for n in range(7)])
    session.commit()
    indexing.rebuild()
    session.commit()  # ends the reading: what a page asks the worker may write
    page = visitor.get("/")
    assert "7 besoins" in page.words and "autour de Lyon" in page.words
    assert len(page.soup.select("article.card")) == 6


def test_the_home_page_takes_few_statements(visitor: Visitor, session: Session) -> None:
    session.add_all([factories.offer() for _ in range(7)])
    session.commit()
    indexing.rebuild()
    session.commit()  # ends the reading: what a page asks the worker may write
    visitor.get("/")
    with counted(db.database().engine) as statements:
        visitor.get("/")
    assert len(statements) <= 4


@pytest.mark.parametrize("name", ["about", "help", "accessibility", "privacy", "terms", "source"])
def test_the_pages_of_plain_words_are_there(visitor: Visitor, name: str) -> None:
    assert visitor.get(f"/{name}").status == 200


def test_the_source_is_linked_when_its_address_is_set(visitor: Visitor) -> None:
    visitor.app.config["SOURCE_URL"] = "https://git.example.org/relais"
    moved = visitor.get("/source", follow=False)
    assert moved.response.headers["Location"] == "https://git.example.org/relais"


def test_robots_find_the_site_map_and_it_names_open_offers(
    visitor: Visitor, session: Session
) -> None:
    offer = factories.offer()
    session.add(offer)
    session.commit()
    assert "Sitemap: http://127.0.0.1:8000/sitemap.xml" in visitor.get("/robots.txt").text
    assert "/sitemaps/offers-0.xml</loc>" in visitor.get("/sitemap.xml").text

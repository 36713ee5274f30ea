"""What a card of the search page says of why it is there: marked words, a line for everyone, factors for moderators."""

from __future__ import annotations

import math
from datetime import timedelta

import pytest
from bs4 import Tag
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.clock import PARIS
from portal.services import indexing
from tests import factories
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import Page, Visitor

HOSTILE = (
    "<script>alert('jardin')</script>",
    '"><img src=x onerror=jardin>',
    "</mark></a><b>jardin",
    "jardin &lt;b&gt; {{ 7*7 }}",
    "\u202ejardin\u202c </title>",
)


@pytest.fixture
def looker(app: Flask) -> Visitor:
    return Visitor(app)


def publish(session: Session, **parts: object) -> None:
    session.add(factories.offer(**parts))
    indexing.rebuild()
    session.commit()


def card(page: Page) -> Tag:
    found = page.soup.select_one("article.card")
    assert found is not None
    return found


def test_the_words_that_matched_are_marked_in_title_and_summary(
    looker: Visitor, session: Session
) -> None:
    publish(
        session, title="Entretenir le jardin", summary="Venez aider les jardiniers du quartier."
    )
    shown = card(looker.get("/search?q=jardins"))
    assert [mark.get_text() for mark in shown.select(".card__title mark")] == ["jardin"]
    assert [mark.get_text() for mark in shown.select(".card__snippet mark")] == ["jardiniers"]
    assert not card(looker.get("/search")).select("mark, .card__snippet")


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_is_marked_as_the_text_that_it_is(
    looker: Visitor, session: Session, title: str
) -> None:
    publish(session, title=title, slug="x", summary=title)
    page = looker.get("/search?q=jardin")
    shown = card(page)
    for part in (".card__title", ".card__snippet"):
        (there,) = shown.select(part)
        assert there.get_text() == title
        assert [mark.get_text() for mark in there.select("mark")] == ["jardin"]
        assert {tag.name for tag in there.find_all()} <= {"a", "mark"}


def test_a_card_says_in_a_line_why_it_is_there(looker: Visitor, session: Session) -> None:
    today = clock.now().astimezone(PARIS)
    saturday = today + timedelta(days=7 + (5 - today.weekday()) % 7)
    publish(session, themes=["education"], shifts=[factories.shift(starts_at=saturday)])
    (why,) = card(looker.get("/search?lat=45.766&lon=4.8424&radius=10")).select(".card__why")
    assert why.get_text(strip=True).endswith("à 2,2\u00a0km · le samedi · éducation")
    assert not card(looker.get("/search")).select(".card__why")


@pytest.mark.parametrize("typed", ["jardins partagés", "un jardin partagé"])
def test_a_synonym_is_a_reason_only_where_a_word_that_was_typed_is_missing(
    looker: Visitor, session: Session, typed: str
) -> None:
    summary = "Un potager entre voisins."
    publish(session, title="Le jardin partagé", summary=summary)
    publish(session, title="Entre voisins", summary=summary)
    first, second = looker.get(f"/search?q={typed}").soup.select(".card__why")
    assert "trouvé par" not in first.get_text()
    assert "trouvé par « potager »" in second.get_text()


def test_a_moderator_sees_each_factor_and_they_multiply_to_the_score(
    looker: Visitor, session: Session, cast: Cast
) -> None:
    publish(session, title="Jardin", language="en", shifts=[factories.shift(capacity=5)])
    sign_in(looker, cast.mona)
    page = looker.get("/search?q=jardin&lat=45.75&lon=4.84&explain=1&lang=fr")
    found = card(page).select(".card__factors li")
    said = [item.get_text(" ", strip=True) for item in found]
    for words in ("ses mots", "commence dans 7 jours", "du centre", "publié il y a 0 jours"):
        assert any(words in sentence for sentence in said), said
    assert "dans une autre langue que la vôtre" in said[-1] and said[-1].endswith("× 0,9")
    figures = [float(item.b.get_text().strip("× ").replace(",", ".")) for item in found]  # type: ignore[union-attr]
    assert math.prod(figures) > 0
    assert "le produit est la note" in page.words


def test_explain_is_ignored_for_everybody_else(
    looker: Visitor, session: Session, cast: Cast
) -> None:
    publish(session, title="Jardin")
    assert not looker.get("/search?q=jardin&explain=1").soup.select(".card__factors")
    sign_in(looker, cast.alice)
    assert not looker.get("/search?q=jardin&explain=1").soup.select(".card__factors")
    sign_in(looker, cast.mona)
    assert not looker.get("/search?q=jardin").soup.select(".card__factors")

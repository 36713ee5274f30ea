"""The question of a suspect run, as its partner reads it: what each answer does is said before, and done after."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Feed, Offer, OfferState, RunOutcome
from tests.delivering import beside, deliver, read_feed, signed_in, table
from tests.people import Cast
from tests.visitor import Visitor


def rows(name: str, count: int) -> list[str]:
    return [f"{name}{n};Besoin {name} {n};Texte;J;69007;Lyon;;" for n in range(count)]


@pytest.fixture
def feed(session: Session, cast: Cast) -> Feed:
    """Of forty live offers the last run had two, and three new ones."""
    made = read_feed(session, cast)
    deliver(session, made, table(*rows("n", 40)))
    run = deliver(session, made, table(*rows("n", 2), *rows("r", 3)))
    assert run.outcome is RunOutcome.SUSPECT
    return made


@pytest.mark.parametrize(
    ("verb", "said", "live"),
    [
        ("confirm", ("38 besoins seront retirés", "Les 3 nouveaux paraîtront"), 5),
        ("dismiss", ("Les besoins d’avant resteront", "les nouveaux seront effacés"), 40),
    ],
)
def test_each_answer_says_what_it_does_and_does_it(
    visitor: Visitor, feed: Feed, session: Session, cast: Cast, verb: str, said: Any, live: int
) -> None:
    alice = signed_in(visitor, cast.alice)
    page = alice.get("/partners/jardins")
    assert "38 besoins en ligne ne sont plus dans le flux" in page.words
    assert "3 nouveaux besoins y sont, que personne ne voit encore" in page.words
    assert all(part in beside(page, f"/partners/jardins/{verb}") for part in said)
    assert page.soup.select_one('.answers a[href="/partners/jardins/ids"]')
    alice.submit(f"/partners/jardins/{verb}")
    session.expire_all()
    theirs = (Offer.feed_id == feed.id, Offer.state == OfferState.LIVE)
    assert session.scalar(select(func.count()).where(*theirs)) == live
    assert "Ce passage est-il voulu" not in alice.get("/partners/jardins").words


def test_the_question_is_told_in_english_too(visitor: Visitor, feed: Feed, cast: Cast) -> None:
    page = signed_in(visitor, cast.alice).get("/partners/jardins?lang=en")
    assert "38 live needs are no longer in the feed" in page.words


def test_who_may_not_answer_reads_the_question_without_buttons(
    visitor: Visitor, feed: Feed, cast: Cast
) -> None:
    page = signed_in(visitor, cast.bob).get("/partners/jardins")
    assert "38 besoins en ligne ne sont plus dans le flux" in page.words
    assert not page.soup.select(".answers")


def test_the_page_of_the_run_that_asks_leads_to_the_question_and_that_of_another_does_not(
    visitor: Visitor, feed: Feed, cast: Cast
) -> None:
    alice = signed_in(visitor, cast.alice)
    links = [str(one["href"]) for one in alice.get("/partners/jardins").soup.select("tbody th a")]
    asks = [bool(alice.get(link).soup.select(".notice a[href='/partners/jardins']")) for link in links]  # fmt: skip
    assert asks == [True, False, False, False]


def test_a_file_that_is_no_feed_asks_for_another_file_and_for_no_answer(
    visitor: Visitor, session: Session, cast: Cast
) -> None:
    made = read_feed(session, cast)
    run = deliver(session, made, b"<!doctype html><title>Login</title>")
    assert run.outcome is RunOutcome.SUSPECT
    page = signed_in(visitor, cast.alice).get("/partners/jardins")
    assert "n’a pas trouvé de flux" in page.words and "une page web" in page.words
    assert "a tout compris" not in page.words
    assert not page.soup.select(".answers") and page.form("/partners/jardins/run") is not None


def test_no_button_is_pushed_forward_while_a_question_waits(
    visitor: Visitor, feed: Feed, cast: Cast
) -> None:
    page = signed_in(visitor, cast.alice).get("/partners/jardins")
    assert page.soup.select("main form") and not page.soup.select("main .button--main")


def test_pages_about_a_run_or_about_ids_lead_to_their_feed_and_do_nothing_else_with_it(
    visitor: Visitor, feed: Feed, cast: Cast
) -> None:
    alice = signed_in(visitor, cast.alice)
    run = str(alice.get("/partners/jardins").soup.select("tbody th a")[-1]["href"])
    for path in (run, f"{run}/problems", "/partners/jardins/ids"):
        page = alice.get(path)
        trail = [one.get_text() for one in page.soup.select(".crumbs a")]
        assert trail == ["Mes flux", "Flux des Jardins"]
        assert not page.soup.select('form[action="/partners/jardins/run"]')

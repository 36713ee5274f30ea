"""The moderators' queue: a suspect feed's answers say what they do, and a decision keeps the filter."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Feed, FeedState, Offer, OfferState, RunOutcome
from portal.services import feeds
from tests import factories
from tests.delivering import beside, deliver, read_feed, signed_in, table
from tests.people import Cast
from tests.visitor import Visitor


def rows(count: int) -> list[str]:
    return [f"n{n};Besoin {n};Texte;J;69007;Lyon;;" for n in range(count)]


@pytest.fixture
def feed(session: Session, cast: Cast) -> Feed:
    """Of forty live offers the last run had two."""
    made = read_feed(session, cast)
    deliver(session, made, table(*rows(40)))
    assert deliver(session, made, table(*rows(2))).outcome is RunOutcome.SUSPECT
    return made


@pytest.fixture
def mona(visitor: Visitor, cast: Cast) -> Visitor:
    return signed_in(visitor, cast.mona)


@pytest.mark.parametrize(
    ("verb", "said", "live"),
    [("confirm", "38 besoins seront retirés", 2), ("dismiss", "Les besoins d’avant resteront", 40)],
)
def test_each_answer_says_what_it_does_and_does_it(
    mona: Visitor, feed: Feed, session: Session, verb: str, said: str, live: int
) -> None:
    page = mona.get("/moderation")
    assert said in beside(page, f"/moderation/feeds/jardins/{verb}")
    mona.submit(f"/moderation/feeds/jardins/{verb}")
    session.expire_all()
    theirs = (Offer.feed_id == feed.id, Offer.state == OfferState.LIVE)
    assert session.scalar(select(func.count()).where(*theirs)) == live
    session.commit()
    assert "Flux qui attendent un avis" not in mona.get("/moderation").words


def test_two_suspect_feeds_have_answers_of_their_own(
    mona: Visitor, feed: Feed, session: Session
) -> None:
    other = feeds.add("autre", "", "table", title="Autre flux")
    session.commit()
    deliver(session, other, table(*rows(25)))
    deliver(session, other, table())
    page = mona.get("/moderation")  # the visitor would see an id used twice
    actions = [form["action"] for form in page.soup.select('form[action$="/confirm"]')]
    assert sorted(actions) == [
        "/moderation/feeds/autre/confirm",
        "/moderation/feeds/jardins/confirm",
    ]


@pytest.mark.parametrize(
    ("language", "why", "answer"),
    [("fr", "L’adresse a renvoyé une page web", "Il n’y a rien à répondre"),
     ("en", "The address answered with a web page", "There is nothing to answer")],
)  # fmt: skip
def test_of_a_file_that_was_no_feed_nothing_is_asked(
    mona: Visitor, session: Session, cast: Cast, language: str, why: str, answer: str
) -> None:
    made = read_feed(session, cast)
    deliver(session, made, b"<!doctype html><title>Login</title>")
    assert made.state is FeedState.SUSPECT
    session.commit()
    page = mona.get(f"/moderation?lang={language}")
    assert why in page.words and answer in page.words
    assert not page.soup.select('form[action^="/moderation/feeds/jardins/"], main [lang]')


def pending(session: Session, cast: Cast, *titles: str) -> list[Offer]:
    of = session.merge(cast.jardins)
    made = [factories.offer(of, title=title, state=OfferState.PENDING) for title in titles]
    session.add_all(made)
    session.commit()
    return made


@pytest.mark.parametrize("answer", ["approve", "refuse"])
def test_a_decision_leads_back_to_the_queue_as_it_was_filtered(
    mona: Visitor, session: Session, cast: Cast, answer: str
) -> None:
    first, second = pending(session, cast, "Trier", "Planter")
    mona.get("/moderation?kind=new")
    given = {"reason": "unclear"} if answer == "refuse" else {}
    page = mona.submit(f"/moderation/offers/{first.id}/{answer}", **given)
    chosen: Any = page.soup.select_one(".pill[aria-current]")
    assert "Nouveaux besoins" in chosen.get_text()
    assert [one.get_text() for one in page.soup.select("[data-case] h2")] == ["Planter"]
    page = mona.submit(f"/moderation/offers/{second.id}/{answer}", **given)
    assert page.soup.select_one(".pill[aria-current]")


def test_without_a_filter_everything_is_shown_again(
    mona: Visitor, session: Session, cast: Cast
) -> None:
    first, _second = pending(session, cast, "Trier", "Planter")
    mona.get("/moderation")
    page = mona.submit(f"/moderation/offers/{first.id}/approve")
    chosen: Any = page.soup.select_one(".pill[aria-current]")
    assert chosen.get_text(strip=True) == "Tout"


def test_a_filter_that_nobody_knows_leads_to_everything(
    mona: Visitor, session: Session, cast: Cast
) -> None:
    first, _second = pending(session, cast, "Trier", "Planter")
    mona.get("/moderation")
    path = f"/moderation/offers/{first.id}/approve"
    done = mona.post(path, {"kind": "//evil.example"}, follow=False)
    assert done.response.headers["Location"] == "/moderation"


def test_a_filter_with_nothing_left_leads_to_what_still_waits(
    mona: Visitor, session: Session, cast: Cast
) -> None:
    pending(session, cast, "Trier")
    page = mona.get("/moderation?kind=flagged")
    assert page.soup.select_one('.empty a[href="/moderation"]')

"""The partner's pages: runs, the diff of each, problems by reason, figures, what one may do; to a stranger they do not exist."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.models import (
    Feed,
    FeedState,
    Link,
    LinkState,
    Offer,
    OfferDay,
    OfferState,
    RunOutcome,
)
from portal.services import feed_reports, feeds
from portal.services.feed_runs import Tally
from tests import factories
from tests.delivering import ROWS, deliver, read_feed, signed_in, table
from tests.people import Cast
from tests.visitor import Visitor


@pytest.fixture
def feed(session: Session, cast: Cast) -> Feed:
    return read_feed(session, cast)


@pytest.fixture
def alice(visitor: Visitor, cast: Cast, session: Session) -> Visitor:
    return signed_in(visitor, cast.alice)


def test_the_list_shows_ones_own_feeds_and_an_empty_one_says_what_to_do(
    app: Any, feed: Feed, cast: Cast
) -> None:
    assert "Flux des Jardins" in signed_in(Visitor(app), cast.bob).get("/partners").words
    empty = signed_in(Visitor(app), cast.charlie).get("/partners")
    assert "Flux des Jardins" not in empty.words
    assert "Aucun flux pour l’instant." in empty.words
    assert empty.soup.select_one('.empty a[href="/feeds/check"]')


def test_to_a_stranger_the_pages_do_not_exist(
    app: Any, feed: Feed, cast: Cast, session: Session
) -> None:
    run = feed_reports.last_read(feed)
    assert run is not None
    session.commit()
    tails = ("", "/offers", f"/runs/{run.id}", f"/runs/{run.id}/problems", f"/runs/{run.id}/problems.csv")  # fmt: skip
    for who, status in ((cast.charlie, 404), (cast.dora, 404), (cast.bob, 200), (cast.mona, 200)):
        visitor = signed_in(Visitor(app), who)
        assert {visitor.get(f"/partners/jardins{tail}").status for tail in tails} == {status}


def test_the_run_of_another_feed_is_not_found_under_ones_own(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    other = feeds.add("autre", "https://example.org/autre.csv")
    session.commit()
    foreign = deliver(session, other, table(*ROWS))
    for tail in ("", "/problems", "/problems.csv"):
        assert alice.get(f"/partners/jardins/runs/{foreign.id}{tail}").status == 404


def test_the_page_tells_each_reason_with_its_lines_and_what_to_write(
    alice: Visitor, feed: Feed
) -> None:
    page = alice.get("/partners/jardins")
    codes = [one.get_text() for one in page.soup.select(".reason .soft code")]
    assert {"title_missing", "id_twice"} == set(codes)
    twice = page.soup.find("code", string="id_twice").find_parent("details")  # type: ignore[union-attr]
    assert "la première annonce est gardée" in twice.get_text()
    assert [td.get_text(strip=True) for td in twice.select("tbody td")][:3] == ["6", "d", "external_id"]  # fmt: skip
    assert len(page.soup.select("tbody th a")) == 2  # two runs
    assert page.soup.select_one('svg.curve__picture[role="img"][aria-label]')


def test_the_reasons_are_in_english_for_who_reads_english(alice: Visitor, feed: Feed) -> None:
    english = alice.get("/partners/jardins?lang=en")
    assert "the first record is kept" in english.words
    assert "est gardée" not in english.words


def test_the_diff_of_a_run_names_what_it_created_changed_and_withdrew(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    first, last = reversed(feed_reports.runs(feed))
    found = feed_reports.changes(last)
    assert [offer.title for offer in found.created] == ["Cuisiner"]
    assert [(offer.title, fields) for offer, fields in found.updated] == [
        ("Planter des arbres", ["title", "slug"])
    ]
    assert [offer.title for offer in found.withdrawn] == ["Lire"]
    assert [offer.external_id for offer in feed_reports.changes(first).created] == ["a", "b", "c"]
    assert feed_reports.changes(first).withdrawn == []
    session.commit()
    page = alice.get(f"/partners/jardins/runs/{last.id}")
    assert "titre" in page.soup.find(id="updated-title").parent.get_text()  # type: ignore[union-attr]
    assert "Lire" in page.soup.find(id="withdrawn-title").parent.get_text()  # type: ignore[union-attr]


def test_the_diff_remembers_what_was_withdrawn_when_it_came_back(
    feed: Feed, session: Session
) -> None:
    second = feed_reports.runs(feed)[0]
    third = deliver(session, feed, table(*ROWS, "d;Cuisiner;Pour tous;J;69007;Lyon;;"))
    assert [offer.title for offer in feed_reports.changes(second).withdrawn] == ["Lire"]
    assert "Lire" in [offer.title for offer, _fields in feed_reports.changes(third).updated]


def test_many_problems_are_paged_and_all_of_them_downloaded_safely(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    bad = [f";=HYPERLINK(“x”) {n};x;J;69007;Lyon;;" for n in range(120)]
    twice = [f"{ROWS[1][0]};=1+1;x;J;69007;Lyon;;"]
    run = deliver(session, feed, table(*ROWS, *bad, "=cmd;Bon;x;J;69007;Lyon;;", "=cmd;Bon;x;J;69007;Lyon;;", *twice))  # fmt: skip
    page = alice.get(f"/partners/jardins/runs/{run.id}/problems?code=id_missing")
    assert len(page.soup.select("tbody tr")) == 50
    assert (
        alice.get(f"/partners/jardins/runs/{run.id}/problems?code=id_missing&page=3").status == 200
    )
    assert "Rien à corriger ici." in alice.get(f"/partners/jardins/runs/{run.id}/problems?page=99999").words  # fmt: skip
    answer = alice.get(f"/partners/jardins/runs/{run.id}/problems.csv").response
    rows = list(csv.reader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
    assert len(rows) == 1 + 122
    formulas = [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@"))]
    assert formulas == []
    assert "'=cmd" in [row[2] for row in rows]


def test_a_feed_is_paused_resumed_and_read_soon(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    feed.next_run_at = clock.now() + timedelta(hours=5)
    session.commit()
    press(alice, "run")
    assert state(session, feed, "next_run_at") <= clock.now()
    press(alice, "pause")
    assert state(session, feed, "state") is FeedState.PAUSED
    page = alice.post("/partners/jardins/run")
    assert page.status == 409 and "en pause" in page.words
    press(alice, "resume")
    assert state(session, feed, "state") is FeedState.ACTIVE


def press(visitor: Visitor, verb: str) -> None:
    """The button of that verb on the feed's page."""
    visitor.get("/partners/jardins")
    assert visitor.submit(f"/partners/jardins/{verb}").status == 200


def state(session: Session, feed: Feed, name: str) -> Any:
    session.expire_all()
    found = getattr(session.get_one(Feed, feed.id), name)
    session.commit()  # a test that only looks must not keep the pages from writing
    return found


def test_a_helper_looks_and_does_not_touch(app: Any, feed: Feed, cast: Cast) -> None:
    bob = signed_in(Visitor(app), cast.bob)
    page = bob.get("/partners/jardins")
    assert page.status == 200 and not page.soup.select('form[action^="/partners/"]')
    verbs = ("run", "pause", "resume", "confirm", "dismiss", "digest")
    assert {bob.post(f"/partners/jardins/{verb}").status for verb in verbs} == {403}


def many(count: int) -> bytes:
    return table(*(f"n{n};Besoin {n};Texte;J;69007;Lyon;;" for n in range(count)))


@pytest.mark.parametrize(("verb", "left"), [("confirm", 2), ("dismiss", 40)])
def test_a_suspect_run_is_answered_by_its_partner(
    alice: Visitor, feed: Feed, session: Session, verb: str, left: int
) -> None:
    deliver(session, feed, many(40))
    deliver(session, feed, many(2))
    session.commit()
    assert state(session, feed, "state") is FeedState.SUSPECT
    assert "Ce passage est-il voulu" in alice.get("/partners/jardins").words
    for way_around in ("pause", "resume"):
        assert alice.post(f"/partners/jardins/{way_around}").status == 409
    press(alice, verb)
    assert state(session, feed, "state") is FeedState.ACTIVE
    live = select(Offer.id).where(Offer.feed_id == feed.id, Offer.state == OfferState.LIVE)
    assert len(session.scalars(live).all()) == left


def test_each_offer_shows_its_views_click_outs_and_signups(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    offers = {o.external_id: o for o in session.scalars(select(Offer).where(Offer.feed_id == feed.id))}  # fmt: skip
    offers["b"].detail_url = "https://example.org/b"
    today = clock.today()
    session.add_all([
        OfferDay(offer_id=offers["b"].id, on=today, verb="view", count=9),
        OfferDay(offer_id=offers["b"].id, on=today, verb="click_out", count=4),
        factories.signup(offers["a"].shifts[0], "Zoé", party=2),
        Link(offer_id=offers["b"].id, url="https://example.org/b", state=LinkState.BAD, why="404",
             checked_at=clock.now(), bad_since=clock.now(), due_at=clock.now()),
    ])  # fmt: skip
    session.commit()
    page = alice.get("/partners/jardins/offers")
    rows = [[td.get_text(strip=True) for td in tr.find_all("td")[1:]] for tr in page.soup.select("tbody tr")]  # fmt: skip
    assert rows[0] == ["9", "4", "–"]
    assert ["0", "–", "2"] in rows
    assert "1 page ne répond pas" in page.words
    assert feed_reports.quality(feed).dead == 1


@pytest.mark.parametrize(
    ("language", "why", "said"),
    [
        ("fr", "unreachable", "le serveur ne répond pas"),
        ("en", "unreachable", "the server does not answer"),
        ("en", "too_many_redirects", "it leads from address to address"),
        ("en", "404", "404"),
    ],
)
def test_why_a_page_is_dead_is_said_in_the_visitors_language(
    alice: Visitor, feed: Feed, session: Session, language: str, why: str, said: str
) -> None:
    offer = session.scalars(select(Offer).where(Offer.external_id == "b")).one()
    offer.detail_url = "https://example.org/b"
    session.add(
        Link(offer_id=offer.id, url=offer.detail_url, state=LinkState.BAD, why=why,
             checked_at=clock.now(), bad_since=clock.now(), due_at=clock.now())
    )  # fmt: skip
    session.commit()
    page = alice.get(f"/partners/jardins/offers?lang={language}")
    assert page.soup.select_one(".notice li .soft").get_text() == said


def test_quality_counts_what_is_fresh_complete_and_doubled(feed: Feed, session: Session) -> None:
    offers = {o.external_id: o for o in session.scalars(select(Offer).where(Offer.feed_id == feed.id))}  # fmt: skip
    offers["a"].description, offers["a"].themes = "<p>" + "x" * 100 + "</p>", ["environment"]
    offers["b"].updated_at = clock.now() - timedelta(days=100)
    offers["d"].cluster = offers["b"].cluster
    session.commit()
    found = feed_reports.quality(feed)
    assert (found.live, found.fresh, found.complete, found.doubled) == (3, 2, 1, 2)


def test_what_is_over_is_nowhere_called_online(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    over = session.scalars(select(Offer).where(Offer.external_id == "a")).one()
    over.is_ongoing = False
    for shift in over.shifts:
        shift.starts_at = shift.ends_at = clock.now() - timedelta(days=1)
    session.commit()
    assert feed_reports.quality(feed).live == 2
    started = feeds.begin(feed)
    assert feeds.finish(feed, started, Tally(), session.commit).live == 2
    assert over.title not in alice.get("/partners/jardins/offers").words


@pytest.mark.parametrize(
    ("outcomes", "is_told"),
    [([RunOutcome.FAILED], True), ([RunOutcome.FAILED, RunOutcome.NOT_MODIFIED], False)],
)
def test_a_failure_is_told_until_a_run_succeeds_be_it_that_nothing_changed(
    alice: Visitor, feed: Feed, session: Session, outcomes: list[RunOutcome], is_told: bool
) -> None:
    for outcome in outcomes:
        feeds.finish(feed, feeds.begin(feed), Tally(outcome=outcome), session.commit)
    words = alice.get("/partners/jardins").words
    assert ("Le dernier passage a échoué." in words) is is_told
    assert "Donnez-lui un titre court" in words  # of the run before: still to be corrected


def test_a_moderator_watches_every_feed(app: Any, feed: Feed, cast: Cast) -> None:
    mona = signed_in(Visitor(app), cast.mona)
    assert "Flux des Jardins" in mona.get("/partners").words

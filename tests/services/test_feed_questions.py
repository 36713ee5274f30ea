"""A suspect run asks a person. What becomes of the question when the feed is read again before anybody answered."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from pytest_httpserver import HTTPServer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.cli.feed_life import commands
from portal.errors import Conflict, FeedBusy
from portal.jobs import feeds as job
from portal.models import Feed, FeedRun, FeedState, Offer, OfferState, Outbox, RunOutcome
from portal.services import feed_answers, feed_turns, feeds, partners
from tests import factories
from tests.feeds import LIMITS, line, table

COUNT = 60
WHOLE = table(*(line(n) for n in range(COUNT)))
FEW = table(*(line(n) for n in range(20)))
RENUMBERED = table(*(line(n + 1000, f"Trier des livres {n}") for n in range(COUNT)))
PAGE = b"<!doctype html><title>Login</title>"

Deliver = Callable[[bytes], RunOutcome]


@pytest.fixture
def feed(session: Session, httpserver: HTTPServer) -> Feed:
    """A feed of sixty offers, and a moderator who watches."""
    session.add(factories.moderator("mona"))
    made = feeds.add("essai", httpserver.url_for("/feed"), "table")
    session.commit()
    return made


@pytest.fixture
def deliver(session: Session, feed: Feed, httpserver: HTTPServer) -> Deliver:
    """Serve this, and run the feed; the whole file was read before."""

    def run(body: bytes, status: int = 200) -> RunOutcome:
        httpserver.expect_ordered_request("/feed").respond_with_data(body, status=status)
        done = feeds.run(feed, LIMITS, session.commit)
        session.expire_all()
        return done.outcome

    assert run(WHOLE) is RunOutcome.DONE
    return run


def live(session: Session) -> set[str]:
    session.expire_all()
    return {
        str(one)
        for one in session.scalars(select(Offer.external_id).where(Offer.state == OfferState.LIVE))
    }


def ids(count: int, first: int = 0) -> set[str]:
    return {str(n + first) for n in range(count)}


def test_a_plausible_run_answers_the_question_and_nothing_is_left_to_confirm(
    session: Session, feed: Feed, deliver: Deliver
) -> None:
    assert deliver(FEW) is RunOutcome.SUSPECT
    assert deliver(WHOLE) is RunOutcome.DONE
    assert feed.state is FeedState.ACTIVE
    for answer in (feed_answers.confirm, feed_answers.dismiss):
        with pytest.raises(Conflict, match="rien à accepter"):
            answer(feed, session.commit)
    assert live(session) == ids(COUNT)
    asked = session.scalars(select(FeedRun).where(FeedRun.outcome == RunOutcome.SUSPECT)).one()
    assert asked.pending == {} and asked.why_facts["is_replaced"]


def test_control_an_old_question_that_stands_withdraws_offers_that_the_feed_has(
    session: Session, feed: Feed, deliver: Deliver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_answers, "replace", lambda feed: None)
    deliver(FEW)
    deliver(WHOLE)
    assert feed_answers.confirm(feed, session.commit) == COUNT - 20
    assert live(session) == ids(20)


@pytest.mark.parametrize("door", ["command", "page", "timetable"])
def test_every_door_reads_a_suspect_feed_again_and_ends_alike(
    session: Session, feed: Feed, deliver: Deliver, app: Flask, httpserver: HTTPServer, door: str
) -> None:
    deliver(RENUMBERED)
    httpserver.expect_ordered_request("/feed").respond_with_data(WHOLE)
    feed.next_run_at = clock.now()
    session.commit()
    if door == "command":
        done = app.test_cli_runner().invoke(commands, ["run", "essai"])
        assert done.exit_code == 0, done.output
    else:
        if door == "page":
            partners.run_soon(feed)
            session.commit()
        assert job.run_due() == 1
    session.expire_all()
    assert feed.state is FeedState.ACTIVE
    assert live(session) == ids(COUNT)
    held = select(func.count()).where(Offer.state == OfferState.PENDING)
    assert session.scalar(held) == 0


@pytest.mark.parametrize(
    ("answer", "kept"), [("confirm", ids(COUNT, 1000)), ("dismiss", ids(COUNT))]
)
def test_a_renumbering_that_comes_twice_is_one_question_about_all_of_it(
    session: Session, feed: Feed, deliver: Deliver, answer: str, kept: set[str]
) -> None:
    assert [deliver(RENUMBERED), deliver(RENUMBERED)] == [RunOutcome.SUSPECT] * 2
    assert live(session) == ids(COUNT)
    getattr(feed_answers, answer)(feed, session.commit)
    assert live(session) == kept


def test_its_watchers_are_asked_once(session: Session, feed: Feed, deliver: Deliver) -> None:
    for _ in range(3):
        deliver(FEW)
    letters = select(func.count()).where(Outbox.kind == "mail", Outbox.key.like("run:%"))
    assert session.scalar(letters) == 1


@pytest.mark.parametrize(("body", "status"), [(PAGE, 200), (b"later", 503)])
def test_a_run_that_could_not_be_read_leaves_the_question(
    session: Session,
    feed: Feed,
    deliver: Callable[[bytes, int], RunOutcome],
    body: bytes,
    status: int,
) -> None:
    deliver(RENUMBERED, 200)
    assert deliver(body, status) is RunOutcome.FAILED
    assert feed.state is FeedState.SUSPECT and live(session) == ids(COUNT)
    assert feed_answers.confirm(feed, session.commit) == COUNT
    assert live(session) == ids(COUNT, 1000)


def test_what_a_cut_file_still_had_is_not_withdrawn_by_an_older_question(
    session: Session, feed: Feed, deliver: Deliver
) -> None:
    deliver(FEW)
    # A stretch that nobody can read hides offers: the run is not complete.
    cut = WHOLE[: WHOLE.index(b"\n50;")] + b"\n" + b"x" * 2_000_000 + b"\n"
    assert deliver(cut) is RunOutcome.DONE
    assert feed.state is FeedState.SUSPECT and live(session) == ids(COUNT)
    assert feed_answers.confirm(feed, session.commit) == 10
    assert live(session) == ids(50)


def test_nobody_answers_while_a_run_may_answer_by_itself(
    session: Session, feed: Feed, deliver: Deliver
) -> None:
    deliver(FEW)
    with feed_turns.alone(feed, session.commit), pytest.raises(FeedBusy):
        feed_answers.confirm(feed, session.commit)
    assert live(session) == ids(COUNT)
    assert feed_answers.confirm(feed, session.commit) == COUNT - 20

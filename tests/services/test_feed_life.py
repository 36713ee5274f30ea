"""What becomes of offers when their feed fails, loses them, and has them again."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import Database
from portal.jobs import feeds as feed_jobs
from portal.jobs import outbox as outbox_job
from portal.models import Feed, Like, Offer, OfferState, Outbox, RunOutcome, Shift, Signup
from portal.models import feed as feed_model
from portal.services import feeds, indexing
from portal.services.feed_runs import Tally
from tests import factories
from tests.feeds import deliver, line, table
from tests.mailbox import mails
from tests.visitor import Visitor

DAY = timedelta(days=1)


@pytest.fixture
def feed(session: Session) -> Feed:
    """A feed that was read once, an hour ago."""
    made = feeds.add("livres", "https://example.org/feed.csv", "table")
    session.commit()
    deliver(session, made, table(line(1), line(2)))
    return made


def fail(session: Session, feed: Feed) -> None:
    """A run that could not even download."""
    started = feeds.begin(feed)
    tally = Tally(
        outcome=RunOutcome.FAILED,
        why_code="unreachable",
        why_facts={"host": "example.org"},
        is_complete=False,
    )
    feeds.finish(feed, started, tally, session.commit)


def found(session: Session) -> int:
    asked = indexing.findable(clock.now()).with_only_columns(func.count())
    return session.scalar(asked) or 0


def upkeep(session: Session) -> None:
    """The worker's turn."""
    session.commit()
    feed_jobs.hide_unconfirmed()
    outbox_job.drain()
    session.expire_all()


def test_a_failing_feed_keeps_its_offers_and_says_nothing_for_a_week(
    session: Session, feed: Feed
) -> None:
    with time_machine.travel(clock.now() + 6 * DAY):
        fail(session, feed)
        upkeep(session)
        assert (found(session), feed.unconfirmed_since) == (2, None)


def test_after_a_week_card_and_page_say_since_when_nothing_confirms_it(
    session: Session, feed: Feed, visitor: Visitor
) -> None:
    with time_machine.travel(clock.now() + 8 * DAY):
        fail(session, feed)
        upkeep(session)
        offer = session.scalars(select(Offer)).first()
        assert offer is not None
        session.commit()
        assert "Non confirmé depuis le" in visitor.get("/search?q=livres").words
        page = visitor.get(f"/offers/{offer.id}-{offer.slug}")
        assert "ne confirme plus ce besoin depuis le" in page.words


def test_after_a_month_search_hides_them_until_the_first_good_run(
    session: Session, database: Database, feed: Feed, visitor: Visitor
) -> None:
    ident = feed.id
    with time_machine.travel(clock.now() + 31 * DAY):
        fail(session, feed)
        upkeep(session)
        assert found(session) == 0
        assert "Trier des livres" not in visitor.get("/search?q=livres").words
        assert {offer.state for offer in session.scalars(select(Offer))} == {OfferState.LIVE}
        session.commit()
        with database.writing() as later:
            again = later.get_one(Feed, ident)
            deliver(later, again, table(line(1), line(2)))
            upkeep(later)
            assert (found(later), again.hidden_at, again.unconfirmed_since) == (2, None, None)
        assert "Trier des livres 1" in visitor.get("/search?q=livres").words


def test_a_run_that_says_nothing_changed_confirms_them_too(session: Session, feed: Feed) -> None:
    with time_machine.travel(clock.now() + 31 * DAY):
        upkeep(session)
        assert found(session) == 0
        feeds.finish(
            feed, feeds.begin(feed), Tally(outcome=RunOutcome.NOT_MODIFIED), session.commit
        )
        upkeep(session)
        assert found(session) == 2


def test_control_without_the_month_a_dead_feed_is_shown_for_ever(
    session: Session, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.services.grace.HIDDEN_AFTER", timedelta(days=10_000))
    assert feed_model.HIDDEN_AFTER == 30 * DAY
    with time_machine.travel(clock.now() + 200 * DAY):
        upkeep(session)
        assert found(session) == 2


def test_a_file_that_was_read_once_by_hand_is_never_called_unconfirmed(
    session: Session, feed: Feed
) -> None:
    feed.url = ""
    with time_machine.travel(clock.now() + 200 * DAY):
        upkeep(session)
        assert (found(session), feed.unconfirmed_since) == (2, None)


def test_what_went_answers_410_with_others_tells_its_people_once_and_returns_with_them(
    app: Flask, session: Session, database: Database, feed: Feed, visitor: Visitor
) -> None:
    offer = session.scalars(select(Offer).where(Offer.external_id == "2")).one()
    shift = session.scalars(select(Shift).where(Shift.offer_id == offer.id)).one()
    person = factories.person("ann")
    session.add_all([factories.signup(shift, "Ann", email="ann@example.org"), person])
    session.flush()
    session.add(Like(person_id=person.id, offer_id=offer.id, cluster_id=offer.cluster_id))
    ident, address = offer.id, f"/offers/{offer.id}-{offer.slug}"
    session.commit()
    outbox_job.drain()  # the other one must be in the index: it is proposed

    for _ in range(2):
        deliver(session, feed, table(line(1)))
        upkeep(session)
    feed_id = feed.id
    session.commit()
    told = [mail for mail in mails(app, "ann@example.org") if "Trier des livres 2" in mail.subject]
    assert len(told) == 1
    assert "Trier des livres 1" in told[0].text and "Trier des livres 1" in told[0].html
    assert visitor.get(told[0].path("/signups/")).status == 200
    gone = visitor.get(address)
    assert gone.status == 410 and "Trier des livres 1" in gone.words

    with database.writing() as later:
        deliver(later, later.get_one(Feed, feed_id), table(line(1), line(2)))
        back = later.get_one(Offer, ident)
        assert (back.state, back.external_id) == (OfferState.LIVE, "2")
        assert later.scalars(select(Signup.first_name)).all() == ["Ann"]
        assert later.scalars(select(Like.cluster_id)).all() == [back.cluster_id]
        later.commit()
    assert visitor.get(address).status == 200


def test_a_lost_id_that_was_not_the_offers_own_would_lose_its_people(
    session: Session, feed: Feed
) -> None:
    """The control: a feed that gives the returning offer another id begins anew, without anybody on it."""
    offer = session.scalars(select(Offer).where(Offer.external_id == "2")).one()
    shift = session.scalars(select(Shift).where(Shift.offer_id == offer.id)).one()
    session.add(factories.signup(shift))
    session.commit()
    deliver(session, feed, table(line(1), line("two")))
    session.expire_all()
    fresh = session.scalars(select(Offer).where(Offer.external_id == "two")).one()
    assert fresh.id != offer.id
    mine = select(Signup.id).join(Shift).where(Shift.offer_id == fresh.id)
    assert session.scalars(mine).all() == []


def test_a_failure_after_a_run_that_was_cut_short_is_told_all_the_same(
    session: Session, feed: Feed
) -> None:
    session.add(factories.moderator("mona"))
    feeds.begin(feed)
    session.commit()
    fail(session, feed)
    told = select(Outbox).where(Outbox.key.startswith("run:"))
    assert len(session.scalars(told).all()) == 1
    fail(session, feed)
    assert len(session.scalars(told).all()) == 1


def letters(session: Session) -> list[tuple[str, int]]:
    """What was told about runs: the letter, and to whom."""
    rows = session.scalars(select(Outbox).where(Outbox.key.startswith("run:")).order_by(Outbox.id))
    return [(row.payload["template"], row.payload["person"]) for row in rows]


def test_a_run_that_kills_its_process_each_time_is_told_at_the_second_one_once(
    session: Session, feed: Feed
) -> None:
    mona, owner = factories.moderator("mona"), factories.person("paul")
    session.add_all([mona, owner])
    session.flush()
    feed.owner_id = owner.id
    feeds.begin(feed)  # and its process is gone, here and below
    feeds.begin(feed)  # finds the first one
    assert letters(session) == []
    feeds.begin(feed)
    told = [("feed_interrupted", mona.id), ("feed_interrupted", owner.id)]
    assert letters(session) == told
    for _again in range(3):
        feeds.begin(feed)
    assert letters(session) == told
    feeds.finish(feed, feeds.begin(feed), Tally(), session.commit)
    for _again in range(3):
        feeds.begin(feed)
    assert letters(session) == told * 2  # another time, after a good run


def test_two_restarts_with_a_good_run_between_them_are_nobodys_news(
    session: Session, feed: Feed
) -> None:
    session.add(factories.moderator("mona"))
    for _again in range(3):
        feeds.begin(feed)
        feeds.finish(feed, feeds.begin(feed), Tally(), session.commit)
    assert letters(session) == []

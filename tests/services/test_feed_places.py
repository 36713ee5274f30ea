"""What is wrong with a place is told at each run until it is corrected, though an unchanged record is not written again."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Feed, FeedProblem, FeedRun, RunOutcome
from portal.services import feeds
from portal.services.feed_runs import Tally
from tests import gazetteer
from tests.delivering import deliver, table

LOST = "a;Planter;Une haie;J;;Trifouillis;;8"
FOUND = "b;Trier;Des dons;J;69007;Lyon;;"


@pytest.fixture
def feed(session: Session) -> Feed:
    gazetteer.load(session)
    made = feeds.add("jardins", "https://example.org/f.csv", "table")
    session.commit()
    deliver(session, made, table(LOST, FOUND))
    return made


def told(session: Session, run: FeedRun) -> list[tuple[str, str, int | None]]:
    rows = session.scalars(select(FeedProblem).where(FeedProblem.run_id == run.id))
    return [(one.external_id, one.code, one.line) for one in rows]


def test_an_unchanged_record_is_told_again_where_it_stands_now(
    session: Session, feed: Feed
) -> None:
    for rows, line in (((LOST, FOUND), 2), ((FOUND, LOST), 3), ((LOST, FOUND), 2)):
        done = deliver(session, feed, table(*rows))
        assert (done.unchanged, done.repaired) == (2, 1)
        assert told(session, done) == [("a", "place_unknown", line)]


def test_once_corrected_it_is_told_no_more(session: Session, feed: Feed) -> None:
    right = LOST.replace("Trifouillis", "Lyon")
    assert told(session, deliver(session, feed, table(right, FOUND))) == []
    assert told(session, deliver(session, feed, table(right, FOUND))) == []


@pytest.mark.parametrize("content", [b"<html><body>Pause</body></html>", table(LOST)[:-30]])
def test_a_file_that_was_none_or_half_of_one_in_between_takes_nothing_away(
    session: Session, feed: Feed, content: bytes
) -> None:
    deliver(session, feed, content)
    done = deliver(session, feed, table(LOST, FOUND))
    assert ("a", "place_unknown", 2) in told(session, done)


@pytest.mark.parametrize("outcome", [RunOutcome.NOT_MODIFIED, RunOutcome.FAILED, None])
def test_nor_does_a_run_that_read_nothing_or_was_cut_short(
    session: Session, feed: Feed, outcome: RunOutcome | None
) -> None:
    started = feeds.begin(feed)
    session.commit()
    if outcome is not None:
        feeds.finish(feed, started, Tally(outcome=outcome), session.commit)
    done = deliver(session, feed, table(LOST, FOUND))
    assert told(session, done) == [("a", "place_unknown", 2)]

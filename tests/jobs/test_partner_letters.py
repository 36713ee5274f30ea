"""The weekly letter of a feed: what it refused, once, until one button."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.models import Feed, Outbox, Person, RunOutcome
from portal.services import feed_reports, feeds, partners
from portal.services.feed_runs import Tally
from tests.delivering import read_feed
from tests.people import Cast
from tests.visitor import Visitor


@pytest.fixture
def feed(session: Session, cast: Cast) -> Feed:
    return read_feed(session, cast)


@pytest.fixture
def written(app: Any, session: Session) -> Callable[[Person], Any]:
    """The weekly letter to somebody, as the worker would write it; None when there is none."""
    from portal.jobs import letters as writing
    from portal.services.outbox import Job

    def write(person: Person) -> Any:
        partners.digests(clock.today())
        session.commit()
        rows = session.scalars(select(Outbox).where(Outbox.key.startswith("feed_digest:")))
        row = next((r for r in rows if r.payload["person"] == person.id), None)
        if row is None:
            return None
        return writing.write(Job(row.id, row.kind, row.key, "", 1, row.payload))

    return write


def test_the_weekly_letter_names_what_was_refused_once_and_stops_by_one_button(
    visitor: Visitor, feed: Feed, cast: Cast, session: Session, written: Callable[[Person], Any]
) -> None:
    letter = written(cast.alice)
    assert letter is not None and letter.to == "alice@example.org"
    assert "2 annonces refusées cette semaine" in letter.subject.replace("\u00a0", " ")
    assert "Donnez-lui un titre court" in letter.text and "ligne 5" in letter.text
    assert partners.digests(clock.today()) == 0  # this week's went
    path = letter.unsubscribe.removeprefix("http://127.0.0.1:8000")
    page = visitor.get(path)
    assert wants(session, feed) is True  # a scanner opened it: nothing happens
    assert page.status == 200
    visitor.submit(path)
    assert wants(session, feed) is False
    assert partners.digests(clock.today() + timedelta(days=7)) == 0
    assert visitor.get(path[:-2] + "AA").status == 404


@pytest.mark.parametrize("outcome", [RunOutcome.FAILED, RunOutcome.NOT_MODIFIED])
def test_a_run_that_read_nothing_since_takes_nothing_from_the_letter(
    feed: Feed, cast: Cast, session: Session, written: Callable[[Person], Any], outcome: RunOutcome
) -> None:
    feeds.finish(feed, feeds.begin(feed), Tally(outcome=outcome), session.commit)
    letter = written(cast.alice)
    assert letter is not None and "Donnez-lui un titre court" in letter.text


def test_no_letter_when_nothing_was_refused(
    feed: Feed, cast: Cast, session: Session, written: Callable[[Person], Any]
) -> None:
    for run in feed_reports.runs(feed):
        run.refused = 0
    session.commit()
    assert written(cast.alice) is None


def wants(session: Session, feed: Feed) -> bool:
    session.expire_all()
    found = session.get_one(Feed, feed.id).wants_digest
    session.commit()  # a test that only looks must not keep the pages from writing
    return found

"""The worker's turn of the feeds: who is due is run, and one that breaks does not keep the others waiting."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from pytest_httpserver import HTTPServer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.jobs import feeds as job
from portal.models import Feed, FeedProblem, FeedRun, FeedState, Offer, RunOutcome
from portal.services import feeds
from portal.services.feed_runs import Known
from tests.feeds import deliver, line, table


@pytest.fixture
def serve(session: Session, httpserver: HTTPServer) -> HTTPServer:
    """Two feeds that are due, the first of them the one that will break."""
    for name in ("un", "deux"):
        httpserver.expect_request(f"/{name}").respond_with_data(table(line(f"{name}-1")))
        feeds.add(name, httpserver.url_for(f"/{name}"), "table")
    session.commit()
    return httpserver


def brought(session: Session) -> set[str]:
    session.expire_all()
    return {str(one) for one in session.scalars(select(Offer.external_id))}


def test_what_is_due_is_run_once_and_again_after_its_interval(
    session: Session, serve: HTTPServer
) -> None:
    assert job.run_due() == 2
    assert brought(session) == {"un-1", "deux-1"}
    after = session.scalars(select(Feed.next_run_at)).all()
    session.commit()
    assert len(set(after)) == 2  # jittered: they do not run together for ever
    hour = timedelta(hours=1)
    assert all(6 * hour <= at - clock.now() + hour / 60 <= 6.7 * hour for at in after if at)
    assert job.run_due() == 0


def test_a_paused_feed_is_not_asked_and_a_suspect_one_is(
    session: Session, serve: HTTPServer
) -> None:
    feeds.pause(feeds.by_name("un"))
    feeds.by_name("deux").state = FeedState.SUSPECT
    session.commit()
    assert job.run_due() == 1
    assert brought(session) == {"deux-1"}
    feeds.resume(feeds.by_name("un"))
    session.commit()
    assert job.run_due() == 1


def test_a_feed_that_breaks_does_not_keep_the_others_waiting(
    session: Session, serve: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A defect nobody thought of, in the middle of the first feed's run."""
    look_up = Known.look_up

    def breaks(self: Known, items: list[object]) -> None:
        if self.feed.name == "un":
            raise ZeroDivisionError
        look_up(self, items)  # type: ignore[arg-type]

    monkeypatch.setattr(Known, "look_up", breaks)
    assert job.run_due() == 2
    assert brought(session) == {"deux-1"}
    broken = session.scalars(select(FeedRun).join(Feed).where(Feed.name == "un")).one()
    assert (
        broken.outcome is RunOutcome.RUNNING
    )  # the next run says that it was cut short, and does its work
    feeds.by_name("un").next_run_at = clock.now()
    session.commit()
    monkeypatch.undo()
    assert job.run_due() == 1
    assert brought(session) == {"un-1", "deux-1"}


def test_what_was_wrong_is_kept_for_90_days(session: Session, httpserver: HTTPServer) -> None:
    made = feeds.add("trois", httpserver.url_for("/trois"), "table")
    session.commit()
    deliver(session, made, table(line(1), line(1)))
    problems = select(func.count()).select_from(FeedProblem)
    session.commit()
    with time_machine.travel(clock.now() + timedelta(days=89)):
        assert job.forget_problems() == 0
    session.expire_all()
    assert session.scalar(problems) == 1
    session.commit()
    with time_machine.travel(clock.now() + timedelta(days=91)):
        assert job.forget_problems() == 1
    session.expire_all()
    assert session.scalar(problems) == 0
    assert session.scalars(select(FeedRun.refused)).all() == [1]

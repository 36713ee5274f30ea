"""Readers side by side: a feed that drips keeps only its own reader, and no feed is read twice at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import Database
from portal.errors import FeedBusy
from portal.jobs import feeds as job
from portal.models import Feed, FeedRun, JobLease, RunOutcome
from portal.services import feed_turns, feeds, leases
from portal.services.feed_runs import Tally
from tests.feeds import line, table
from tests.trust.bad_server import BadServer, bad_server

MINUTE = timedelta(minutes=1)
DRIPS = 40  # a byte each twentieth of a second: two seconds, if nobody ends it before


@contextmanager
def dripping(database: Database, seen: list[set[str]]) -> Iterator[BadServer]:
    """A feed that sends its offers, then a byte at a time until the others were read; `seen` is which of them were."""
    moment = threading.Event()

    def answer(connection: socket.socket, _request: bytes) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + table(line("slow")))
        done: set[str] = set()
        for _ in range(DRIPS):
            with database.reading() as session:
                asked = select(Feed.name).join(FeedRun).where(FeedRun.outcome == RunOutcome.DONE)
                done = set(session.scalars(asked))
            if len(done) == 2:
                break
            connection.sendall(b"\n")
            moment.wait(0.05)
        seen.append(done)

    with bad_server(answer) as server:
        yield server


@pytest.fixture
def others(session: Session, httpserver: HTTPServer) -> HTTPServer:
    for name in ("un", "deux"):
        httpserver.expect_request(f"/{name}").respond_with_data(table(line(f"{name}-1")))
        feeds.add(name, httpserver.url_for(f"/{name}"), "table")
    session.commit()
    return httpserver


def first(session: Session, url: str) -> None:
    """A feed that waits longer than all others."""
    feeds.add("lent", url, "table").next_run_at = clock.now() - 5 * MINUTE
    session.commit()


def test_the_other_feeds_are_read_while_the_first_one_drips(
    session: Session, database: Database, others: HTTPServer
) -> None:
    seen: list[set[str]] = []
    with dripping(database, seen) as server:
        first(session, server.url)
        assert job.run_due(readers=2) == 3
    assert seen == [{"un", "deux"}]
    outcomes = session.scalars(select(FeedRun.outcome)).all()
    assert outcomes == [RunOutcome.DONE] * 3  # the slow one is read too, when it has come


def test_control_with_one_reader_they_wait_for_it(
    session: Session, database: Database, others: HTTPServer
) -> None:
    seen: list[set[str]] = []
    with dripping(database, seen) as server:
        first(session, server.url)
        assert job.run_due(readers=1) == 3
    assert seen == [set()]


def test_many_readers_read_each_feed_once(session: Session, httpserver: HTTPServer) -> None:
    for number in range(6):
        httpserver.expect_request(f"/{number}").respond_with_data(table(line(number)))
        feeds.add(f"flux-{number}", httpserver.url_for(f"/{number}"), "table")
    session.commit()
    assert job.run_due(readers=4) == 6
    assert sorted(request.path for request, _answer in httpserver.log) == [
        f"/{n}" for n in range(6)
    ]


def test_a_feed_that_somebody_works_on_is_left_alone(
    session: Session, others: HTTPServer, app: Flask
) -> None:
    with feed_turns.alone(feeds.by_name("un"), session.commit):
        session.commit()
        assert job.run_due() == 1
        session.commit()
        with pytest.raises(FeedBusy, match="lu en ce moment"):
            feed_turns.alone(feeds.by_name("un"), session.commit).__enter__()
    assert job.run_due() == 1


def test_control_without_the_turn_it_is_read_by_two(
    session: Session, others: HTTPServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leases, "take", lambda *_given: True)
    with feed_turns.alone(feeds.by_name("un"), session.commit):
        session.commit()
        assert job.run_due() == 2


def test_a_killed_run_is_taken_up_again_soon_and_one_that_is_killed_again_waits_its_time(
    session: Session, others: HTTPServer
) -> None:
    feed = feeds.by_name("un")
    begin, hour = clock.now(), timedelta(minutes=60)
    session.commit()
    assert job.run_due() == 2  # and none is due for six hours
    for after, due in ((hour, False), (7 * hour, True)):
        with time_machine.travel(begin + after):
            assert feeds.is_due(feed) is due
    with time_machine.travel(begin + 7 * hour):
        feeds.begin(feed)  # and its process is gone
        session.commit()
        assert not feeds.is_due(feed)
    with time_machine.travel(begin + 7 * hour + 11 * MINUTE):
        assert feeds.is_due(feed)
        feeds.begin(feed)  # and gone again
        session.commit()
    with time_machine.travel(begin + 12 * hour):
        assert not feeds.is_due(feed)
    with time_machine.travel(begin + 14 * hour):
        assert feeds.is_due(feed)


def test_a_run_that_somebody_asks_for_meanwhile_comes_after_this_one(session: Session) -> None:
    feed = feeds.add("livres", "https://example.org/feed.csv")
    started = feeds.begin(feed)
    feed.next_run_at = asked = clock.now()
    feeds.finish(feed, started, Tally(), session.commit)
    assert feed.next_run_at == asked


@pytest.fixture
def left(session: Session) -> Feed:
    """A feed whose turn somebody took and did not give back."""
    made = feeds.add("livres")
    session.add(
        JobLease(name=f"feed:{made.id}", holder="elsewhere:1:x", until=clock.now() + 7 * MINUTE)
    )
    session.commit()
    return made


def held_by(session: Session, process: int) -> None:
    session.scalars(select(JobLease)).one().holder = f"{leases.MACHINE}:{process}:x"
    session.commit()


def test_the_turn_of_a_killed_process_of_this_machine_is_taken_over_at_once(
    session: Session, left: Feed
) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    held_by(session, ended.pid)
    with feed_turns.alone(left, session.commit):
        pass


def test_the_turn_of_one_that_lives_or_is_elsewhere_is_waited_for(
    session: Session, left: Feed
) -> None:
    for _case in ("elsewhere", "here"):
        with pytest.raises(FeedBusy):
            feed_turns.alone(left, session.commit).__enter__()
        held_by(session, os.getpid())
    with time_machine.travel(clock.now() + 8 * MINUTE), feed_turns.alone(left, session.commit):
        pass


def test_a_turn_lasts_through_the_slowest_download_and_each_saving_prolongs_it(
    session: Session, app: Flask
) -> None:
    feed, most = feeds.add("livres"), app.config["FEEDS_MAX_SECONDS"]
    session.commit()
    start = clock.now()
    with feed_turns.alone(feed, session.commit, most) as save:
        for seconds in (most, 2 * most, 3 * most):
            with time_machine.travel(start + timedelta(seconds=seconds)):
                assert feed_turns.is_taken(feed)
                save()
    assert not feed_turns.is_taken(feed)


def test_who_lost_the_turn_writes_nothing_more(session: Session) -> None:
    feed = feeds.add("livres")
    session.commit()
    with (
        pytest.raises(FeedBusy),
        time_machine.travel(clock.now(), tick=False) as traveller,
        feed_turns.alone(feed, session.commit) as save,
    ):
        traveller.shift(timedelta(minutes=10))  # the machine slept
        assert leases.take(f"feed:{feed.id}", leases.holder(), timedelta(0), MINUTE)
        feed.title = "Trop tard"
        save()
    session.expire_all()
    assert feed.title == ""

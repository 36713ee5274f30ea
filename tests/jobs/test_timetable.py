"""The timetable and the worker: what is due runs once, whoever looks, and a nudge is only a nudge."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock, config, create_app, queue
from portal.config import Settings
from portal.errors import SettingsError
from portal.jobs import timetable, upkeep, worker
from portal.jobs.timetable import Timed
from portal.models import Outbox, Signup, SignupState
from portal.services import leases, outbox, signups
from tests import factories
from tests.conftest import settings_for
from tests.services.line import wish

MINUTE = timedelta(minutes=1)


def test_a_timed_job_runs_when_it_is_due_and_not_before(app: Flask) -> None:
    ran: list[int] = []
    timed = Timed("test", MINUTE, lambda: ran.append(1))
    assert timetable.run_if_due(timed)
    assert not timetable.run_if_due(timed)
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert timetable.run_if_due(timed)
    assert len(ran) == 2


def test_two_workers_never_run_one_timed_job(session: Session) -> None:
    assert leases.take("test", "one", MINUTE, hold=10 * MINUTE)
    assert not leases.take("test", "two", timedelta(0), hold=10 * MINUTE)
    leases.release("test", "two")
    assert not leases.take("test", "two", timedelta(0), hold=10 * MINUTE)
    leases.release("test", "one")
    assert leases.take("test", "two", timedelta(0), hold=10 * MINUTE)


def test_the_job_of_a_dead_worker_is_taken_over_when_its_hold_ends(session: Session) -> None:
    leases.take("test", "dead", MINUTE, hold=10 * MINUTE)
    with time_machine.travel(clock.now() + 11 * MINUTE):
        assert leases.take("test", "alive", MINUTE, hold=10 * MINUTE)


def test_a_job_that_fails_gives_its_lease_back_and_stops_nothing(app: Flask) -> None:
    def fail() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        timetable.run_if_due(Timed("broken", timedelta(0), fail))
    assert timetable.run_if_due(Timed("broken", timedelta(0), lambda: None))
    timetable._guarded("broken", fail)  # logged, and no more


def test_the_timetable_stops_when_it_is_told_to(app: Flask) -> None:
    stop = threading.Event()
    stop.set()
    timetable.keep(app, stop)


def test_the_clock_ends_holds_and_offers_what_comes_free(app: Flask, session: Session) -> None:
    offer = factories.offer(shifts=[factories.shift(capacity=1)])
    session.add(offer)
    session.flush()
    held = signups.sign_up(offer.shifts[0].id, wish("ann")).signup_id
    waits = signups.sign_up(offer.shifts[0].id, wish("bob")).signup_id
    signups.confirm(waits or 0)
    session.commit()
    with time_machine.travel(clock.now() + 31 * MINUTE):
        assert upkeep.settle_lines() == 1
    session.expire_all()
    assert session.get_one(Signup, held).state is SignupState.EXPIRED
    assert session.get_one(Signup, waits).state is SignupState.OFFERED


def test_a_lost_nudge_is_said_in_the_log_and_loses_nothing(
    settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    given = {**settings_for(tmp_path), "QUEUE_URL": f"sqlite:///{tmp_path}/queue.db"}
    app = create_app(config.from_environment({}, given))
    with app.app_context():
        with app.extensions["database"].writing() as session:
            outbox.add("mail", "a", {})
            session.commit()
        queue.current().huey.storage.close()
        with sqlite3.connect(tmp_path / "queue.db") as broken:
            broken.execute("DROP TABLE task")
        broken.close()
        assert not queue.nudge("outbox")
        with app.extensions["database"].reading():
            assert outbox.is_due(["mail"])
    app.extensions["database"].engine.dispose()


def test_a_queue_of_json_runs_a_job_by_its_name(settings: Settings, tmp_path: Path) -> None:
    given = {**settings_for(tmp_path), "QUEUE_URL": f"sqlite:///{tmp_path}/queue.db"}
    app = create_app(config.from_environment({}, given))
    known: queue.Queue = app.extensions["queue"]
    seen: list[tuple[int, ...]] = []
    known.jobs["test"] = lambda *ids: seen.append(ids)
    with app.app_context():
        assert queue.nudge("test", 4, 2)
    raw = sqlite3.connect(tmp_path / "queue.db")
    (data,) = raw.execute("SELECT data FROM task").fetchone()
    raw.close()
    assert bytes(data).startswith(b"[") and b'"test", 4, 2' in bytes(data)
    known.huey.execute(known.huey.dequeue())
    assert seen == [(4, 2)]
    known.huey.storage.close()
    app.extensions["database"].engine.dispose()


def test_there_is_no_worker_without_a_queue(app: Flask) -> None:
    with pytest.raises(SettingsError, match="immediate"):
        worker.run(app)


def test_the_worker_drains_the_outbox_by_itself_and_stops_when_told(
    settings: Settings, session: Session, tmp_path: Path
) -> None:
    offer = factories.offer()
    session.add(offer)
    session.flush()
    signups.sign_up(offer.shifts[0].id, wish("ann"))
    session.commit()
    environment = {
        **os.environ,
        "DATA": str(tmp_path),
        "RELAIS_SECRET_KEY": settings.SECRET_KEY,
        "RELAIS_SEARCH_URL": "memory:",
        "RELAIS_ENVIRONMENT": "development",
    }
    running = subprocess.Popen(
        [sys.executable, "-m", "flask", "--app", "wsgi", "worker"],
        cwd=Path(__file__).parents[2],
        env=environment,
    )
    try:
        done = threading.Event()
        for _ in range(600):
            if list((tmp_path / "mail").glob("*.eml")):
                break
            done.wait(0.1)
        assert len(list((tmp_path / "mail").glob("*.eml"))) == 1
    finally:
        running.send_signal(signal.SIGTERM)
        assert running.wait(30) == 0
    session.rollback()
    assert (
        session.query(Outbox).filter(Outbox.kind == "mail", Outbox.done_at.is_(None)).count() == 0
    )

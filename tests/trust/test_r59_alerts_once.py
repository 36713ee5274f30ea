"""R59, R15: the worker that is killed for real while it tells an alert's owner has told nothing, or the letter is sure."""

from __future__ import annotations

import os
import signal
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from portal import clock, config, create_app, db
from portal.config import Settings
from portal.db import Database
from portal.jobs import upkeep
from portal.services import alerts
from tests import factories
from tests.conftest import settings_for
from tests.services.alerting import alert, news, put, told
from tests.trust.forks import processes

pytestmark = pytest.mark.trust
PATIENCE = 60


@pytest.fixture
def settings(migrated: Path, tmp_path: Path) -> Settings:
    """With an index that another process reads too."""
    (tmp_path / "relais.db").write_bytes(migrated.read_bytes())
    given = {**settings_for(tmp_path), "SEARCH_URL": f"whoosh:///{tmp_path}/index"}
    return config.from_environment({}, given)


@pytest.mark.parametrize(
    ("dies", "told_by_it"), [("before the commit", 0), ("after the commit", 1)]
)
def test_a_worker_that_is_killed_tells_each_need_exactly_once(
    app: Flask, settings: Settings, database: Database, dies: str, told_by_it: int
) -> None:
    alert(database)
    put(database, factories.offer())
    kill_a_worker(settings, dies)
    assert told(database) == told_by_it
    with time_machine.travel(clock.now() + timedelta(days=2)):
        upkeep.tell_alerts()
        assert (told(database), len(news(app))) == (1, 1)
    with time_machine.travel(clock.now() + timedelta(days=4)):
        assert (upkeep.tell_alerts(), len(news(app))) == (0, 1)


def test_control_told_in_a_transaction_of_its_own_the_killed_workers_letter_is_lost(
    app: Flask, settings: Settings, database: Database
) -> None:
    alert(database)
    put(database, factories.offer())
    kill_a_worker(settings, "between two commits")
    with time_machine.travel(clock.now() + timedelta(days=4)):
        assert (upkeep.tell_alerts(), told(database), news(app)) == (0, 1, [])


def kill_a_worker(settings: Settings, when: str) -> None:
    """A process of its own tells the alerts of two days on, when any morning has come, and is killed at this moment."""
    worker = processes.Process(target=_work, args=(settings, when))
    worker.start()
    worker.join(PATIENCE)
    assert worker.exitcode == -signal.SIGKILL


def _work(settings: Settings, dies: str) -> None:
    app = create_app(settings)
    with app.app_context(), time_machine.travel(clock.now() + timedelta(days=2)):
        if dies == "before the commit":
            alerts.outbox.add = _die
        if dies == "between two commits":
            alerts.outbox.add = lambda *_given: (db.session.commit(), _die())
        upkeep.tell_alerts()
        _die()


def _die(*_given: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)

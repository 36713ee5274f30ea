"""R14: a process killed between the database's commit and the index's loses nothing: once the outbox is drained they agree."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from portal import clock, config, create_app
from portal.jobs import outbox as outbox_job
from portal.jobs import upkeep
from portal.services import indexing
from tests.trust.indexer import whoosh_settings

MOMENTS = ("during", "after", "before")
LEASE = timedelta(minutes=6)  # a killed worker's rows are free again after five


@pytest.fixture
def whole(settings: object, tmp_path: Path) -> Iterator[Flask]:
    """The app beside the processes that die, on the engine of production."""
    app = create_app(config.from_environment({}, whoosh_settings(tmp_path)))
    with app.app_context():
        with app.extensions["database"].reading():
            indexing.rebuild()
        yield app
    app.extensions["database"].engine.dispose()


def kill(folder: Path, seed: int, moment: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.trust.indexer", str(folder), str(seed), moment],
        capture_output=True,
    )
    assert done.returncode == -9, done.stderr.decode()[-2000:]


def differences(app: Flask) -> int:
    with app.extensions["database"].reading():
        return indexing.check().count


def test_r14_index_and_database_agree_after_every_kill(
    whole: Flask, tmp_path: Path, full: bool, record_property: Callable[[str, object], None]
) -> None:
    kills = 100 if full else len(MOMENTS)
    record_property("n", kills)
    for seed in range(kills - 1):
        kill(tmp_path, seed, MOMENTS[seed % len(MOMENTS)])
    kill(tmp_path, kills, "before")
    assert differences(whole) > 0  # the last one died before its offers were indexed
    with time_machine.travel(clock.now() + LEASE):
        outbox_job.drain()
        assert differences(whole) == 0


def test_r14_a_reconciliation_does_not_wait_for_the_lease(whole: Flask, tmp_path: Path) -> None:
    kill(tmp_path, 1, "during")
    upkeep.reconcile_index()
    outbox_job.drain()
    assert differences(whole) == 0


def test_r14_without_the_outbox_row_the_offer_is_never_indexed(
    whole: Flask, tmp_path: Path
) -> None:
    """The control: the index written by the request itself, after the commit."""
    kill(tmp_path, 1, "direct")
    with time_machine.travel(clock.now() + LEASE):
        outbox_job.drain()
        assert differences(whole) > 0

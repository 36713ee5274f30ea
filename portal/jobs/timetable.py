"""The timetable of the worker: what is done every so often, by one worker at a time.

Each entry takes its row of job_leases before it runs, so that several workers may all keep the timetable; whoever is killed
keeps other machines waiting for `hold` at most. Feeds are not here: they have readers of their own (jobs/feeds.py).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from portal import db
from portal.jobs import clusters, feeds, links, outbox, upkeep
from portal.services import leases

log = logging.getLogger(__name__)
TICK = 1.0  # seconds between two looks at the timetable


@dataclass(frozen=True)
class Timed:
    """A job of the timetable: its name, how often, and how long it may hold its lease."""

    name: str
    every: timedelta
    run: Callable[[], object]
    hold: timedelta = timedelta(minutes=10)
    is_quick: bool = (
        False  # quick ones have a thread of their own: no upkeep makes a freed place wait
    )


TIMETABLE: list[Timed] = [
    Timed("lines", timedelta(seconds=20), upkeep.settle_lines, is_quick=True),
    Timed("digests", timedelta(hours=1), upkeep.tell_teams),
    Timed("partners", timedelta(hours=24), upkeep.tell_partners),
    Timed("index", timedelta(minutes=10), upkeep.reconcile_index, timedelta(hours=1)),
    Timed("plans", timedelta(hours=1), upkeep.plan_statements),
    Timed("clusters", timedelta(minutes=10), clusters.catch_up),
    Timed("rules", timedelta(hours=6), upkeep.roll_out_rules, timedelta(hours=1)),
    Timed("links", timedelta(minutes=5), links.check_due),
    Timed("grace", timedelta(hours=1), feeds.hide_unconfirmed),
    Timed("problems", timedelta(hours=24), feeds.forget_problems),
    Timed("alerts", timedelta(minutes=10), upkeep.tell_alerts, timedelta(hours=1)),
    Timed("liked_news", timedelta(hours=24), upkeep.tell_liked_news),
    Timed("friends", timedelta(hours=1), upkeep.forget_friends),
    Timed("forget", timedelta(hours=24), upkeep.forget),
]


def keep(app: Flask, stop: threading.Event, *, quick: bool = True) -> None:
    """Run what is due of one half of the timetable, until `stop` is set; the quick half also drains the outbox.

    What fails is logged, and tried again when it is due again.
    """
    while not stop.is_set():
        with app.app_context():
            if quick:
                _guarded("outbox", outbox.drain)
            for timed in (one for one in TIMETABLE if one.is_quick is quick):
                if stop.is_set():
                    return
                _guarded(timed.name, lambda timed=timed: run_if_due(timed))  # type: ignore[misc]
        stop.wait(TICK)


def run_if_due(timed: Timed) -> bool:
    """Run the job when it is due and nobody else does; True when it ran."""
    with db.database().reading():
        if not leases.is_due(timed.name, timed.every):
            return False
    with db.database().writing() as session:
        holder = leases.holder()
        taken = leases.take(timed.name, holder, timed.every, timed.hold)
        session.commit()
    if not taken:
        return False
    try:
        timed.run()
    finally:
        with db.database().writing() as session:
            leases.release(timed.name, holder)
            session.commit()
    return True


def _guarded(name: str, run: Callable[[], object]) -> None:
    try:
        run()
    except (
        Exception
    ):  # one job's defect must not end the worker: the trace is logged, the other jobs go on
        log.exception("timed_job_failed", extra={"job": name})

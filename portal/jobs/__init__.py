"""What the worker does after a commit, and by the clock. `JOBS` are the names that doors may nudge through the queue."""

from __future__ import annotations

from flask import Flask

from portal import queue
from portal.jobs import feeds, keys, offers, outbox, upkeep, visits
from portal.queue import Job, Queue

JOBS: dict[str, Job] = {
    "key_used": keys.used,
    "feeds_due": feeds.run_due,
    "index": upkeep.reconcile_index,
    "offer_left": offers.left_for,
    "offer_seen": offers.seen,
    "outbox": outbox.drain,
    "session_seen": visits.session_seen,
    "share_visit": visits.share_visit,
}


def init_app(app: Flask) -> None:
    """Give the app its queue, and tell it what each name does."""
    queue.init_app(app)
    known: Queue = app.extensions["queue"]
    known.jobs.update(JOBS)

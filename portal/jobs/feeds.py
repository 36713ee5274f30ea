"""The feeds whose time has come: several readers take them side by side, so that one that drips keeps only its own reader.

Each reader takes the feed that waits longest, under the feed's own lease, in a unit of work of its own. The download and
the reading are in services; this door saves. Memory is bounded by the number of readers: a feed streams, whatever its size.
"""

from __future__ import annotations

import logging
import threading

from flask import Flask, current_app

from portal import db
from portal.errors import FeedBusy
from portal.models import Feed
from portal.services import feed_turns, feeds, grace
from portal.services.feed_limits import Limits

log = logging.getLogger(__name__)
READERS = 4  # at once, in one worker
PAUSE = 1.0  # seconds before a reader looks again


def keep(app: Flask, stop: threading.Event) -> None:
    """Be one reader, until `stop` is set."""
    while not stop.is_set():
        with app.app_context():
            try:
                run_next()
            except Exception:  # the database is away, for instance: the reader must outlive that
                log.exception("feed_reader_failed")
        stop.wait(PAUSE)


def run_due(readers: int = READERS) -> int:
    """Read every feed that is due, by so many readers; returns how many were read when nothing is due any more."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    read: list[int] = []

    def work() -> None:
        with app.app_context():
            while run_next():
                read.append(1)

    threads = [threading.Thread(target=work) for _ in range(readers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(read)


def run_next() -> bool:
    """Read the feed that waits longest; False when none does. A run that breaks is logged: the next one takes its work up."""
    limits = Limits.of(current_app.config)
    with db.database().reading():
        ids = [feed.id for feed in feeds.due()]
    for feed_id in ids:
        try:
            if _run(feed_id, limits):
                return True
        except Exception:  # whatever is wrong with one feed, the others are on time
            log.exception("feed_run_failed", extra={"feed": feed_id})
            return True
    return False


def _run(feed_id: int, limits: Limits) -> bool:
    """Read this feed, unless another reader was faster."""
    with db.database().writing() as session:
        feed = session.get_one(Feed, feed_id)
        try:
            with feed_turns.alone(feed, session.commit, limits.max_seconds) as save:
                if not feeds.is_due(feed):
                    return False
                done = feeds.run(feed, limits, save)
        except FeedBusy:
            return False
        log.info(
            "feed_run",
            extra={"feed": feed.name, "outcome": done.outcome.value, "count": done.records},
        )
        return True


def hide_unconfirmed() -> int:
    """Take the offers of feeds that nothing confirmed for 30 days out of search."""
    with db.database().reading():
        ids = grace.overdue()
    for feed_id in ids:
        with db.database().writing() as session:
            grace.hide(session.get_one(Feed, feed_id))
            session.commit()
    return len(ids)


def forget_problems() -> int:
    """Delete what was wrong with records 90 days ago, a run at a time; of how many runs."""
    with db.database().reading():
        ids = grace.forgettable()
    for run_id in ids:
        with db.database().writing() as session:
            grace.forget_problems(run_id)
            session.commit()
    return len(ids)

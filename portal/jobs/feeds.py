"""The feeds whose time has come, one after the other. The download and the reading are in services; this door saves."""

from __future__ import annotations

import structlog
from flask import current_app

from portal import db
from portal.models import Feed
from portal.services import feeds, grace
from portal.services.feeds import Limits

log = structlog.get_logger(__name__)


def run_due() -> int:
    """Run every due feed; how many there were. Each has a unit of work of its own, so that one cannot spoil another."""
    settings = current_app.config
    limits = Limits(
        settings["FEEDS_MAX_BYTES"],
        settings["FEEDS_MAX_SECONDS"],
        settings["FEEDS_MAX_RECORDS"],
        settings["FEEDS_ALLOW_PRIVATE"],
        settings["BASE_URL"],
    )
    with db.database().reading():
        ids = [feed.id for feed in feeds.due()]
    for feed_id in ids:
        try:
            _run(feed_id, limits)
        except Exception:  # whatever is wrong with one feed, the others are on time; its next run takes the work up
            log.exception("feed_run_failed", feed=feed_id)
    return len(ids)


def _run(feed_id: int, limits: Limits) -> None:
    with db.database().writing() as session:
        feed = session.get_one(Feed, feed_id)
        done = feeds.run(feed, limits, session.commit)
        log.info("feed_run", feed=feed.name, outcome=done.outcome.value, count=done.records)


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

"""Whose turn it is to work on a feed. A run, an upload, a person's answer and a renumbering each change what the feed's offers
are; two of them at once would withdraw what the other brings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import ColumnElement, String, cast, exists, literal, select

from portal import clock, db
from portal.errors import FeedBusy
from portal.models import Feed, FeedRun, JobLease
from portal.services import leases

MARGIN = timedelta(minutes=2)  # beyond the slowest download: what may pass between two savings
BEAT = timedelta(seconds=20)
TICK = timedelta(seconds=1)  # between two words of progress

Save = Callable[[], object]  # ends a transaction: the door's commit, or the rollback of a preview
Progress = Callable[[int], object]  # told how many records were read


@contextmanager
def alone(feed: Feed, save: Save, seconds: float = 0) -> Iterator[Save]:
    """Nobody else works on the feed inside the block. Yields a `save` that also holds the turn, however long the work takes.

    `seconds` is the longest that may pass without any saving: that of a download. Raises FeedBusy. What is left of a
    process that was killed is taken over: at once on the same machine, else when its time is over.
    """
    name, holder, hold = _name(feed.id), leases.holder(), timedelta(seconds=seconds) + MARGIN
    if not leases.take(name, holder, timedelta(0), hold):
        db.session.rollback()
        raise FeedBusy(name=feed.title or feed.name)
    save()
    db.session.refresh(feed)  # whoever had the turn before may have changed it
    save()
    next_beat = clock.now() + BEAT

    def save_and_hold() -> None:
        nonlocal next_beat
        if clock.now() >= next_beat:
            next_beat = clock.now() + BEAT
            if not leases.keep(name, holder, hold):
                raise FeedBusy(name=feed.title or feed.name)
        save()

    try:
        yield save_and_hold
    except BaseException:
        db.session.rollback()
        raise
    finally:
        leases.release(name, holder)
        save()


def is_taken(feed: Feed) -> bool:
    """Does somebody work on the feed now?"""
    return db.session.scalar(select(Feed.id).where(Feed.id == feed.id, taken())) is not None


def taken() -> ColumnElement[bool]:
    """The condition that somebody works on a feed, for statements about feeds."""
    name = literal(_PREFIX) + cast(Feed.id, String)
    return exists().where(JobLease.name == name, JobLease.until > clock.now())


def noting(started: FeedRun, save: Save, progress: Progress) -> Progress:
    """A progress that writes on the run's row, now and then, how many records were read: for whoever watches its page."""
    said = clock.now()

    def note(count: int) -> None:
        nonlocal said
        if clock.now() >= said + TICK:
            said, started.records = clock.now(), count
            db.session.flush()
            save()
        progress(count)

    return note


_PREFIX = "feed:"


def _name(feed_id: int) -> str:
    return f"{_PREFIX}{feed_id}"

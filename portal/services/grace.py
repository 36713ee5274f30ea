"""How long offers outlive the last good run of their feed: after a week they say so, after a month search hides them.

A failing feed takes nothing away by itself: its offers come back, with their likes and signups, at its first good run. A
feed without an address was read once by hand and promises nothing, so nothing is said of it.

What was wrong with records outlives its run for 90 days.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, func, select

from portal import clock, db
from portal.models import Feed, FeedProblem, FeedRun, Offer, OfferState
from portal.models.feed import HIDDEN_AFTER
from portal.services import outbox

PROBLEMS_KEPT = timedelta(days=90)


def confirm(feed: Feed) -> None:
    """A good run: what the feed holds is true today, and found again if it was hidden."""
    feed.confirmed_at = clock.now()
    if feed.hidden_at is not None:
        feed.hidden_at = None
        _reindex(feed)


def overdue() -> list[int]:
    """The feeds whose offers are to be hidden: nothing confirmed them for 30 days."""
    last = func.coalesce(Feed.confirmed_at, Feed.created_at)
    return list(
        db.session.scalars(
            select(Feed.id).where(
                Feed.url != "", Feed.hidden_at.is_(None), last <= clock.now() - HIDDEN_AFTER
            )
        )
    )


def hide(feed: Feed) -> None:
    """Search shows nothing of it until its next good run; pages, likes and signups stay."""
    feed.hidden_at = clock.now()
    _reindex(feed)


def forgettable() -> list[int]:
    """The runs whose problems were kept long enough."""
    asked = select(FeedProblem.run_id).join(FeedProblem.run).distinct()
    return list(db.session.scalars(asked.where(FeedRun.started_at <= clock.now() - PROBLEMS_KEPT)))


def forget_problems(run_id: int) -> None:
    """The problems of a run go; its counts stay."""
    db.session.execute(delete(FeedProblem).where(FeedProblem.run_id == run_id))


def _reindex(feed: Feed) -> None:
    live = select(Offer.id).where(Offer.feed_id == feed.id, Offer.state == OfferState.LIVE)
    outbox.reindex_all(db.session.scalars(live).all())

"""What a person says of a suspect run: it was right, or it was wrong."""

from __future__ import annotations

from sqlalchemy import select

from portal import clock, db
from portal.errors import Conflict
from portal.models import Feed, FeedRun, FeedState, Offer, OfferState, RunOutcome
from portal.services import feed_runs, grace, outbox
from portal.services.feed_turns import Save


def confirm(feed: Feed, save: Save) -> int:
    """A person says that the suspect run was right: withdraw what it no longer had, show what it brought."""
    last = _suspect_run(feed)
    withdrawn = feed_runs.withdraw(list(last.pending.get("missing", [])), save)
    for offer in _held(feed, last):
        offer.state, offer.version = OfferState.LIVE, offer.version + 1
        outbox.reindex(offer.id)
    last.withdrawn = withdrawn
    settle(feed, last)
    save()
    return withdrawn


def dismiss(feed: Feed, save: Save) -> None:
    """A person says that the suspect run was wrong: what it brought goes, what was there stays."""
    last = _suspect_run(feed)
    held = [offer.id for offer in _held(feed, last)]
    settle(feed, last)
    feed_runs.withdraw(held, save)
    save()


def suspect_run(feed: Feed) -> FeedRun | None:
    """The run that waits for a person's word, when one does."""
    if feed.state is not FeedState.SUSPECT:
        return None
    return db.session.scalar(
        select(FeedRun)
        .where(FeedRun.feed_id == feed.id, FeedRun.outcome == RunOutcome.SUSPECT)
        .order_by(FeedRun.id.desc())
        .limit(1)
    )


def _suspect_run(feed: Feed) -> FeedRun:
    last = suspect_run(feed)
    if last is None:
        raise Conflict("Aucun passage de « %(name)s » n’attend de décision.", name=feed.name)
    return last


def _held(feed: Feed, last: FeedRun) -> list[Offer]:
    created = list(last.pending.get("created", []))
    found: list[Offer] = []
    for start in range(0, len(created), 500):
        found += db.session.scalars(
            select(Offer).where(
                Offer.feed_id == feed.id,
                Offer.state == OfferState.PENDING,
                Offer.external_id.in_(created[start : start + 500]),
            )
        )
    return found


def settle(feed: Feed, last: FeedRun) -> None:
    """The decision is made: the feed goes on, at once."""
    last.outcome, last.pending = RunOutcome.DONE, {}
    grace.confirm(feed)
    feed.state, feed.next_run_at = FeedState.ACTIVE, clock.now()
    db.session.flush()

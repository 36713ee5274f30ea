"""The question that a suspect run asks, and what answers it: a person, who says that the run was right or wrong, or a newer run
that was read to its end and is plausible. Each question stands once, about the newest run that asks it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal import clock, db
from portal.errors import Conflict
from portal.models import Feed, FeedRun, FeedState, RunOutcome
from portal.services import feed_brake, feed_turns, grace
from portal.services.feed_turns import Save


@dataclass(frozen=True)
class Question:
    """What a suspect run asks: so many live offers go and so many that nobody sees yet appear if a person says that it was right.
    One whose file was no feed at all asks for another file, and for no answer."""

    run: FeedRun
    gone: int
    new: int
    is_unread: bool


def question(feed: Feed) -> Question | None:
    """The question that waits for a person's word, in numbers; none when nothing is asked."""
    last = asked(feed)
    if last is None:
        return None
    missing = list(last.pending.get("missing", []))
    gone, new = feed_brake.live_among(feed, missing), feed_brake.held_beside(feed, missing)
    return Question(last, gone, new, is_unread=not missing and not new)


def confirm(feed: Feed, save: Save) -> int:
    """A person says that the suspect run was right: withdraw what it no longer had, show what it brought.

    Returns how many were withdrawn. Killed on its way, it is confirmed again and finishes. Raises Conflict when nothing is
    asked, FeedBusy while a run may still answer by itself.
    """
    with feed_turns.alone(feed, save) as save:
        last = _require(feed)
        last.withdrawn = feed_brake.withdraw(list(last.pending.get("missing", [])), save)
        feed_brake.show(feed, None, save)
        settle(feed, "confirmed")
        save()
        return last.withdrawn


def dismiss(feed: Feed, save: Save) -> None:
    """A person says that the suspect run was wrong: what it brought goes, what was there stays. Raises like `confirm`."""
    with feed_turns.alone(feed, save) as save:
        _require(feed)
        feed_brake.drop(feed, save)
        settle(feed, "dismissed")
        save()


def asked(feed: Feed) -> FeedRun | None:
    """The run that waits for a person's word, when one does."""
    if feed.state is not FeedState.SUSPECT:
        return None
    return db.session.scalar(
        select(FeedRun)
        .where(FeedRun.feed_id == feed.id, FeedRun.outcome == RunOutcome.SUSPECT)
        .order_by(FeedRun.id.desc())
        .limit(1)
    )


def _require(feed: Feed) -> FeedRun:
    last = asked(feed)
    if last is None:
        raise Conflict(
            "Aucun passage de « %(name)s » n’attend de décision : il n’y a rien à accepter ni à écarter.",
            name=feed.name,
        )
    return last


def settle(feed: Feed, answer: str) -> None:
    """The decision is made: the feed goes on, at once. `answer` is the code of what the run's page says from now on."""
    last = asked(feed)
    if last is not None:
        last.outcome, last.pending, last.why_code = RunOutcome.DONE, {}, answer
    grace.confirm(feed)
    feed.state, feed.next_run_at = FeedState.ACTIVE, clock.now()
    db.session.flush()


def replace(feed: Feed) -> None:
    """A newer run says it better: what an older one asked is not asked any more, so that no old list withdraws anything."""
    last = asked(feed)
    if last is not None:
        last.pending = {}
        last.why_facts = {**last.why_facts, "is_replaced": True}
        feed.state = FeedState.ACTIVE


def narrow(feed: Feed, still_missing: list[int]) -> None:
    """A newer run could not be read to its end, but what it did see has not vanished: it is asked about no more."""
    last = asked(feed)
    if last is not None:
        missing = set(still_missing)
        last.pending = {"missing": [i for i in last.pending.get("missing", []) if i in missing]}

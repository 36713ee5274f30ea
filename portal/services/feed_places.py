"""What is wrong with the places of a feed's records, from one run to the next: an unchanged record is not located again, but
what is wrong with it is still to be corrected."""

from __future__ import annotations

from sqlalchemy import select

from portal import db
from portal.models import Feed, FeedProblem, FeedRun, RunOutcome
from portal.services import places

Told = dict[str, set[tuple[str, str]]]  # record -> (value, code) of what was wrong with its places


def told_before(feed: Feed) -> Told | None:
    """What the last run that read the feed told of its places; None when it did not come to its end, so that nobody knows."""
    read = FeedRun.outcome.in_((RunOutcome.DONE, RunOutcome.SUSPECT, RunOutcome.FAILED))
    cut = FeedRun.why_code == "interrupted"
    last = db.session.scalar(
        select(FeedRun)
        .where(FeedRun.feed_id == feed.id, read, (FeedRun.records > 0) | cut)
        .order_by(FeedRun.id.desc())
        .limit(1)
    )
    if last is None:
        return {}
    if last.outcome is RunOutcome.FAILED or last.why_code == "read_in_part":
        return None
    found: Told = {}
    columns = (FeedProblem.external_id, FeedProblem.value, FeedProblem.code)
    codes = [repair.value for repair in places.Repair]
    theirs = (FeedProblem.run_id == last.id, FeedProblem.code.in_(codes))
    for ident, value, code in db.session.execute(
        select(*columns).where(*theirs, FeedProblem.field == "location")
    ):
        found.setdefault(ident, set()).add((value, code))
    return found

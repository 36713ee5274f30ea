"""Which offers of a feed nobody finds, and why: for the partner who looks for one of them. Reads only."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, func, not_, select

from portal import clock, db
from portal.models import Feed, Offer, OfferState
from portal.services import indexing


def counts(feed: Feed) -> dict[str, int]:
    """How many for each reason, reasons without any left out: `over` (nothing of them is ahead), `held` (until the question of a
    suspect run is answered), `hidden` (by moderation), `stopped` (by the association that took them over), `joined` (found,
    but on one card with the same need of another partner)."""
    now = clock.now()
    undone = and_(*indexing.undone(now))
    others = (
        indexing.findable(now)
        .where(Offer.feed_id.is_distinct_from(feed.id))
        .with_only_columns(Offer.cluster_id)
        .correlate(None)
    )
    live = Offer.state == OfferState.LIVE
    reasons: dict[str, ColumnElement[bool]] = {
        "over": and_(live, not_(undone)),
        "held": and_(Offer.state == OfferState.PENDING, Offer.is_held),
        "hidden": Offer.state.in_((OfferState.HIDDEN, OfferState.REFUSED)),
        "stopped": Offer.state.in_((OfferState.PAUSED, OfferState.CLOSED)),
        "joined": and_(live, undone, Offer.cluster_id.in_(others)),
    }
    columns = [func.count().filter(condition).label(name) for name, condition in reasons.items()]
    row = db.session.execute(select(*columns).where(Offer.feed_id == feed.id)).one()
    return {name: count for name, count in row._mapping.items() if count}

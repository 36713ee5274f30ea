"""Clusters as pages tell them: the other members of an offer's, and the newest joins for moderators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from portal import clock, db
from portal.models import ClusterPair, Feed, Offer, PairState
from portal.services import indexing
from portal.services.clusters.gathering import LINKING

MOST_OTHERS = 12


@dataclass(frozen=True, slots=True)
class Other:
    """Another member of an offer's cluster: through which feed (None: posted here), and why it is the same need."""

    offer: Offer
    feed: Feed | None
    reasons: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Case:
    """A cluster for a moderator: its members by number, and the pairs that made it, newest first."""

    members: Sequence[Other]
    pairs: Sequence[ClusterPair]
    at: datetime


def others(offer: Offer) -> list[Other]:
    """The other members that can be found now. One statement; a second when there are some."""
    asked = (
        indexing.findable(clock.now())
        .outerjoin(Feed, Feed.id == Offer.feed_id)
        .where(Offer.cluster_id == offer.cluster_id, Offer.id != offer.id)
        .add_columns(Feed)
        .options(
            contains_eager(Offer.association),
            selectinload(Offer.locations),
            selectinload(Offer.shifts),
        )
        .order_by(Offer.id)
        .limit(MOST_OTHERS)
    )
    rows = db.session.execute(asked).all()
    if not rows:
        return []
    why = {
        pair.other_id if pair.one_id == offer.id else pair.one_id: pair.reasons
        for pair in db.session.scalars(
            select(ClusterPair).where(
                ClusterPair.state.in_(LINKING),
                or_(ClusterPair.one_id == offer.id, ClusterPair.other_id == offer.id),
            )
        )
    }
    return [Other(row.Offer, row.Feed, why.get(row.Offer.id, [])) for row in rows]


def cases(limit: int = 20, offset: int = 0, offer_id: int | None = None) -> list[Case]:
    """The clusters of several offers, the newest join first; only that of one offer when it is named."""
    one, other = aliased(Offer), aliased(Offer)
    newest = func.max(ClusterPair.created_at)
    asked = (
        select(one.cluster_id)
        .select_from(ClusterPair)
        .join(one, one.id == ClusterPair.one_id)
        .join(other, other.id == ClusterPair.other_id)
        .where(ClusterPair.state.in_(LINKING), one.cluster_id == other.cluster_id)
        .group_by(one.cluster_id)
        .order_by(newest.desc(), one.cluster_id.desc())
        .limit(limit)
        .offset(offset)
    )
    if offer_id is not None:
        mine = select(Offer.cluster_id).where(Offer.id == offer_id).scalar_subquery()
        asked = asked.where(one.cluster_id == mine)
    clusters = list(db.session.scalars(asked))
    members = _members(clusters)
    return [_case(members[cluster]) for cluster in clusters]


def _members(clusters: list[int]) -> dict[int, list[Other]]:
    rows = db.session.execute(
        select(Offer, Feed)
        .outerjoin(Feed, Feed.id == Offer.feed_id)
        .where(Offer.cluster_id.in_(clusters))
        .options(selectinload(Offer.locations), selectinload(Offer.shifts))
        .order_by(Offer.id)
    ).all()
    found: dict[int, list[Other]] = {}
    for row in rows:
        found.setdefault(row.Offer.cluster_id, []).append(Other(row.Offer, row.Feed, []))
    return found


def _case(members: list[Other]) -> Case:
    ids = {member.offer.id for member in members}
    rows = db.session.scalars(
        select(ClusterPair)
        .where(ClusterPair.one_id.in_(ids), ClusterPair.state != PairState.SPLIT)
        .order_by(ClusterPair.created_at.desc(), ClusterPair.id.desc())
    )
    pairs = [pair for pair in rows if pair.other_id in ids]
    return Case(members, pairs, max(pair.created_at for pair in pairs))

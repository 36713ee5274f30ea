"""Offers of one association as several feeds know them, and the clusters that they make."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.db import Database
from portal.jobs import outbox as worker
from portal.models import (
    Association,
    Cluster,
    ClusterPair,
    Feed,
    Offer,
    PairState,
)
from portal.services import outbox
from tests import factories

TEXT = (
    "<p>Venez planter avec nous trois cents arbustes le long du canal : noisetiers, aubépines, cornouillers. "
    "Les outils, les gants et le goûter sont fournis, prévoyez des bottes.</p>"
)
Make = Callable[..., int]
NINE: dict[str, int] = {"hour": 9, "minute": 0, "second": 0, "microsecond": 0}


@pytest.fixture
def make(database: Database) -> Make:
    """An offer of Les Jardins du Canal as a feed (or the portal: None) knows it; gives its number."""
    known: dict[str | None, tuple[int | None, int]] = {}

    def born(session: Session, feed: str | None, name: str, rna: str) -> tuple[int | None, int]:
        key = f"{feed}{name}{rna}"
        if key not in known:
            row = session.scalar(select(Feed).where(Feed.name == feed)) if feed else None
            if feed and row is None:
                row = Feed(name=feed, title=f"Flux {feed}")
                session.add(row)
                session.flush()
            who = factories.association(name, rna=rna, feed_id=row.id if row else None)
            session.add(who)
            session.flush()
            known[key] = (row.id if row else None, who.id)
        return known[key]

    def make_one(
        feed: str | None,
        name: str = "Les Jardins du Canal",
        rna: str = "W311222333",
        **given: object,
    ) -> int:
        with database.writing() as session:
            feed_id, association_id = born(session, feed, name, rna)
            offer = factories.offer(
                session.get_one(Association, association_id),
                feed_id=feed_id,
                **{"title": "Planter une haie", "description": TEXT, **given},
            )
            for shift in offer.shifts:  # at nine: two offers of one day have the same hours
                shift.starts_at = shift.starts_at and shift.starts_at.replace(**NINE)
                shift.ends_at = shift.ends_at and shift.ends_at.replace(**NINE | {"hour": 12})
            session.add(offer)
            session.flush()
            offer.external_id = str(offer.id) if feed else None
            outbox.recluster([offer.id])
            session.commit()
            return offer.id

    return make_one


def work() -> None:
    worker.drain()


def partition(database: Database) -> set[frozenset[int]]:
    """The offers of each cluster, after what must hold of them whatever happened."""
    with database.reading() as session:
        homes = session.execute(select(Offer.id, Offer.cluster_id)).all()
        assert session.scalar(select(func.count()).select_from(Cluster)) == len(
            {row.cluster_id for row in homes}
        ), "a cluster is empty"
        split = session.scalars(select(ClusterPair).where(ClusterPair.state == PairState.SPLIT))
        home = dict(tuple(row) for row in homes)
        assert all(home[pair.one_id] != home[pair.other_id] for pair in split)
    groups: dict[int, set[int]] = {}
    for ident, cluster in homes:
        groups.setdefault(cluster, set()).add(ident)
    return {frozenset(group) for group in groups.values()}


def together(database: Database, *ids: int) -> bool:
    return any(set(ids) <= group for group in partition(database))

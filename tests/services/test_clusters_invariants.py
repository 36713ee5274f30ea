"""What holds of clusters whatever comes, in whatever order: who never joins, what is bounded, what is found again."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from sqlalchemy import func, select

from portal import clock
from portal.db import Database
from portal.jobs import clusters as job
from portal.models import (
    Cluster,
    ClusterKey,
    ClusterPair,
    Offer,
    OfferState,
    Outbox,
)
from portal.services import clusters, outbox
from portal.services.clusters import likeness, looking
from tests import factories
from tests.services.clustering import TEXT, Make, partition, together, work
from tests.services.clustering import make as make


def test_an_association_that_nobody_verified_joins_nothing_by_itself(
    make: Make, database: Database
) -> None:
    one, other = make("un"), make(None)
    with database.writing() as session:
        session.get_one(Offer, other).association.verified_at = None
        session.commit()
    work()
    assert not together(database, one, other)
    with database.writing() as session:
        session.get_one(Offer, other).association.verified_at = clock.now()
        outbox.recluster([other])
        session.commit()
    work()
    assert together(database, one, other)


@pytest.mark.parametrize("state", [OfferState.DRAFT, OfferState.HIDDEN, OfferState.WITHDRAWN])
def test_what_nobody_sees_joins_nothing(make: Make, database: Database, state: OfferState) -> None:
    one, other = make("un"), make("deux", state=state)
    work()
    assert not together(database, one, other)


def test_one_that_is_withdrawn_later_stays_where_its_likes_are(
    make: Make, database: Database
) -> None:
    ids = [make("un"), make("deux")]
    work()
    with database.writing() as session:
        session.get_one(Offer, ids[1]).state = OfferState.WITHDRAWN
        outbox.recluster(ids)
        session.commit()
    work()
    assert together(database, *ids)


def many(make: Make, chance: random.Random, count: int) -> list[int]:
    """Offers of few feeds, texts and numbers, so that much is one need and much nearly."""
    return [
        make(
            chance.choice(["un", "deux", "trois", None]),
            title=f"Planter une haie {chance.choice(['', '', '2', '3'])}".strip(),
            description=TEXT + chance.choice(["", "", "<p>Café offert.</p>"]),
            shifts=[factories.shift(chance.choice([7, 7, 14]))],
        )
        for _ in range(count)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_whatever_the_order_and_however_often_the_clusters_are_the_same(
    make: Make, database: Database, seed: int
) -> None:
    chance = random.Random(seed)
    ids = many(make, chance, 16)
    work()
    first = partition(database)
    assert 1 < len(first) < len(ids)
    with database.reading() as session:
        versions = dict(tuple(r) for r in session.execute(select(Offer.id, Offer.version)))
    for ident in chance.sample(ids, len(ids)):
        job.bring_up_to_date([ident])
    assert partition(database) == first
    with database.reading() as session:  # and nothing was written again
        assert versions == dict(tuple(r) for r in session.execute(select(Offer.id, Offer.version)))
    forget(database)
    for ident in chance.sample(ids, len(ids)):
        job.bring_up_to_date([ident])
    job.bring_up_to_date(ids)
    assert partition(database) == first


def forget(database: Database) -> None:
    """Back to every offer in a cluster of its own."""
    with database.writing() as session:
        for pair in session.scalars(select(ClusterPair)):
            session.delete(pair)
        for offer in session.scalars(select(Offer)):
            offer.cluster = Cluster()
        session.flush()
        used = select(Offer.cluster_id)
        for empty in session.scalars(select(Cluster).where(Cluster.id.not_in(used))):
            session.delete(empty)
        session.commit()


def test_few_are_compared_however_many_share_the_association_and_the_town(
    make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        make("un", title=f"Atelier {number}")
    work()
    new, compared = make("deux", title="Atelier 7"), []
    compare = likeness.compare

    def counted(*pair: object) -> object:
        compared.append(pair)
        return compare(*pair)  # type: ignore[arg-type]

    monkeypatch.setattr(looking, "compare", counted)
    work()
    assert len(compared) <= looking.MOST_CANDIDATES + 1
    with database.reading() as session:
        twin = session.scalars(select(Offer.id).where(Offer.title == "Atelier 7")).all()
    assert together(database, new, *twin)


def test_offers_from_before_there_were_clusters_are_caught_up_with(
    make: Make, database: Database
) -> None:
    ids: Iterable[int] = [make("un"), make("deux")]
    with database.writing() as session:
        for row in session.scalars(select(Outbox)):
            session.delete(row)
        session.commit()
    assert job.catch_up() == 2
    work()
    assert together(database, *ids)
    assert job.catch_up() == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ClusterKey))
        assert clusters.unlooked(10) == []

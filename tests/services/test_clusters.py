"""Offers of several feeds that are one need become one cluster, a few at a time, and fall apart when they differ."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import Database
from portal.jobs import clusters as job
from portal.jobs import outbox as worker
from portal.models import (
    Association,
    Cluster,
    ClusterKey,
    ClusterPair,
    Feed,
    Offer,
    OfferState,
    PairState,
)
from portal.services import clusters, finding, indexing, likes, outbox
from portal.services.clusters import likeness, looking, parting
from tests import factories
from tests.people import Cast

TEXT = (
    "<p>Venez planter avec nous trois cents arbustes le long du canal : noisetiers, aubépines, cornouillers. "
    "Les outils, les gants et le goûter sont fournis, prévoyez des bottes.</p>"
)
Make = Callable[..., int]
STARTS_AT = clock.now().replace(minute=0, second=0, microsecond=0)


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
            for shift in offer.shifts:
                shift.starts_at = shift.starts_at and STARTS_AT + (shift.starts_at - clock.now())
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


def test_the_same_need_through_two_feeds_and_the_portal_is_one_cluster_with_its_reasons(
    make: Make, database: Database
) -> None:
    ids = [make("un"), make("deux", "Jardins du Canal"), make(None)]
    work()
    assert partition(database) == {frozenset(ids)}
    with database.reading() as session:
        pair = session.scalars(select(ClusterPair)).first()
        assert pair is not None
        assert [reason["code"] for reason in pair.reasons] == [
            *("association_rna", "same_text", "distance", "same_dates"),
        ]


def test_the_worker_indexes_the_cluster_and_search_counts_it_once(
    make: Make, database: Database
) -> None:
    ids = [make("un"), make("deux")]
    with database.writing() as session:
        outbox.reindex_all(ids)
        session.commit()
    work()
    with database.reading():
        found = finding.find(finding.read({"q": ["haie"]}, now=clock.now()))
        assert found.total == 1 and len(found.ids) == 1
        assert indexing.check().count == 0


def test_the_same_words_in_another_town_or_with_another_number_are_another_need(
    make: Make, database: Database
) -> None:
    first = make("un", title="Tournoi, match n° 1")
    town = factories.location(
        city="Bordeaux", postal_code="33000", departement="33", lat=44.8, lon=-0.6
    )
    make("deux", title="Tournoi, match n° 1", locations=[town])
    make("trois", title="Tournoi, match n° 10")
    twin = make("quatre", title="Tournoi, match n°1")
    work()
    assert together(database, first, twin) and len(partition(database)) == 3


def chain(make: Make) -> list[int]:
    """Three feeds: one names no hour, so it looks like both of the others, which name two."""
    hours = ("<p>Rendez-vous à 9 h.</p>", "", "<p>Rendez-vous à 14 h.</p>")
    feeds = ("un", "deux", "trois")
    return [make(feed, description=TEXT + hour) for feed, hour in zip(feeds, hours, strict=True)]


def test_a_chain_does_not_bring_together_what_something_tells_apart(
    make: Make, database: Database
) -> None:
    ids = chain(make)
    work()
    assert not together(database, ids[0], ids[2])
    assert len(partition(database)) == 2


def test_without_that_guard_it_would(
    make: Make, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parting, "is_told_apart", lambda *_pair: False)
    ids = chain(make)
    work()
    assert together(database, *ids)


def test_an_offer_in_two_towns_does_not_lead_from_one_to_the_other(
    make: Make, database: Database
) -> None:
    paris = {
        "city": "Paris",
        "postal_code": "75011",
        "departement": "75",
        "lat": 48.86,
        "lon": 2.38,
    }
    one = make("un")
    make("deux", locations=[factories.location(), factories.location(**paris, position=1)])
    other = make("trois", locations=[factories.location(**paris)])
    work()
    assert not together(database, one, other)


def test_in_one_feed_only_identical_words_are_one_need(make: Make, database: Database) -> None:
    first = make("un")
    later = make("un", shifts=[factories.shift(21)])
    other = make("un", title="Planter une haie 2")
    work()
    assert partition(database) == {frozenset((first, later)), frozenset((other,))}


def test_an_edit_that_makes_it_another_need_takes_it_out_and_likes_go_with_their_offers(
    make: Make, database: Database, cast: Cast
) -> None:
    one, other = make("un"), make("deux")
    with database.writing() as session:
        for who, ident in (
            (cast.alice, one),
            (cast.bob, one),
            (cast.bob, other),
            (cast.dora, other),
        ):
            likes.like(session.merge(who), session.get_one(Offer, ident))
        session.commit()
    work()
    with database.reading() as session:
        home = session.get_one(Offer, one).cluster_id
        assert likes.counts([home]) == {home: 3}
    with database.writing() as session:
        session.get_one(Offer, other).title = "Tailler les rosiers du parc"
        session.get_one(Offer, other).description = "<p>On taille les rosiers, on ramasse.</p>"
        outbox.recluster([other])
        session.commit()
    work()
    assert not together(database, one, other)
    with database.reading() as session:
        homes = [session.get_one(Offer, ident).cluster_id for ident in (one, other)]
        assert likes.counts(homes) == dict.fromkeys(homes, 2)


def test_whoever_was_joined_through_an_offer_that_changed_finds_each_other_again(
    make: Make, database: Database
) -> None:
    ids = [make("un") for _ in range(4)]
    work()
    with database.writing() as session:
        session.get_one(Offer, ids[0]).title = "Autre chose"
        outbox.recluster([ids[0]])
        session.commit()
    work()
    assert partition(database) == {frozenset(ids[:1]), frozenset(ids[1:])}


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
        for row in session.scalars(select(outbox.Outbox)):
            session.delete(row)
        session.commit()
    assert job.catch_up() == 2
    work()
    assert together(database, *ids)
    assert job.catch_up() == 0
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(ClusterKey))
        assert clusters.unlooked(10) == []

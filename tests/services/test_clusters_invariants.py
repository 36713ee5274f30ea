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
from portal.services.clusters.wording import MOST_CHARACTERS, Wording
from tests import factories
from tests.services.clustering import TEXT, Make, partition, together, work
from tests.services.clustering import make as make
from tests.statements import counted


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


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """The pairs whose texts are compared from now on."""
    pairs: list[object] = []
    compare = likeness.compare

    def counted(*pair: object) -> object:
        pairs.append(pair)
        return compare(*pair)  # type: ignore[arg-type]

    monkeypatch.setattr(looking, "compare", counted)
    return pairs


def test_few_are_compared_however_many_share_the_association_and_the_town(
    make: Make, database: Database, compared: list[object]
) -> None:
    for number in range(60):
        make("un", title=f"Atelier {chr(97 + number // 26) * 3}{chr(97 + number % 26) * 3}")
    work()
    new = make("deux", title="Atelier aaahhh")
    compared.clear()
    work()
    assert len(compared) <= looking.MOST_CANDIDATES + 1
    with database.reading() as session:
        twin = session.scalars(select(Offer.id).where(Offer.title == "Atelier aaahhh")).all()
    assert together(database, new, *twin)


@pytest.mark.parametrize("is_cut", [True, False])
def test_what_a_number_tells_apart_is_let_go_before_its_text_is_read(
    make: Make,
    database: Database,
    compared: list[object],
    monkeypatch: pytest.MonkeyPatch,
    is_cut: bool,
) -> None:
    """With its negative control: without the cut as many are compared as may be."""
    if not is_cut:
        monkeypatch.setattr(looking, "differ", lambda *_marks: False)
    for number in range(30):
        make("un", title=f"Atelier {number}")
    work()
    make("deux", title="Atelier 7")
    compared.clear()
    work()
    # 3 is in the text ("trois cents" is 300), and so are 0 and 1 in any: the others differ both ways.
    assert len(compared) <= 3 if is_cut else len(compared) >= looking.MOST_CANDIDATES


def test_a_look_asks_for_few_offers_however_many_there_are(make: Make, database: Database) -> None:
    """How SQLite means to answer each statement of a look: never by way of everything that is live."""
    ids = [make(feed, title=f"Atelier {n}") for n in range(20) for feed in ("un", "deux")]
    with database.reading() as session, counted(session) as statements:
        clusters.look(clusters.load(ids))
    assert len(statements) > 5
    assert not any(reads_a_state(database, one) for one in statements)
    as_one = (
        "SELECT 1 FROM cluster_keys JOIN offers ON offers.id = cluster_keys.offer_id "
        f"WHERE cluster_keys.key IN ({', '.join('?' * 100)}) AND offers.state IN (?, ?, ?)"
    )
    assert reads_a_state(database, as_one)  # the negative control: asked as one, it does


def reads_a_state(database: Database, statement: str) -> bool:
    with database.reading() as session:
        cursor = session.connection().connection.cursor()
        asked = f"EXPLAIN QUERY PLAN {statement}"
        plan = cursor.execute(asked, ["x"] * statement.count("?")).fetchall()
    return any("ix_offers_state" in row[3] or "ix_cluster_pairs_state" in row[3] for row in plan)


def test_of_a_long_text_the_beginning_is_compared_and_the_whole_must_be_equal_to_be_the_same() -> (
    None
):
    long = "On plante des arbustes le long du canal avec les voisins. " * 2_000
    same, longer = Wording("Haie", long, "fr"), Wording("Haie", f"{long}Bottes.", "fr")
    assert len(same.text.normalised) <= MOST_CHARACTERS < len(long)
    assert same.shingles == longer.shingles and same.digest != longer.digest
    assert Wording("Haie", long, "fr").text is same.text  # and is taken apart once


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

"""Offers of several feeds that are one need become one cluster, a few at a time, and fall apart when they differ."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal import clock
from portal.db import Database
from portal.models import (
    ClusterPair,
    Offer,
)
from portal.services import finding, indexing, likes, outbox
from portal.services.clusters import parting
from tests import factories
from tests.people import Cast
from tests.services.clustering import TEXT, Make, partition, together, work
from tests.services.clustering import make as make


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

"""What a moderator splits or joins is remembered, whatever the rules find later; and can be undone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete
from sqlalchemy.orm import Session

from portal.db import Database
from portal.errors import Conflict, Invalid
from portal.jobs import clusters as job
from portal.models import Association, ClusterDecision, ClusterPair, Feed, Offer, PairState, Person
from portal.services import clusters, likes
from tests import factories
from tests.people import Cast

TEXT = "<p>On trie les dons, on les pèse, on les range en cartons, et on boit un café ensemble.</p>"
Act = Callable[[Session, Person], ClusterDecision]


@pytest.fixture
def offers(database: Database) -> list[int]:
    """Three times one need through three feeds, and a fourth offer of another association."""
    with database.writing() as session:
        ids = []
        for number in range(3):
            feed = Feed(name=f"flux{number}")
            session.add(feed)
            session.flush()
            who = factories.association("Banque des dons", rna="W691000001", feed_id=feed.id)
            ids.append(_offer(session, who, feed))
        other = factories.association("Autre")
        ids.append(_offer(session, other, None, title="Trier des vêtements"))
        session.commit()
    job.bring_up_to_date(ids)
    assert homes(database, ids) == [0, 0, 0, 3]
    return ids


def _offer(session: Session, who: Association, feed: Feed | None, **given: object) -> int:
    values = {"title": "Trier les dons", "description": TEXT, **given}
    made = factories.offer(who, feed_id=feed.id if feed else None, **values)
    session.add(made)
    session.flush()
    return made.id


def homes(database: Database, ids: list[int]) -> list[int]:
    """For each offer the rank of the first one in its cluster."""
    with database.reading() as session:
        found = [session.get_one(Offer, ident).cluster_id for ident in ids]
    return [found.index(home) for home in found]


def decide(database: Database, cast: Cast, act: Act) -> int:
    with database.writing() as session:
        made = act(session, session.merge(cast.mona))
        session.commit()
        return made.id


def split(*leaving: int) -> Act:
    def act(session: Session, mona: Person) -> ClusterDecision:
        return clusters.split(session.get_one(Offer, leaving[0]), leaving, mona)

    return act


def join(one: int, other: int) -> Act:
    def act(session: Session, mona: Person) -> ClusterDecision:
        return clusters.join(session.get_one(Offer, one), session.get_one(Offer, other), mona)

    return act


def undo(database: Database, decision: int) -> None:
    with database.writing() as session:
        clusters.undo(session.get_one(ClusterDecision, decision))
        session.commit()


def edit(database: Database, ident: int, **values: str) -> None:
    with database.writing() as session:
        for name, value in values.items():
            setattr(session.get_one(Offer, ident), name, value)
        session.commit()
    job.bring_up_to_date([ident])


def test_what_was_split_is_never_joined_again_by_the_rules(
    offers: list[int], database: Database, cast: Cast
) -> None:
    decide(database, cast, split(offers[1]))
    assert homes(database, offers) == [0, 1, 0, 3]
    for ident in offers:
        edit(database, ident, description=TEXT + "<p>Merci !</p>")
    job.bring_up_to_date(offers)
    assert homes(database, offers) == [0, 1, 0, 3]


def test_without_that_memory_it_would_be(offers: list[int], database: Database, cast: Cast) -> None:
    decide(database, cast, split(offers[1]))
    with database.writing() as session:
        session.execute(delete(ClusterPair).where(ClusterPair.state == PairState.SPLIT))
        session.commit()
    edit(database, offers[1], description=TEXT + "<p>Merci !</p>")
    assert homes(database, offers) == [0, 0, 0, 3]


def test_what_was_joined_is_never_split_by_the_rules(
    offers: list[int], database: Database, cast: Cast
) -> None:
    decide(database, cast, join(offers[0], offers[3]))
    assert homes(database, offers) == [0, 0, 0, 0]
    edit(database, offers[3], title="Toute autre chose", description="<p>Rien de commun.</p>")
    job.bring_up_to_date(offers)
    assert homes(database, offers) == [0, 0, 0, 0]


def test_a_pair_the_rules_found_can_be_confirmed(
    offers: list[int], database: Database, cast: Cast
) -> None:
    decide(database, cast, join(offers[0], offers[1]))
    edit(database, offers[1], title="Toute autre chose", description="<p>Rien de commun.</p>")
    assert homes(database, offers) == [0, 0, 0, 3]


def test_two_may_leave_together(offers: list[int], database: Database, cast: Cast) -> None:
    decide(database, cast, split(offers[1], offers[2]))
    assert homes(database, offers) == [0, 1, 1, 3]


def test_joining_takes_back_a_split(offers: list[int], database: Database, cast: Cast) -> None:
    decide(database, cast, split(offers[1]))
    decide(database, cast, join(offers[2], offers[1]))
    assert homes(database, offers) == [0, 0, 0, 3]


def test_undoing_gives_back_what_was_before(
    offers: list[int], database: Database, cast: Cast
) -> None:
    first = decide(database, cast, split(offers[1]))
    undo(database, first)
    assert homes(database, offers) == [0, 0, 0, 3]
    second = decide(database, cast, join(offers[0], offers[3]))
    undo(database, second)
    assert homes(database, offers) == [0, 0, 0, 3]
    with pytest.raises(Conflict):
        undo(database, second)


def test_the_newest_decision_about_a_pair_is_undone_first(
    offers: list[int], database: Database, cast: Cast
) -> None:
    first = decide(database, cast, split(offers[1]))
    second = decide(database, cast, join(offers[0], offers[1]))
    with pytest.raises(Conflict):
        undo(database, first)
    undo(database, second)
    assert homes(database, offers) == [0, 1, 0, 3]
    undo(database, first)
    assert homes(database, offers) == [0, 0, 0, 3]


def test_nothing_or_everything_cannot_leave(
    offers: list[int], database: Database, cast: Cast
) -> None:
    for leaving in (offers[:3], offers[3:]):
        with pytest.raises(Invalid):
            decide(database, cast, split(*leaving))
    with pytest.raises(Invalid):
        decide(database, cast, join(offers[0], offers[0]))


def test_a_split_gives_each_like_back_to_the_offer_it_came_through(
    offers: list[int], database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        for who, ident in ((cast.alice, 0), (cast.bob, 1), (cast.charlie, 0)):
            likes.like(session.merge(who), session.get_one(Offer, offers[ident]))
        likes.unlike(session.merge(cast.charlie), session.get_one(Offer, offers[2]))
        session.commit()
    decide(database, cast, split(offers[1]))
    with database.reading() as session:
        home = {n: session.get_one(Offer, ident).cluster_id for n, ident in enumerate(offers)}
        assert likes.counts(home.values()) == {home[0]: 1, home[1]: 1}
        assert likes.liked(cast.bob, [home[0], home[1]]) == {home[1]}

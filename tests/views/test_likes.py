"""Likes: idempotent, one per person and need, kept on the device without an account, joined at sign-in."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal.db import Database
from portal.models import Cluster, Like, Offer, Person
from portal.services import likes
from tests import factories
from tests.arrivals import sign_in
from tests.people import Cast
from tests.visitor import BASE, Visitor


@pytest.fixture
def offer(database: Database, cast: Cast) -> Offer:
    with database.writing() as session:
        made = factories.offer(session.merge(cast.jardins))
        session.add(made)
        session.commit()
        return made


def tap(visitor: Visitor, offer: Offer, value: str = "1") -> dict[str, object]:
    """One tap as the page's script does it."""
    answer = visitor.client.post(
        f"/offers/{offer.id}/like",
        data={"value": value, "csrf_token": visitor.token()},
        headers={"Accept": "application/json"},
        base_url=BASE,
    )
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return dict(answer.get_json())


def number(database: Database) -> int:
    with database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(Like)) or 0)


def test_a_like_is_idempotent(visitor: Visitor, database: Database, offer: Offer) -> None:
    sign_in(visitor, database, "charlie@example.org")
    assert tap(visitor, offer) == {"likes": 1, "is_liked": True}
    assert tap(visitor, offer) == {"likes": 1, "is_liked": True}
    assert tap(visitor, offer, "0") == {"likes": 0, "is_liked": False}
    assert tap(visitor, offer, "0") == {"likes": 0, "is_liked": False}


def test_without_javascript_it_comes_back_to_the_page(
    visitor: Visitor, database: Database, offer: Offer
) -> None:
    sign_in(visitor, database, "charlie@example.org")
    path = f"/offers/{offer.id}-planter-une-haie"
    visitor.get(path)
    page = visitor.post(
        f"/offers/{offer.id}/like", {"value": "1"}, headers={"Referer": f"{BASE}{path}"}
    )
    assert page.path == path
    assert number(database) == 1


def test_two_offers_of_one_need_are_liked_once(
    visitor: Visitor, database: Database, offer: Offer
) -> None:
    with database.writing() as session:
        cluster = session.get_one(Cluster, offer.cluster_id)
        twin = factories.offer(factories.association(), cluster=cluster)
        session.add(twin)
        session.commit()
    sign_in(visitor, database, "charlie@example.org")
    tap(visitor, offer)
    assert tap(visitor, twin) == {"likes": 1, "is_liked": True}


def test_an_anonymous_like_lives_on_the_device_and_does_not_count(
    visitor: Visitor, database: Database, offer: Offer
) -> None:
    assert tap(visitor, offer) == {"likes": 0, "is_liked": True}
    assert number(database) == 0
    cookie = visitor.client.get_cookie("likes", domain="127.0.0.1")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    heart = visitor.get(f"/offers/{offer.id}-planter-une-haie").soup.select_one(".like__button")
    assert heart is not None
    assert heart["aria-pressed"] == "true"


def test_likes_of_the_device_join_the_account_at_sign_in(
    visitor: Visitor, database: Database, offer: Offer, cast: Cast
) -> None:
    tap(visitor, offer)
    sign_in(visitor, database, "charlie@example.org")
    with database.reading() as session:
        assert session.scalars(select(Like)).one().person_id == cast.charlie.id
    assert visitor.client.get_cookie("likes", domain="127.0.0.1") is None


def test_a_cookie_that_was_tampered_with_holds_nothing(
    visitor: Visitor, database: Database, offer: Offer
) -> None:
    visitor.client.set_cookie(
        "likes", f"{offer.cluster_id}-{offer.id}~{'0' * 40}", domain="127.0.0.1"
    )
    sign_in(visitor, database, "charlie@example.org")
    assert number(database) == 0


def test_a_device_keeps_fifty(visitor: Visitor, database: Database, offer: Offer) -> None:
    with database.writing() as session:
        association = session.merge(offer.association)
        offers = [factories.offer(association) for _ in range(51)]
        session.add_all(offers)
        session.commit()
    for one in offers[:50]:
        tap(visitor, one)
    page = visitor.post(f"/offers/{offers[50].id}/like", {"value": "1"})
    assert page.status == 422
    assert "Connectez-vous" in page.words


def test_another_value_is_refused(visitor: Visitor, offer: Offer) -> None:
    assert visitor.post(f"/offers/{offer.id}/like", {"value": "2"}).status == 422


def test_names_are_those_who_chose_to_be_seen(database: Database, offer: Offer, cast: Cast) -> None:
    with database.writing() as session:
        for name in ("alice", "bob", "charlie"):
            likes.like(session.merge(getattr(cast, name)), session.merge(offer))
        session.get_one(Person, cast.bob.id).is_seen = True
        session.commit()
    with database.reading():
        assert likes.seen_names(offer.cluster_id) == ["Bob"]
        assert likes.count(offer.cluster_id) == 3


def test_when_two_clusters_become_one_each_person_counts_once(
    app: Flask, database: Database, offer: Offer, cast: Cast
) -> None:
    with database.writing() as session:
        other = factories.offer(session.merge(cast.jardins))
        session.add(other)
        session.flush()
        for name, where in (("alice", offer), ("bob", offer), ("bob", other), ("dora", other)):
            likes.like(session.merge(getattr(cast, name)), session.merge(where))
        both, home = {offer.cluster_id, other.cluster_id}, offer.cluster_id
        likes.follow({offer.id: home, other.id: home}, both)
        session.commit()
        assert likes.counts(both) == {home: 3}


def test_when_they_are_parted_again_whoever_liked_both_likes_both(
    database: Database, offer: Offer, cast: Cast
) -> None:
    with database.writing() as session:
        other = factories.offer(session.merge(cast.jardins))
        session.add(other)
        session.flush()
        for name, where in (("alice", offer), ("bob", offer), ("bob", other), ("dora", other)):
            likes.like(session.merge(getattr(cast, name)), session.merge(where))
        homes = {offer.id: offer.cluster_id, other.id: other.cluster_id}
        likes.follow(dict.fromkeys(homes, offer.cluster_id), set(homes.values()))
        likes.follow(homes, {offer.cluster_id})
        session.commit()
        assert likes.counts(homes.values()) == dict.fromkeys(homes.values(), 2)


def test_a_device_still_likes_what_was_joined_to_another_need(
    visitor: Visitor, database: Database, offer: Offer
) -> None:
    visitor.post(f"/offers/{offer.id}/like", {"value": "1"})
    with database.writing() as session:
        other = factories.offer(title="La même haie")
        session.add(other)
        session.flush()
        session.merge(offer).cluster_id = other.cluster_id
        session.commit()
    assert 'aria-pressed="true"' in visitor.get(f"/offers/{offer.id}-{offer.slug}").text

"""Likes: one person, one cluster. Counted by person, named only for those who chose to be seen.

Likes belong to the cluster, not to the offer's text: they survive a feed's edit, an offer's return and the joining of
two clusters. They never change a rank.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import CursorResult, delete, func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from portal import clock, db, permissions
from portal.errors import Gone
from portal.models import Like, Offer, Person, PersonState

KEPT_ON_DEVICE = 50


def like(person: Person, offer: Offer) -> bool:
    """Like the need. Twice is once: returns whether it is new. Raises Gone for what nobody may look at any more."""
    if not permissions.may_see(person, offer):
        raise Gone
    return _add(person, _home(offer), offer.id)


def unlike(person: Person, offer: Offer) -> bool:
    """Take the like back. Returns whether there was one."""
    gone = db.session.execute(
        delete(Like).where(Like.person_id == person.id, Like.cluster_id == _home(offer))
    )
    return cast("CursorResult[Any]", gone).rowcount == 1


def join(person: Person, kept: Mapping[int, int]) -> int:
    """Bring what an anonymous device liked, {cluster: offer}, into the account. Returns how many are new there.

    The cookie may be old: a need that is gone is left out, without a word.
    """
    offers = db.session.execute(
        select(Offer.id, Offer.cluster_id)
        .where(Offer.id.in_(kept.values()), Offer.state.in_(permissions.PUBLIC_STATES))
        .order_by(Offer.id)
        .with_for_update(read=True)
    ).all()
    return sum(_add(person, row.cluster_id, row.id) for row in offers)


def counts(clusters: Iterable[int]) -> dict[int, int]:
    """How many people like each of these clusters; those that nobody likes are not in it."""
    rows = db.session.execute(
        select(Like.cluster_id, func.count())
        .where(Like.cluster_id.in_(list(clusters)))
        .group_by(Like.cluster_id)
    )
    return {cluster: int(number) for cluster, number in rows}


def count(cluster: int) -> int:
    """How many people like this cluster."""
    return counts([cluster]).get(cluster, 0)


def liked(person: Person | None, clusters: Iterable[int]) -> frozenset[int]:
    """Which of these clusters the person likes."""
    if person is None:
        return frozenset()
    return frozenset(
        db.session.scalars(
            select(Like.cluster_id).where(
                Like.person_id == person.id, Like.cluster_id.in_(list(clusters))
            )
        )
    )


def of(person: Person) -> list[Offer]:
    """The needs a person likes, the newest like first, through the offer by which they met it."""
    found = db.session.scalars(
        select(Offer)
        .join(Like, Like.offer_id == Offer.id)
        .where(Like.person_id == person.id, Offer.state.in_(permissions.PUBLIC_STATES))
        .order_by(Like.created_at.desc(), Like.id.desc())
    )
    return list(found.unique())


def seen_names(cluster: int, most: int = 2) -> list[str]:
    """First names of people who like it and chose to be seen, the newest first."""
    found = db.session.scalars(
        select(Person.first_name)
        .join(Like, Like.person_id == Person.id)
        .where(
            Like.cluster_id == cluster,
            Person.is_seen,
            Person.state == PersonState.ACTIVE,
            Person.first_name != "",
        )
        .order_by(Like.created_at.desc(), Like.id.desc())
        .limit(most)
    )
    return list(found)


def follow(homes: Mapping[int, int], clusters: Iterable[int]) -> None:
    """Clusters were parted anew: each like goes with the offers through which its person liked.

    `homes` is {offer: cluster} of all the offers of `clusters`, the clusters they were in. A person who liked two offers
    that became one need likes it once, since the first time; when the two are parted again, they like both again.
    """
    found = db.session.scalars(
        select(Like).where(Like.cluster_id.in_(list(clusters))).order_by(Like.created_at, Like.id)
    ).all()
    wanted: dict[tuple[int, int], dict[str, Any]] = {}
    for like in found:
        for offer in (like.offer_id, *like.also):
            _note(wanted, like, offer, homes.get(offer, like.cluster_id))
    if {(k, v["offer_id"], tuple(v["also"])) for k, v in wanted.items()} == {
        ((x.person_id, x.cluster_id), x.offer_id, tuple(x.also)) for x in found
    }:
        return
    db.session.execute(
        delete(Like)
        .where(Like.id.in_([like.id for like in found]))
        .execution_options(synchronize_session="fetch")
    )
    db.session.execute(insert(Like), list(wanted.values()))


def _note(wanted: dict[tuple[int, int], dict[str, Any]], like: Like, offer: int, home: int) -> None:
    made = wanted.setdefault(
        (like.person_id, home),
        {
            "person_id": like.person_id,
            "cluster_id": home,
            "offer_id": offer,
            "also": [],
            "created_at": like.created_at,
            "told_at": like.told_at,
        },
    )
    if offer != made["offer_id"] and offer not in made["also"]:
        made["also"].append(offer)
    made["told_at"] = made["told_at"] or like.told_at


def clusters_of(offers: Iterable[int]) -> dict[int, int]:
    """{cluster: offer} of these offers as they are now: what a device keeps may have been joined to another since."""
    wanted = list(offers)
    if not wanted:
        return {}
    rows = db.session.execute(select(Offer.id, Offer.cluster_id).where(Offer.id.in_(wanted)))
    homes = {row.id: row.cluster_id for row in rows}
    return {homes[offer]: offer for offer in wanted if offer in homes}


def _home(offer: Offer) -> int:
    """The offer's cluster, which nobody changes until this unit of work ends."""
    asked = select(Offer.cluster_id).where(Offer.id == offer.id).with_for_update(read=True)
    return int(db.session.scalars(asked).one())


def _add(person: Person, cluster: int, offer: int) -> bool:
    """Two taps at once: the unique key lets one of them in, and the other finds it done."""
    dialect = db.session.get_bind().dialect.name
    dialects = sqlite if dialect == "sqlite" else postgresql
    added = db.session.execute(
        dialects.insert(Like)
        .values(
            person_id=person.id, cluster_id=cluster, offer_id=offer, created_at=clock.now(), also=[]
        )
        .on_conflict_do_nothing(index_elements=["person_id", "cluster_id"])
        .returning(Like.id)  # PostgreSQL tells no count for an insert, but which row is new
    )
    return added.first() is not None

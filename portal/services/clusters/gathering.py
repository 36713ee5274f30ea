"""Bringing clusters up to date, a few changed offers at a time: write their keys, look, settle.

Each step is a short unit of work of its own (the door commits), and each can be done twice: whoever is killed in between
leaves the row of the outbox, and the next worker does it again. Nothing here looks at every offer.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import case, delete, exists, insert, select, text, update

from portal import clock, db
from portal.models import Cluster, ClusterKey, ClusterPair, Offer, PairState
from portal.models.offer import PRESENT
from portal.services import likes, outbox
from portal.services.clusters import looking
from portal.services.clusters.looking import Findings, Pair
from portal.services.clusters.parting import Link, part

LINKING = (PairState.FOUND, PairState.JOINED)


def settle(found: Findings) -> set[int]:
    """Write down which pairs are one need and which are not any more, and part the clusters anew. Gives the offers that moved."""
    lock()
    changed = _write_pairs(found)
    return rearrange(changed | _with_pairs(found.ids))


def rearrange(ids: Iterable[int]) -> set[int]:
    """Make the clusters around these offers what their pairs say. Gives the offers that moved to another one.

    The caller holds the lock. Likes go with the offers through which people liked; see `likes.follow`.
    """
    before = _around(set(ids))
    if not before:
        return set()
    links = _links(before)
    needs = looking.load(before)
    groups = part(needs, links)
    after = _homes(groups, before)
    moved = {ident for ident, home in after.items() if before[ident] != home}
    if not moved:
        return set()
    homes = case({ident: after[ident] for ident in sorted(moved)}, value=Offer.id)
    db.session.execute(
        update(Offer)
        .where(Offer.id.in_(moved))
        .values(cluster_id=homes, version=Offer.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    likes.follow(after, set(before.values()))
    _forget_empty(set(before.values()))
    db.session.flush()
    outbox.reindex_all(sorted(moved))
    return moved


def lock() -> None:
    """One rearrangement at a time, on PostgreSQL; on SQLite a writing unit of work is alone anyway."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(7304)"))


def unlooked(limit: int) -> list[int]:
    """Offers that no look has seen yet: those of before there were clusters, or that were written past the services."""
    return list(
        db.session.scalars(
            select(Offer.id)
            .where(Offer.state.in_(PRESENT), ~exists().where(ClusterKey.offer_id == Offer.id))
            .order_by(Offer.id)
            .limit(limit)
        )
    )


def _write_pairs(found: Findings) -> set[int]:
    """Pairs that a moderator decided about stay as they are. Gives the offers whose pairs changed."""
    held = {(one.one_id, one.other_id): one for one in _pairs_of({*found.same, *found.stale})}
    changed: set[int] = set()
    fresh = []
    for pair, same in found.same.items():
        values = {"reasons": list(same.reasons), "likeness": same.likeness}
        row = held.get(pair)
        if row is None:
            fresh.append({"one_id": pair[0], "other_id": pair[1], **values})
            changed |= set(pair)
        elif row.state is PairState.FOUND and row.reasons != values["reasons"]:
            row.reasons, row.likeness = list(same.reasons), same.likeness
            changed |= set(pair)
    if fresh:
        db.session.execute(insert(ClusterPair), fresh)
    gone = [held[p] for p in found.stale if p in held and held[p].state is PairState.FOUND]
    for row in gone:
        db.session.delete(row)
        changed |= {row.one_id, row.other_id}
    db.session.flush()
    # The others of a pair that is no more may be twins of each other: they are looked at again.
    outbox.recluster({i for row in gone for i in (row.one_id, row.other_id)} - found.ids)
    return changed


def _pairs_of(pairs: set[Pair]) -> list[ClusterPair]:
    if not pairs:
        return []
    ones = sorted({one for one, _other in pairs})
    rows = db.session.scalars(select(ClusterPair).where(ClusterPair.one_id.in_(ones)))
    return [row for row in rows if (row.one_id, row.other_id) in pairs]


def _with_pairs(ids: Iterable[int]) -> set[int]:
    wanted = set(ids)
    pairs = looking.pairs_with(wanted)
    return {ident for row in pairs for ident in (row.one_id, row.other_id)} & wanted


def _around(ids: set[int]) -> dict[int, int]:
    """{offer: its cluster} of all that hang together with these, by a pair or by a cluster."""
    known: dict[int, int] = {}
    fresh = set(ids)
    while fresh:
        homes = set(db.session.scalars(select(Offer.cluster_id).where(Offer.id.in_(fresh))))
        rows = db.session.execute(
            select(Offer.id, Offer.cluster_id).where(Offer.cluster_id.in_(homes))
        )
        reached = {row.id: row.cluster_id for row in rows}
        known |= reached
        linked = (row for row in looking.pairs_with(reached) if row.state in LINKING)
        fresh = {i for row in linked for i in (row.one_id, row.other_id)} - known.keys()
    return known


def _links(members: Iterable[int]) -> list[Link]:
    wanted = set(members)
    rows = db.session.execute(
        select(
            ClusterPair.one_id, ClusterPair.other_id, ClusterPair.state, ClusterPair.likeness
        ).where(ClusterPair.one_id.in_(wanted))
    )
    return [Link(*row) for row in rows if row.other_id in wanted]


def _homes(groups: list[frozenset[int]], before: dict[int, int]) -> dict[int, int]:
    """{offer: cluster}: a group keeps the oldest cluster that one of its members is in and no earlier group took."""
    taken: set[int] = set()
    after: dict[int, int] = {}
    for group in groups:
        free = {before[ident] for ident in group} - taken
        if free:
            home = min(free)
        else:
            made = Cluster(created_at=clock.now())
            db.session.add(made)
            db.session.flush()
            home = made.id
        taken.add(home)
        after |= dict.fromkeys(group, home)
    return after


def _forget_empty(clusters: set[int]) -> None:
    db.session.execute(
        delete(Cluster)
        .where(Cluster.id.in_(clusters), ~exists().where(Offer.cluster_id == Cluster.id))
        .execution_options(synchronize_session=False)
    )

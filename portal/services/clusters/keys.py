"""Under which keys offers are looked up, with what can be told of each before its text is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import delete, insert, or_, select

from portal import db
from portal.models import Association, ClusterKey, Offer
from portal.models.offer import PRESENT
from portal.services.clusters.need import Need
from portal.services.clusters.words import Marks, marks_of

ASKED = 500  # keys or numbers in one statement
LONGEST = 200  # characters of what a key says
MARKED = "|"  # between the roots of the title and the marks, when all of them found room

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """An offer under a key: its number, its feed, the roots of its title, its marks (None when they are not known)."""

    id: int
    feed_id: int | None
    roots: frozenset[str]
    marks: Marks | None


def write_keys(needs: Iterable[Need]) -> None:
    """Say under which keys these needs are looked up. Committed before anybody looks: of two that arrive at once, the
    later one finds the other."""
    given = {need.id: need for need in needs}
    # Two workers with one offer would write its keys twice: on PostgreSQL the second waits here for the first.
    turn = select(Offer.id).where(Offer.id.in_(given)).order_by(Offer.id)
    db.session.execute(turn.with_for_update(key_share=True)).all()
    rows = db.session.execute(
        select(ClusterKey.offer_id, ClusterKey.key, ClusterKey.words).where(
            ClusterKey.offer_id.in_(given)
        )
    )
    held = {(row.offer_id, row.key): row.words for row in rows}
    wanted = {(n.id, key): _told(n) for n in given.values() for key in n.lookup}
    changed = {pair[0] for pair, told in held.items() if wanted.get(pair) != told}
    if changed:
        db.session.execute(delete(ClusterKey).where(ClusterKey.offer_id.in_(changed)))
    fresh = [
        {"offer_id": offer_id, "key": key, "words": told}
        for (offer_id, key), told in sorted(wanted.items())
        if (offer_id, key) not in held or offer_id in changed
    ]
    if fresh:
        db.session.execute(insert(ClusterKey), fresh)


def groups(keys: Iterable[str]) -> dict[str, list[Row]]:
    """The offers under each key that may become one with others, by number."""
    held: list[tuple[str, int, str]] = []
    for part in some(sorted(keys)):
        rows = db.session.execute(
            select(ClusterKey.key, ClusterKey.offer_id, ClusterKey.words)
            .where(ClusterKey.key.in_(part))
            .order_by(ClusterKey.key, ClusterKey.offer_id)
        )
        held += [(row.key, row.offer_id, row.words) for row in rows]
    feeds = _joinable({ident for _key, ident, _told in held})
    found: dict[str, list[Row]] = {}
    for key, ident, told in held:
        if ident in feeds:
            found.setdefault(key, []).append(_row(ident, feeds[ident], told))
    return found


def some(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """As many at once as one statement asks for."""
    return (values[start : start + ASKED] for start in range(0, len(values), ASKED))


def _joinable(ids: set[int]) -> dict[int, int | None]:
    """{offer: its feed} of those of these that may become one with others.

    An association of the portal that nobody verified joins nothing by itself: whoever claims another's name and copies
    its text would stand in its place in search. A statement of its own: asked together with the keys, SQLite begins with
    every offer that is live.
    """
    feeds: dict[int, int | None] = {}
    for part in some(sorted(ids)):
        rows = db.session.execute(
            select(Offer.id, Offer.feed_id)
            .join(Association, Association.id == Offer.association_id)
            .where(
                Offer.id.in_(part),
                Offer.state.in_(PRESENT),
                or_(Offer.feed_id.is_not(None), Association.verified_at.is_not(None)),
            )
        )
        feeds |= {row.id: row.feed_id for row in rows}
    return feeds


def _told(need: Need) -> str:
    roots = " ".join(sorted(need.wording.title.roots))
    marks = " ".join(sorted(frozenset().union(*need.wording.marks)))
    told = f"{roots} {MARKED} {marks}"
    return told if len(told) <= LONGEST else roots[:LONGEST]


def _row(ident: int, feed_id: int | None, told: str) -> Row:
    roots, is_marked, marks = told.partition(MARKED)
    return Row(
        ident, feed_id, frozenset(roots.split()), marks_of(marks.split()) if is_marked else None
    )

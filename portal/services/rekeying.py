"""A partner renumbers its records: each offer takes the new id, with its page, likes and signups. Nothing is lost.

All of a table is one transaction: half of "1 becomes 2, 2 becomes 3" done twice would be something else. What stands
already under a new id (the feed was faster than the table) gives its people to the offer that keeps it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import exists, select, update

from portal import clock, db
from portal.formats.problem import FeedProblem, Notebook
from portal.formats.renumbering import Pair
from portal.models import Feed, History, Like, Offer, OfferState, Shift, Signup
from portal.services import feed_answers, feed_brake, outbox

SOME = 500  # ids in one statement


@dataclass
class Rekeyed:
    """What became of a table: offers with a new id, lines that were done before, and what is wrong with the others."""

    moved: int = 0
    already: int = 0
    problems: list[FeedProblem] = field(default_factory=list)


@dataclass
class Plan:
    """What a table would do: offer -> (old id, new id); (offer that keeps the id, offer that gives way to it); how many ids go
    from one offer to another of the table; and what is wrong with the other lines."""

    moves: dict[int, tuple[str, str]]
    replaced: list[tuple[int, int]]
    swapped: int
    done: Rekeyed


def rekey(feed: Feed, table: Iterable[Pair | FeedProblem]) -> Rekeyed:
    """Give the feed's offers the new ids of the table. Lines that cannot be used are reported, the others are done."""
    found = plan(feed, table)
    if found.replaced:
        feed.etag = feed.last_modified = (
            ""  # the same file, read anew, says what the kept offers are now
        )
    _revive(found.replaced)
    _retire(found.replaced)
    _rename(found.moves)
    found.done.moved = len(found.moves)
    _answer(feed, set(found.moves))
    return found.done


def titles(found: Plan, limit: int) -> list[tuple[str, str, str]]:
    """The first moves of a plan, as (old id, new id, title of the offer)."""
    some = list(found.moves)[:limit]
    rows = db.session.execute(select(Offer.id, Offer.title).where(Offer.id.in_(some)))
    named = {row.id: row.title for row in rows}
    return [(*found.moves[ident], named[ident]) for ident in some]


def plan(feed: Feed, table: Iterable[Pair | FeedProblem]) -> Plan:
    """What the table would do to the feed's offers. Writes nothing."""
    done = Rekeyed()
    pairs = _pairs(table, done)
    known = _offers(feed, {*pairs, *(new for _, new in pairs.values())})
    moves: dict[int, tuple[str, str]] = {}
    for old, (line, new) in pairs.items():
        if old in known:
            moves[known[old]] = (old, new)
        elif new in known and new not in pairs:
            done.already += 1
        else:
            _refuse(done, line, old, "renumber_unknown")
    leaving = {old for old, _ in moves.values()}
    replaced = [
        (ident, known[new])
        for ident, (_, new) in moves.items()
        if new in known and new not in leaving
    ]
    swapped = sum(new in leaving for _, new in moves.values())
    return Plan(moves, replaced, swapped, done)


def _pairs(table: Iterable[Pair | FeedProblem], done: Rekeyed) -> dict[str, tuple[int, str]]:
    """old -> (line, new); of two lines about one id the first counts."""
    pairs: dict[str, tuple[int, str]] = {}
    taken: set[str] = set()
    for one in table:
        if isinstance(one, FeedProblem):
            done.problems.append(one)
            continue
        line, old, new = one
        if old in pairs or new in taken:
            _refuse(done, line, old, "renumber_twice")
        elif old != new:
            pairs[old] = (line, new)
            taken.add(new)
    return pairs


def _refuse(done: Rekeyed, line: int, old: str, code: str) -> None:
    notes = Notebook(line, line, old)
    notes.refused("external_id", old, code)
    done.problems += notes.problems


def _offers(feed: Feed, ids: set[str]) -> dict[str, int]:
    wanted, found = sorted(ids), dict[str, int]()
    for start in range(0, len(wanted), SOME):
        rows = db.session.execute(
            select(Offer.external_id, Offer.id).where(
                Offer.feed_id == feed.id, Offer.external_id.in_(wanted[start : start + SOME])
            )
        )
        found.update((str(external_id), ident) for external_id, ident in rows)
    return found


def _revive(replaced: list[tuple[int, int]]) -> None:
    """An offer that was withdrawn as its copy came is there again at once: nobody knows when the feed is read next."""
    for start in range(0, len(replaced), SOME):
        some = {other: kept for kept, other in replaced[start : start + SOME]}
        shown = select(Offer.id).where(Offer.id.in_(some), Offer.state == OfferState.LIVE)
        kept = [some[other] for other in db.session.scalars(shown)]
        db.session.execute(
            update(Offer)
            .where(Offer.id.in_(kept), Offer.state == OfferState.WITHDRAWN)
            .values(state=OfferState.LIVE, version=Offer.version + 1, updated_at=clock.now())
            .execution_options(synchronize_session=False)
        )
        outbox.reindex_all(kept)


def _retire(replaced: list[tuple[int, int]]) -> None:
    """The offer that the feed made anew under the new id gives its people to the one that keeps it, and goes."""
    for kept, other in replaced:
        cluster = select(Offer.cluster_id).where(Offer.id == kept).scalar_subquery()
        mine = select(Like.person_id).where(Like.cluster_id == cluster)
        db.session.execute(
            update(Like)
            .where(Like.offer_id == other, Like.person_id.not_in(mine))
            .values(cluster_id=cluster, offer_id=kept)
            .execution_options(synchronize_session=False)
        )
        db.session.execute(
            update(Shift)
            .where(Shift.offer_id == other, exists().where(Signup.shift_id == Shift.id))
            .values(offer_id=kept, rule_id=None, location_id=None)
            .execution_options(synchronize_session=False)
        )
    for start in range(0, len(replaced), SOME):
        db.session.execute(
            update(Offer)
            .where(Offer.id.in_([other for _, other in replaced[start : start + SOME]]))
            .values(
                external_id=None,
                state=OfferState.WITHDRAWN,
                is_held=False,
                version=Offer.version + 1,
                updated_at=clock.now(),
            )
            .execution_options(synchronize_session=False)
        )
    outbox.reindex_all([other for _, other in replaced])


def _rename(moves: dict[int, tuple[str, str]]) -> None:
    """In two steps, since 1 may become 2 while 2 becomes 1. The next run writes again what each record says."""
    if not moves:
        return
    for step in ("leave", "arrive"):
        db.session.execute(
            update(Offer),
            [
                {"id": ident, "external_id": new, "content_hash": ""}
                if step == "arrive"
                else {"id": ident, "external_id": None}
                for ident, (_, new) in moves.items()
            ],
        )
    owners = dict[int, int]()
    idents = sorted(moves)
    for start in range(0, len(idents), SOME):
        some = idents[start : start + SOME]
        for ident, owner in db.session.execute(
            select(Offer.id, Offer.association_id).where(Offer.id.in_(some))
        ):
            owners[ident] = owner
    db.session.add_all(
        History(
            association_id=owners[ident],
            verb="feed_rekeyed",
            subject="offer",
            subject_id=ident,
            details={"old": old, "new": new},
        )
        for ident, (old, new) in moves.items()
    )
    db.session.flush()
    db.session.expire_all()


def _answer(feed: Feed, moved: set[int]) -> None:
    """A suspect run of the same renumbering: what got its new id neither vanished nor came new."""
    held = feed_answers.asked(feed)
    if held is None:
        return
    missing = [ident for ident in held.pending.get("missing", []) if ident not in moved]
    held.pending = {"missing": missing}
    if not missing and not feed_brake.is_holding(feed):
        feed_answers.settle(feed, "renumbered")

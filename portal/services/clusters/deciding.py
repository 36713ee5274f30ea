"""What a moderator joins and splits. It is remembered: no rule joins again what was split, or splits what was joined."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select

from portal import clock, db
from portal.errors import Conflict, Invalid
from portal.models import ClusterDecision, ClusterPair, Offer, PairState, Person
from portal.services import outbox
from portal.services.clusters.gathering import lock, rearrange
from portal.services.clusters.looking import Pair, ordered


def join(one: Offer, other: Offer, moderator: Person) -> ClusterDecision:
    """Two offers are one need, whatever the rules say. Raises Invalid for an offer and itself."""
    if one.id == other.id:
        raise Invalid("Indiquez deux besoins différents.", field="other")
    lock()
    ours, theirs = _members(_home(one)), _members(_home(other))
    held = _held({*ours, *theirs})
    apart = [
        p for p, row in held.items() if row.state is PairState.SPLIT and _crosses(p, ours, theirs)
    ]
    pair = ordered(one.id, other.id)
    made = _decide(PairState.JOINED, [[one.id], [other.id]], {*apart, pair}, held, moderator)
    for gone in apart:
        if gone != pair:
            db.session.delete(held[gone])
    _set(pair, PairState.JOINED, held)
    db.session.flush()
    rearrange(pair)
    return made


def split(offer: Offer, leaving: Iterable[int], moderator: Person) -> ClusterDecision:
    """The offers that leave are another need than those that stay. Raises Invalid unless some leave and some stay."""
    lock()
    members = set(_members(_home(offer)))
    going = members & set(leaving)
    staying = members - going
    if not going or not staying:
        raise Invalid("Cochez les besoins qui partent, et laissez-en au moins un.", field="leaving")
    pairs = {ordered(a, b) for a in going for b in staying}
    held = _held(members)
    made = _decide(PairState.SPLIT, [sorted(going), sorted(staying)], pairs, held, moderator)
    for pair in sorted(pairs):
        _set(pair, PairState.SPLIT, held)
    db.session.flush()
    rearrange(members)
    return made


def undo(decision: ClusterDecision) -> None:
    """Give back each pair as it was before; the rules then look at these offers again. Raises Conflict when a later
    decision is about the same pairs."""
    lock()
    later = select(ClusterDecision).where(
        ClusterDecision.id > decision.id, ClusterDecision.undone_at.is_(None)
    )
    pairs = {(row["one"], row["other"]) for row in decision.before}
    if decision.undone_at is not None or any(
        pairs & {(row["one"], row["other"]) for row in other.before}
        for other in db.session.scalars(later)
    ):
        raise Conflict(
            "Une décision plus récente porte sur ces besoins : annulez d’abord celle-là."
        )
    members = {ident for pair in pairs for ident in pair}
    held = _held(members)
    for row in decision.before:
        pair = (row["one"], row["other"])
        if row["state"] is None:
            if pair in held:
                db.session.delete(held[pair])
            continue
        found = held.get(pair) or _new(pair)
        found.state = PairState(row["state"])
        found.reasons, found.likeness = row["reasons"], row["likeness"]
    decision.undone_at = clock.now()
    db.session.flush()
    rearrange(members)
    outbox.recluster(members)


def recent(limit: int = 20) -> list[ClusterDecision]:
    """The last decisions, newest first."""
    asked = select(ClusterDecision).order_by(ClusterDecision.id.desc()).limit(limit)
    return list(db.session.scalars(asked))


def _home(offer: Offer) -> int:
    """The cluster of now: the lock is held, and the offer may have moved since it was loaded."""
    return int(db.session.scalars(select(Offer.cluster_id).where(Offer.id == offer.id)).one())


def _members(cluster: int) -> list[int]:
    return list(db.session.scalars(select(Offer.id).where(Offer.cluster_id == cluster)))


def _held(members: Iterable[int]) -> dict[Pair, ClusterPair]:
    wanted = set(members)
    rows = db.session.scalars(select(ClusterPair).where(ClusterPair.one_id.in_(wanted)))
    return {(row.one_id, row.other_id): row for row in rows if row.other_id in wanted}


def _crosses(pair: Pair, ours: list[int], theirs: list[int]) -> bool:
    return (pair[0] in ours and pair[1] in theirs) or (pair[1] in ours and pair[0] in theirs)


def _set(pair: Pair, state: PairState, held: dict[Pair, ClusterPair]) -> None:
    row = held.get(pair) or _new(pair)
    row.state = state


def _new(pair: Pair) -> ClusterPair:
    made = ClusterPair(one_id=pair[0], other_id=pair[1], reasons=[], likeness=1.0)
    db.session.add(made)
    return made


def _decide(
    state: PairState,
    sides: list[list[int]],
    pairs: set[Pair],
    held: dict[Pair, ClusterPair],
    moderator: Person,
) -> ClusterDecision:
    made = ClusterDecision(
        moderator_id=moderator.id,
        state=state,
        offers=sides,
        before=[_as_it_is(pair, held.get(pair)) for pair in sorted(pairs)],
    )
    db.session.add(made)
    return made


def _as_it_is(pair: Pair, row: ClusterPair | None) -> dict[str, Any]:
    return {
        "one": pair[0],
        "other": pair[1],
        "state": row.state.value if row else None,
        "reasons": row.reasons if row else [],
        "likeness": row.likeness if row else 0.0,
    }

"""The offers behind the hits of an answer, whole, for the APIs and letters: two statements, whatever is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from portal import clock, db
from portal.models import Like, Location, Offer, Shift, ShiftState
from portal.services import indexing
from search.query import Query
from search.results import Hit

MOST_SHIFTS = 200  # of one offer, soonest first: as many as a rule gives and a feed may bring
SOONEST = (Shift.starts_at.is_(None), Shift.starts_at, Shift.id)


@dataclass(slots=True)
class Card:
    """An offer with the shift and the location that answer the question, and what people did with it."""

    offer: Offer
    location: Location | None = None
    distance_km: float | None = None
    shift: Shift | None = None
    shifts: list[Shift] = field(default_factory=list)
    likes: int = 0
    is_liked: bool = False
    matched: tuple[str, ...] = ()


def cards(
    hits: Sequence[Hit],
    query: Query | None = None,
    most_shifts: int = MOST_SHIFTS,
) -> list[Card]:
    """The cards of these hits, in their order. What ended or was hidden since it was indexed is left out.

    `query` chooses which shifts are told (those it admits); `most_shifts` how many are told of each offer, soonest first,
    beside the one that the hit is about.
    """
    if not hits:
        return []
    rows = _offers([hit.id for hit in hits])
    starts = [datetime.fromtimestamp(hit.next_at, UTC) for hit in hits if hit.next_at is not None]
    shifts = shifts_of(list(rows), query, most_shifts, starts)
    found = []
    for hit in hits:
        if hit.id in rows:
            offer, likes = rows[hit.id]
            found.append(_card(hit, offer, shifts.get(offer.id, []), likes))
    return found


def of_ids(ids: Sequence[int]) -> list[Card]:
    """The cards of these offers, without a question, each with its first shift."""
    hits = [Hit(number, number, 0.0) for number in ids]
    return cards(hits, None, most_shifts=1)


def _card(hit: Hit, offer: Offer, shifts: list[Shift], likes: int) -> Card:
    rank = hit.location_index if hit.location_index is not None else 0
    location = offer.locations[rank] if rank < len(offer.locations) else None
    chosen = next((s for s in shifts if s.starts_at and _seconds(s) == hit.next_at), None)
    return Card(
        offer=offer,
        location=location,
        distance_km=hit.distance_km,
        shift=chosen or next(iter(shifts), None),
        shifts=shifts,
        likes=likes,
        matched=hit.matched,
    )


def _seconds(shift: Shift) -> int:
    return int(shift.starts_at.timestamp()) if shift.starts_at else 0


def _offers(ids: Iterable[int]) -> dict[int, tuple[Offer, int]]:
    # Listed or not is decided here: asked for the state as well, SQLite walks every live offer for the twenty.
    values = {"ids": list(ids), "now": clock.now()}
    rows = db.session.execute(_of_numbers(), values).unique()
    return {offer.id: (offer, count) for offer, count in rows if offer.is_listed}


@cache  # a statement costs as much to write as to answer
def _of_numbers() -> Select[Offer, int]:
    """The offers `ids` with something left to do `now`, and their likes."""
    likes = select(func.count()).where(Like.cluster_id == Offer.cluster_id).scalar_subquery()
    return (
        select(Offer, likes)
        .join(Offer.association)
        .where(Offer.id.in_(bindparam("ids", expanding=True)), *indexing.undone(bindparam("now")))
        .options(
            contains_eager(Offer.association).raiseload("*"),
            joinedload(Offer.locations).raiseload("*"),
            joinedload(Offer.feed).raiseload("*"),
            raiseload("*"),
        )
    )


def shifts_of(
    ids: list[int],
    query: Query | None = None,
    most: int = MOST_SHIFTS,
    starts: Sequence[datetime] = (),
) -> dict[int, list[Shift]]:
    """The first `most` shifts ahead of each offer that the question admits, the undated one last, and those that begin
    at one of `starts`. One statement."""
    if not ids:
        return {}
    bounds = bounds_of(query)
    values = {"ids": ids, "now": clock.now(), "most": most, "starts": starts, **bounds}
    found: dict[int, list[Shift]] = {}
    for shift in db.session.scalars(_ahead(*bounds), values):
        found.setdefault(shift.offer_id, []).append(shift)
    return found


def bounds_of(query: Query | None) -> dict[str, datetime]:
    """The `start` and `end` of a question, where it has them."""
    asked = (("start", query.start), ("end", query.end)) if query else ()
    return {name: datetime.fromtimestamp(at, UTC) for name, at in asked if at is not None}


def admitted(*bounds: str) -> tuple[ColumnElement[bool], ...]:
    """The conditions of a shift ahead `now`: one with a date after `start` and before `end`, where these are given."""
    ends = func.coalesce(Shift.ends_at, Shift.starts_at)
    dated = [ends > bindparam("now")]
    if "start" in bounds:
        dated.append(ends > bindparam("start"))
    if "end" in bounds:
        dated.append(Shift.starts_at < bindparam("end"))
    return Shift.state == ShiftState.PLANNED, or_(Shift.starts_at.is_(None), and_(*dated))


@cache
def _ahead(*bounds: str) -> Select[Shift]:
    """The first `most` shifts ahead of each of the offers `ids`, and those that begin at one of `starts`."""
    rank = func.row_number().over(partition_by=Shift.offer_id, order_by=SOONEST).label("rank")
    ranked = (
        select(Shift.id.label("id"), rank)
        .where(Shift.offer_id.in_(bindparam("ids", expanding=True)), *admitted(*bounds))
        .subquery()
    )
    return (
        select(Shift)
        .join(ranked, ranked.c.id == Shift.id)
        .where(
            or_(
                ranked.c.rank <= bindparam("most"),
                Shift.starts_at.in_(bindparam("starts", expanding=True)),
            )
        )
        .order_by(Shift.offer_id, *SOONEST)
        .options(raiseload("*"))
    )

"""The offers behind the hits of an answer, as cards: two statements for a page, whatever is on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import contains_eager, joinedload, raiseload

from portal import clock, db
from portal.models import Like, Location, Offer, Shift, ShiftState
from portal.services import indexing
from search.document import Language
from search.highlighting import Pieces, pieces, snippet
from search.query import Query
from search.results import Hit

MOST_SHIFTS = 200  # of one offer, soonest first: as many as a rule gives and a feed may bring


@dataclass(slots=True)
class Card:
    """An offer in a list: the shift and the location that answer the question, and what people did with it.

    `title` and `snippet` (of the summary, where a word is in it) are cut where the words asked for are.
    """

    offer: Offer
    location: Location | None = None
    distance_km: float | None = None
    shift: Shift | None = None
    shifts: list[Shift] = field(default_factory=list)
    likes: int = 0
    is_liked: bool = False
    matched: tuple[str, ...] = ()
    why: str = ""
    title: Pieces = ()
    snippet: Pieces = ()
    factors: list[tuple[str, str]] = field(default_factory=list)

    @property
    def language(self) -> Language:
        """The one in which its words were compared."""
        return "en" if self.offer.language == indexing.ENGLISH else "fr"


def cards(
    hits: Sequence[Hit],
    query: Query | None = None,
    person_id: int | None = None,
    most_shifts: int = MOST_SHIFTS,
) -> list[Card]:
    """The cards of these hits, in their order. What ended or was hidden since it was indexed is left out.

    `query` chooses which shifts are told (those it admits); `person_id` whose likes are marked;
    `most_shifts` how many are told of each offer, soonest first, beside the one that the hit is about.
    """
    if not hits:
        return []
    rows = _offers([hit.id for hit in hits], person_id)
    starts = [datetime.fromtimestamp(hit.next_at, UTC) for hit in hits if hit.next_at is not None]
    shifts = shifts_of(list(rows), query, most_shifts, starts)
    found = []
    for hit in hits:
        if hit.id in rows:
            offer, likes, is_liked = rows[hit.id]
            found.append(_card(hit, offer, shifts.get(offer.id, []), likes, is_liked))
            if hit.matched:
                _mark(found[-1], is_exact=query is not None and query.exact)
    return found


def of_ids(ids: Sequence[int], person_id: int | None = None) -> list[Card]:
    """The cards of these offers, without a question, each with its first shift."""
    hits = [Hit(number, number, 0.0) for number in ids]
    return cards(hits, None, person_id, most_shifts=1)


def _card(hit: Hit, offer: Offer, shifts: list[Shift], likes: int, is_liked: bool) -> Card:
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
        is_liked=is_liked,
        matched=hit.matched,
    )


def _mark(card: Card, *, is_exact: bool) -> None:
    card.title = pieces(card.offer.title, card.matched, card.language, exact=is_exact)
    card.snippet = snippet(pieces(card.offer.summary, card.matched, card.language, exact=is_exact))


def _seconds(shift: Shift) -> int:
    return int(shift.starts_at.timestamp()) if shift.starts_at else 0


def _offers(ids: Iterable[int], person_id: int | None) -> dict[int, tuple[Offer, int, bool]]:
    # Listed or not is decided here: asked for the state as well, SQLite walks every live offer for the twenty.
    values = {"ids": list(ids), "now": clock.now(), "person": person_id}
    rows = db.session.execute(_of_numbers(), values).unique()
    return {
        offer.id: (offer, count, is_liked) for offer, count, is_liked in rows if offer.is_listed
    }


@cache  # a statement costs as much to write as to answer
def _of_numbers() -> Select[Offer, int, bool]:
    """The offers `ids` with something left to do `now`, their likes, and whether `person` is among those."""
    likes = select(func.count()).where(Like.cluster_id == Offer.cluster_id).scalar_subquery()
    mine = select(Like.id).where(
        Like.cluster_id == Offer.cluster_id, Like.person_id == bindparam("person")
    )
    return (
        select(Offer, likes, mine.exists())
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
    asked = (("start", query.start), ("end", query.end)) if query else ()
    bounds = {name: datetime.fromtimestamp(at, UTC) for name, at in asked if at is not None}
    values = {"ids": ids, "now": clock.now(), "most": most, "starts": starts, **bounds}
    found: dict[int, list[Shift]] = {}
    for shift in db.session.scalars(_ahead(*bounds), values):
        found.setdefault(shift.offer_id, []).append(shift)
    return found


@cache
def _ahead(*bounds: str) -> Select[Shift]:
    """The first `most` shifts ahead `now` of each of the offers `ids`, and those that begin at one of `starts`: all of them
    after `start` and before `end`, where these are given."""
    ends = func.coalesce(Shift.ends_at, Shift.starts_at)
    dated = [ends > bindparam("now")]
    if "start" in bounds:
        dated.append(ends > bindparam("start"))
    if "end" in bounds:
        dated.append(Shift.starts_at < bindparam("end"))
    order = (Shift.starts_at.is_(None), Shift.starts_at, Shift.id)
    rank = func.row_number().over(partition_by=Shift.offer_id, order_by=order).label("rank")
    ranked = (
        select(Shift.id.label("id"), rank)
        .where(
            Shift.offer_id.in_(bindparam("ids", expanding=True)),
            Shift.state == ShiftState.PLANNED,
            or_(Shift.starts_at.is_(None), and_(*dated)),
        )
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
        .order_by(Shift.offer_id, *order)
        .options(raiseload("*"))
    )

"""The answer to a question of the All for Good API: the engine's, or the engine's whole answer looked through.

What is asked beyond the engine is asked of the database, about everything that the engine found: every offer on its own,
so that a cluster is found when one of its members meets all of the question. Order and total are exact.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, and_, func, or_, select

from portal import db
from portal.api.footprint_question import Further, Question
from portal.models import Location, Offer, Precision, Remote, Shift, ShiftState
from portal.services import finding
from portal.services.finding import Card, Found
from search.query import Query
from search.results import Hit

EVERYTHING = 1_000_000
BATCH = 500


def find(question: Question) -> Found:
    """The page that is asked, with the exact total. Nothing is written."""
    asked, further = question.asked, question.further
    if asked.nowhere or not (further.filters or further.order):
        return finding.find(asked)
    query = asked.query
    whole = replace(query, offset=0, limit=EVERYTHING, apart=True)
    found = finding.find(replace(asked, query=whole))
    left = _left(found.results.hits, query, further)
    for themes, words in further.either:
        told = finding.results(replace(whole, words=(*whole.words, *words)))
        left = _either(left, themes, {hit.id for hit in told.hits})
    hits = _ordered(left, further)
    if not query.apart:
        hits = _merged(hits)
    page = tuple(hits[query.offset : query.offset + query.limit])
    results = replace(found.results, hits=page, total=len(hits), remote_from=None)
    return replace(found, asked=asked, results=results)


def cards(found: Found) -> list[Card]:
    """The offers of an answer, each with the shift that answers the question."""
    hits = found.results.hits
    made = finding.cards(hits, found.asked.query, most_shifts=1)
    starts = {hit.id: hit.next_at for hit in hits if hit.next_at is not None}
    # A card knows its first shift; the one that was found may be a later one.
    off = {
        card.offer.id: card
        for card in made
        if card.offer.id in starts
        and (card.shift is None or _epoch(card.shift.starts_at) != starts[card.offer.id])
    }
    planned = Shift.state == ShiftState.PLANNED
    for (shift,) in _rows((Shift,), Shift.offer_id, off, planned):
        if _epoch(shift.starts_at) == starts[shift.offer_id]:
            off[shift.offer_id].shift = shift
    return made


def _left(hits: Sequence[Hit], query: Query, further: Further) -> list[Hit]:
    """The hits that meet what the engine was not asked."""
    left = list(hits)
    if further.filters:
        kept = set[int]()
        conditions = _conditions(further)
        columns = (Offer.id, Offer.themes, Offer.tags)
        for row in _rows(columns, Offer.id, (hit.id for hit in left), *conditions):
            if _is_wanted(row.themes, row.tags, further):
                kept.add(row.id)
        left = [hit for hit in left if hit.id in kept]
    if further.weekdays:
        starts = _starts(left, query, further.weekdays)
        left = [replace(hit, next_at=starts[hit.id]) for hit in left if hit.id in starts]
    return left


def _either(hits: Sequence[Hit], themes: frozenset[str], told: set[int]) -> list[Hit]:
    """The hits that have one of the themes, or that the words told of."""
    others = (hit.id for hit in hits if hit.id not in told)
    rows = _rows((Offer.id, Offer.themes), Offer.id, others)
    wanted = told | {row.id for row in rows if themes & set(row.themes)}
    return [hit for hit in hits if hit.id in wanted]


def _conditions(further: Further) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if further.own:
        found.append(Offer.feed_id.is_(None))
    if further.kind in ("statewide", "nationwide"):
        has_area = or_(Location.region != "", Location.departement != "")
        wide = and_(
            Location.offer_id == Offer.id,
            Location.city == "",
            Location.postal_code == "",
            Location.street == "",
            Location.precision.in_((Precision.AREA, Precision.NONE)),
            has_area if further.kind == "statewide" else ~has_area,
        )
        found += [Offer.remote != Remote.FULL, select(Location.id).where(wide).exists()]
    return found


def _is_wanted(themes: list[str], tags: list[str], further: Further) -> bool:
    has = frozenset(themes)
    if further.kind in ("micro", "self_directed") and further.kind not in tags:
        return False
    return all(group & has for group in further.all_of) and not further.none_of & has


def _starts(hits: Iterable[Hit], query: Query, weekdays: frozenset[int]) -> dict[int, int]:
    """The first start of each offer on one of these days, where it happens, among the shifts that the dates admit."""
    ends = func.coalesce(Shift.ends_at, Shift.starts_at)
    conditions = [Shift.state == ShiftState.PLANNED, ends > _moment(query.now)]
    if query.start is not None:
        conditions.append(ends > _moment(query.start))
    if query.end is not None:
        conditions.append(Shift.starts_at < _moment(query.end))
    columns = (Shift.offer_id, Shift.starts_at, Shift.zone)
    found: dict[int, int] = {}
    for row in _rows(columns, Shift.offer_id, (hit.id for hit in hits), *conditions):
        if row.starts_at.astimezone(ZoneInfo(row.zone)).isoweekday() % 7 in weekdays:
            start = int(row.starts_at.timestamp())
            found[row.offer_id] = min(start, found.get(row.offer_id, start))
    return found


def _ordered(hits: list[Hit], further: Further) -> list[Hit]:
    """In the order asked; what has no date or no distance comes last either way, equals stay as they are."""
    if further.order is None:
        return hits
    keys = _keys(hits, further)
    sign = -1 if further.falls else 1
    return sorted(hits, key=lambda hit: (keys[hit.id] is None, sign * (keys[hit.id] or 0.0)))


def _keys(hits: list[Hit], further: Further) -> dict[int, float | None]:
    if further.order == "score":
        return {hit.id: hit.score for hit in hits}
    if further.order == "start":
        return {hit.id: hit.next_at for hit in hits}
    if further.order == "distance":
        return {hit.id: hit.distance_km for hit in hits}
    known: dict[int, float | None] = dict.fromkeys(hit.id for hit in hits)
    if further.order == "modified":
        for row in _rows((Offer.id, Offer.updated_at), Offer.id, known):
            known[row.id] = row.updated_at.timestamp()
        return known
    columns = (Shift.offer_id, func.coalesce(Shift.ends_at, Shift.starts_at).label("end"))
    dated = (Shift.state == ShiftState.PLANNED, Shift.starts_at.is_not(None))
    closed = Shift.offer.has(Offer.is_ongoing.is_(False))  # what is ongoing has no end
    for row in _rows(columns, Shift.offer_id, known, *dated, closed):
        known[row.offer_id] = max(row.end.timestamp(), known[row.offer_id] or -math.inf)
    return known


def _merged(hits: Iterable[Hit]) -> list[Hit]:
    """One for each cluster: its first."""
    first: dict[int, Hit] = {}
    for hit in hits:
        first.setdefault(hit.cluster, hit)
    return list(first.values())


def _rows(
    columns: Sequence[Any], ident: Any, wanted: Iterable[int], *conditions: ColumnElement[bool]
) -> Iterator[Row[*tuple[Any, ...]]]:
    """These columns of the rows of some offers, some hundred offers a statement."""
    ids = list(wanted)
    for at in range(0, len(ids), BATCH):
        some = ids[at : at + BATCH]
        yield from db.session.execute(select(*columns).where(ident.in_(some), *conditions))


def _moment(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


def _epoch(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())

"""From the database to what is compared: needs, the keys under which they are found, and who may be the same as whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from heapq import nsmallest
from typing import Any

from sqlalchemy import Select, select

from portal import db
from portal.formats.text import plain
from portal.models import (
    Association,
    ClusterPair,
    Location,
    Offer,
    PairState,
    Shift,
    ShiftState,
)
from portal.services.clusters import keys
from portal.services.clusters import need as taking
from portal.services.clusters.keys import Row
from portal.services.clusters.likeness import Same, compare
from portal.services.clusters.need import Need, Span, Spot
from portal.services.clusters.words import differ
from search.document import Language

MOST_CANDIDATES = 20  # of one offer in other feeds: those whose titles are nearest
MOST_TWINS = 200  # offers of one feed with the very same words that make one cluster

Pair = tuple[int, int]  # two offers, the smaller number first


@dataclass
class Findings:
    """What a look found: which pairs are one need and why, and which are not any more."""

    ids: frozenset[int]
    same: dict[Pair, Same] = field(default_factory=dict)
    stale: set[Pair] = field(default_factory=set)
    needs: dict[int, Need] = field(default_factory=dict)

    @property
    def is_any(self) -> bool:
        """Is there anything to settle? Most offers are like no other."""
        return bool(self.same or self.stale)


def load(ids: Iterable[int]) -> dict[int, Need]:
    """These offers as needs: three statements, plain columns."""
    wanted = list(ids)
    if not wanted:
        return {}
    spots: dict[int, list[Spot]] = {}
    located = select(Location).where(Location.offer_id.in_(wanted)).order_by(Location.position)
    for place in _rows(located, *_PLACE):
        if place.city or place.lat is not None:
            spots.setdefault(place.offer_id, []).append(taking.spot(place))
    shifts: dict[int, list[Span]] = {}
    dated = select(Shift).where(
        Shift.offer_id.in_(wanted),
        Shift.state == ShiftState.PLANNED,
        Shift.starts_at.is_not(None),
    )
    for shift in _rows(dated.order_by(Shift.starts_at), *_SHIFT):
        shifts.setdefault(shift.offer_id, []).append(taking.span(shift.starts_at, shift.ends_at))
    asked = select(Offer).join(Association, Association.id == Offer.association_id)
    return {
        row.id: _need(row, tuple(spots.get(row.id, ())), tuple(shifts.get(row.id, ())))
        for row in _rows(asked.where(Offer.id.in_(wanted)), *_OFFER)
    }


def _rows(asked: Select[Any], *columns: Any) -> Iterable[Any]:
    return db.session.execute(asked.with_only_columns(*columns, maintain_column_froms=True))


_PLACE = (
    *(Location.offer_id, Location.lat, Location.lon, Location.city, Location.postal_code),
    *(Location.departement, Location.precision),
)
_SHIFT = (Shift.offer_id, Shift.starts_at, Shift.ends_at)
_OFFER = (
    *(Offer.id, Offer.association_id, Offer.feed_id, Offer.title, Offer.summary),
    *(Offer.description, Offer.language, Offer.remote, Offer.is_ongoing),
    *(Association.name, Association.rna, Association.siren, Association.url),
)


def _need(row: Any, spots: tuple[Spot, ...], spans: tuple[Span, ...]) -> Need:
    language: Language = "en" if row.language == "en" else "fr"
    return Need(
        id=row.id,
        feed_id=row.feed_id,
        association_id=row.association_id,
        keys=taking.association_keys(row.name, row.rna, row.siren, row.url),
        title=row.title,
        text=plain(row.description) or row.summary,
        language=language,
        remote=row.remote.value,
        is_ongoing=row.is_ongoing,
        spots=spots,
        spans=spans,
    )


def look(needs: dict[int, Need]) -> Findings:
    """Compare these needs with their likely twins, and again with those that they were found to be the same as."""
    found = Findings(frozenset(needs), needs=dict(needs))
    wanted = _candidates(needs)
    known = _found_pairs(needs)
    found.needs |= load(
        {ident for pair in wanted | known for ident in pair if ident not in found.needs}
    )
    for pair in sorted(wanted | known):
        if not all(ident in found.needs for ident in pair):
            continue
        same = compare(*(found.needs[ident] for ident in pair))
        if same is not None:
            found.same[pair] = same
        elif pair in known:
            found.stale.add(pair)
    return found


def _candidates(needs: dict[int, Need]) -> set[Pair]:
    """Who shares a key: in other feeds those with the nearest titles, in one feed the first of those with the same words."""
    groups = keys.groups({key for need in needs.values() for key in need.lookup})
    members = {row.id for group in groups.values() for row in group}
    pairs: set[Pair] = set()
    for need in needs.values():
        if need.id not in members:
            continue
        for key in need.lookup:
            group = groups.get(key, [])
            if key.startswith("="):
                pairs |= _with_twins(need.id, [row.id for row in group])
            else:
                pairs |= _with_nearest(need, group)
    return pairs


def _with_twins(ident: int, group: list[int]) -> set[Pair]:
    first = group[group.index(ident) // MOST_TWINS * MOST_TWINS]
    return {ordered(ident, first)} if first != ident else set()


def _with_nearest(need: Need, group: list[Row]) -> set[Pair]:
    """Those of other feeds whose marks do not differ: what would be told apart is let go before its text is loaded."""
    own, marks = need.wording.title.roots, need.wording.marks
    others = (
        row
        for row in group
        if row.feed_id != need.feed_id and not (row.marks and differ(marks, row.marks))
    )
    nearest = nsmallest(MOST_CANDIDATES, others, key=lambda row: (-len(own & row.roots), row.id))
    return {ordered(need.id, row.id) for row in nearest}


def _found_pairs(ids: Iterable[int]) -> set[Pair]:
    return {(row.one_id, row.other_id) for row in pairs_with(ids) if row.state is PairState.FOUND}


def pairs_with(ids: Iterable[int]) -> Iterator[Any]:
    """one_id, other_id and state of the pairs of these offers, whatever is known of them; some come twice.

    By offer alone: asked by state too, SQLite reads all the pairs of that state.
    """
    for some in keys.some(sorted(ids)):
        for end in (ClusterPair.one_id, ClusterPair.other_id):
            asked = select(ClusterPair.one_id, ClusterPair.other_id, ClusterPair.state)
            yield from db.session.execute(asked.where(end.in_(some)))


def ordered(one: int, other: int) -> Pair:
    """A pair as it is stored."""
    return (one, other) if one < other else (other, one)

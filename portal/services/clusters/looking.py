"""From the database to what is compared: needs, the keys under which they are found, and who may be the same as whom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, delete, insert, or_, select

from portal import db
from portal.formats.text import plain
from portal.models import (
    Association,
    ClusterKey,
    ClusterPair,
    Location,
    Offer,
    OfferState,
    PairState,
    Shift,
    ShiftState,
)
from portal.services.clusters import need as taking
from portal.services.clusters import words
from portal.services.clusters.likeness import Same, compare
from portal.services.clusters.need import Need, Span, Spot
from search.document import Language

MOST_CANDIDATES = 20  # of one offer in other feeds: those whose titles are nearest
MOST_TWINS = 200  # offers of one feed with the very same words that make one cluster

Pair = tuple[int, int]  # two offers, the smaller number first
PRESENT = (OfferState.LIVE, OfferState.PAUSED, OfferState.PENDING)


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


def write_keys(needs: Iterable[Need]) -> None:
    """Say under which keys these needs are looked up. Committed before anybody looks: of two that arrive at once, the
    later one finds the other."""
    given = {need.id: need for need in needs}
    rows = db.session.execute(
        select(ClusterKey.offer_id, ClusterKey.key, ClusterKey.words).where(
            ClusterKey.offer_id.in_(given)
        )
    )
    held = {(row.offer_id, row.key): row.words for row in rows}
    wanted = {(n.id, key): _title_words(n) for n in given.values() for key in n.lookup}
    changed = [pair for pair, held_words in held.items() if wanted.get(pair) != held_words]
    for offer_id in {offer_id for offer_id, _key in changed}:
        db.session.execute(delete(ClusterKey).where(ClusterKey.offer_id == offer_id))
        held = {pair: w for pair, w in held.items() if pair[0] != offer_id}
    fresh = [
        {"offer_id": offer_id, "key": key, "words": title}
        for (offer_id, key), title in sorted(wanted.items())
        if (offer_id, key) not in held
    ]
    if fresh:
        db.session.execute(insert(ClusterKey), fresh)


def _title_words(need: Need) -> str:
    return " ".join(sorted(words.roots(need.title_forms)))[:200]


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
    groups = _groups({key for need in needs.values() for key in need.lookup})
    members = {ident for group in groups.values() for ident, _feed, _words in group}
    pairs: set[Pair] = set()
    for need in needs.values():
        if need.id not in members:
            continue
        for key in need.lookup:
            group = groups.get(key, [])
            if key.startswith("="):
                pairs |= _with_twins(need.id, [ident for ident, _feed, _words in group])
            else:
                pairs |= _with_nearest(need, group)
    return pairs


Row = tuple[int, int | None, frozenset[str]]


def _groups(keys: set[str]) -> dict[str, list[Row]]:
    """The offers under each key that may become one with others, by number.

    An association of the portal that nobody verified joins nothing by itself: whoever claims another's name and copies
    its text would stand in its place in search.
    """
    wanted = sorted(keys)
    groups: dict[str, list[Row]] = {}
    for start in range(0, len(wanted), 500):
        rows = db.session.execute(
            select(ClusterKey.key, ClusterKey.offer_id, ClusterKey.words, Offer.feed_id)
            .join(Offer, Offer.id == ClusterKey.offer_id)
            .join(Association, Association.id == Offer.association_id)
            .where(
                ClusterKey.key.in_(wanted[start : start + 500]),
                Offer.state.in_(PRESENT),
                or_(Offer.feed_id.is_not(None), Association.verified_at.is_not(None)),
            )
            .order_by(ClusterKey.key, ClusterKey.offer_id)
        )
        for row in rows:
            one = (row.offer_id, row.feed_id, frozenset(row.words.split()))
            groups.setdefault(row.key, []).append(one)
    return groups


def _with_twins(ident: int, group: list[int]) -> set[Pair]:
    first = group[group.index(ident) // MOST_TWINS * MOST_TWINS]
    return {ordered(ident, first)} if first != ident else set()


def _with_nearest(need: Need, group: list[Row]) -> set[Pair]:
    own = words.roots(need.title_forms)
    others = [row for row in group if row[1] != need.feed_id]
    if len(others) > MOST_CANDIDATES:
        others.sort(key=lambda row: (-len(own & row[2]), row[0]))
    return {ordered(need.id, row[0]) for row in others[:MOST_CANDIDATES]}


def _found_pairs(ids: Iterable[int]) -> set[Pair]:
    wanted = list(ids)
    rows = db.session.execute(
        select(ClusterPair.one_id, ClusterPair.other_id).where(
            ClusterPair.state == PairState.FOUND,
            or_(ClusterPair.one_id.in_(wanted), ClusterPair.other_id.in_(wanted)),
        )
    )
    return {(row.one_id, row.other_id) for row in rows}


def ordered(one: int, other: int) -> Pair:
    """A pair as it is stored."""
    return (one, other) if one < other else (other, one)

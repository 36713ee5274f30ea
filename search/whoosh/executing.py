"""One query over one snapshot: words, filters, totals, facets, and one page of cards."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from search.geo import STEPS, distance_km
from search.plan import make_plan
from search.query import Query
from search.ranking import SPREAD_WINDOW
from search.results import Counts, Hit, Results
from search.whoosh import schema
from search.whoosh.facets import Facets
from search.whoosh.filters import Filters
from search.whoosh.matching import Matched, match
from search.whoosh.ordering import Ordering, is_filled, spread
from search.whoosh.snapshot import Snapshot
from search.whoosh.vocabulary import Vocabulary

Mask = NDArray[np.bool_]
_SPREAD_REACH = 10 * SPREAD_WINDOW


def answer(snapshot: Snapshot, query: Query) -> Results:
    """Everything that the query asks, exactly."""
    snapshot = snapshot.apart() if query.apart else snapshot
    asked = _Asked(snapshot, query)
    heads, tails = asked.totals
    total = heads + tails
    return Results(
        hits=asked.page(),
        total=total,
        facets=asked.facets(),
        remote_from=heads if tails else None,
        corrected=asked.plan.corrected,
        suggestion=None if total else _suggestion(snapshot, query),
    )


def _suggestion(snapshot: Snapshot, query: Query) -> str | None:
    """The query without the one word that costs most, when the others find something."""
    wanted = [clause for clause in query.words if not clause.excluded]
    best, text = 0, None
    for dropped in wanted if len(wanted) > 1 else ():
        words = tuple(clause for clause in query.words if clause is not dropped)
        total = sum(_Asked(snapshot, replace(query, words=words)).totals)
        if total > best:
            best, text = total, " ".join(clause.text for clause in words)
    return text


@dataclass(frozen=True, slots=True)
class _Passes:
    """The dimensions that facets count, each as a mask."""

    base: Mask
    themes: Mask
    minors: Mask
    accessible: Mask

    @property
    def all(self) -> Mask:
        return self.base & self.themes & self.minors & self.accessible


class _Asked:
    """A query, worked out."""

    def __init__(self, snapshot: Snapshot, query: Query) -> None:
        self._snapshot = snapshot
        self._query = query
        self._clusters = Facets(snapshot)
        self.plan = make_plan(query, Vocabulary(snapshot))
        self._matched: Matched = match(snapshot, self.plan)
        self._filters = Filters(snapshot, query, self._matched.mask)
        every = np.ones(snapshot.count, bool)
        self._passes = _Passes(
            self._filters.base,
            self._filters.themes,
            self._filters.flag(schema.MINORS) if query.minors else every,
            self._filters.flag(schema.ACCESSIBLE) if query.accessible else every,
        )
        self._head, tail = self._filters.passes(query.remote, self._filters.asked)
        self._there = self._head | tail
        self._head = self._head & self._passes.all
        self._tail = self._clusters.without(tail & self._passes.all, self._head)
        self.totals = self._clusters.count(self._head), self._clusters.count(self._tail)

    def facets(self) -> dict[str, Counts]:
        """Each facet under all filters but its own."""
        passes, there, count = self._passes, self._there, self._clusters.count
        minors, accessible = (self._filters.flag(b) for b in (schema.MINORS, schema.ACCESSIBLE))
        flagged = passes.base & passes.minors & passes.accessible & there
        no_minors = passes.base & passes.themes & passes.accessible & there & minors
        no_accessible = passes.base & passes.themes & passes.minors & there & accessible
        return {
            "theme": self._clusters.themes(flagged),
            "remote": tuple((way, self._remote(way)) for way in ("no", "also", "only")),
            "when": tuple(
                (window.name, self._when(window.start, window.end))
                for window in self._query.when_windows
            ),
            "accessible": (("yes", count(no_accessible)),),
            "minors": (("yes", count(no_minors)),),
        }

    def _remote(self, way: str) -> int:
        head, tail = self._filters.passes(way, self._filters.asked)
        return self._clusters.count((head | tail) & self._passes.all)

    def _when(self, start: int, end: int) -> int:
        head, tail = self._filters.passes(self._query.remote, self._filters.when(start, end))
        return self._clusters.count((head | tail) & self._passes.all)

    def page(self) -> tuple[Hit, ...]:
        """The hits from `offset` on, `limit` at most: first those of the head, then the tail."""
        query, (heads, tails) = self._query, self.totals
        last = min(query.offset + query.limit, heads + tails)
        hits: list[Hit] = []
        if query.offset < min(last, heads):
            placed = query.has_place and query.remote != "only"
            head = self._ordering(self._head, placed=placed)
            ranks = self._ranks(head, min(last, heads), heads, spreads=query.spread)
            hits += self._hits(head, ranks[query.offset : min(last, heads)], placed=placed)
        if last > heads:
            tail = self._ordering(self._tail, placed=False)
            spreads = query.spread and heads < SPREAD_WINDOW
            ranks = self._ranks(tail, last - heads, tails, spreads=spreads)
            some = ranks[max(query.offset - heads, 0) : last - heads]
            hits += self._hits(tail, some, placed=False)
        return tuple(hits)

    def _ordering(self, mask: Mask, *, placed: bool) -> Ordering:
        docs = np.flatnonzero(mask)
        text = self._matched.scores[docs]
        return Ordering(self._snapshot, self._query, self._filters, docs, text, placed=placed)

    def _ranks(
        self, ordering: Ordering, wanted: int, total: int, *, spreads: bool
    ) -> NDArray[np.int64]:
        """The first cards in order; spreading looks a little further, and at all if it must."""
        if not spreads:
            return ordering.first(wanted)
        column = self._snapshot.columns["association"]
        order = ordering.first(max(wanted, _SPREAD_REACH))
        associations = column[ordering.docs[order]].tolist()
        if len(order) < total and not is_filled(associations):
            order = ordering.first(total)
            associations = column[ordering.docs[order]].tolist()
        return order[spread(associations)]

    def _hits(self, ordering: Ordering, ranks: NDArray[np.int64], *, placed: bool) -> Iterator[Hit]:
        columns, docs = self._snapshot.columns, ordering.docs[ranks]
        texts = self._matched.texts(docs)
        places = self._shown_places(docs) if placed else [(None, None)] * len(docs)
        for at, rank in enumerate(ranks.tolist()):
            start = ordering.next[rank]
            yield Hit(
                id=int(columns["id"][docs[at]]),
                cluster=int(columns["cluster"][docs[at]]),
                score=float(ordering.scores[rank]),
                distance_km=places[at][1],
                location_index=places[at][0],
                next_at=None if np.isinf(start) else int(start),
                matched=texts[at],
            )

    def _shown_places(self, docs: NDArray[np.int64]) -> list[tuple[int | None, float | None]]:
        """Which place of each document to show, and how far it is when a circle was asked."""
        columns, places, shown = self._snapshot.columns, self._filters.asked.places, []
        owners = columns["place_doc"][places]
        firsts = np.searchsorted(columns["place_doc"], docs)
        ranges = np.searchsorted(owners, docs), np.searchsorted(owners, docs, "right")
        for first, begin, end in zip(firsts.tolist(), *(r.tolist() for r in ranges), strict=True):
            place, distance = min((self._distance(p), p) for p in places[begin:end].tolist())[::-1]
            shown.append((place - first, distance if self._query.circle else None))
        return shown

    def _distance(self, place: int) -> float:
        """As the reference measures it, to the last bit; 0 where no circle was asked."""
        columns, circle = self._snapshot.columns, self._query.circle
        if circle is None:
            return 0.0
        lat, lon = int(columns["place_lat"][place]), int(columns["place_lon"][place])
        return distance_km(circle.lat, circle.lon, lat / STEPS, lon / STEPS)

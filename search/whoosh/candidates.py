"""Which documents of one part can be among the first cards, found without sorting what cannot.

Each order has its own way: the newest and the next are walked from lists that the writer sorted,
the nearest and the most telling are cut off at a threshold. The way may take a few too many, never
one too few: whoever may belong to the first `wanted` clusters is there, with all of its ties.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from search import ranking
from search.whoosh import bits, layout
from search.whoosh.bits import Bits, Docs
from search.whoosh.cards import Cards
from search.whoosh.filters import Filters
from search.whoosh.matching import Matched
from search.whoosh.where import EDGE_KM

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Roughs = NDArray[np.float32]
FEW = 300  # so many are looked at without further ado
CHUNK = 256
SPARE = 16
MUCH_LONGER = 32  # lists than documents: then it pays to look these up
_HAIR = 1 + 1e-5  # rough scores are right to six digits


class Candidates:
    """The documents under a mask of one part, in an order that is asked for in part only."""

    def __init__(self, filters: Filters, matched: Matched, mask: Bits, *, placed: bool) -> None:
        self._filters, self._matched, self._mask = filters, matched, mask
        self._part, self._query = filters.part, filters.query
        self._standing, self._placed = filters.standing, placed
        self.count = bits.count(mask)

    def first(self, wanted: int) -> Cards:
        """Cards among which are the first `wanted` clusters; more than those, in any order."""
        wanted = max(wanted, 1)
        if self.count <= max(FEW, wanted):
            return self._cards(bits.docs_of(self._mask, self._part.count))
        has_best = self._is_around or self._matched.has_scores
        ways: dict[str, Callable[[int], Cards]] = {
            "newest": self._newest,
            "date": self._next,
            "distance": self._nearest,
            "relevance": self._best if has_best else self._soonest,
        }
        sort = self._query.sort
        if sort == "distance" and self._query.circle is None:
            sort = "relevance"
        elif sort == "distance" and not self._placed:
            sort = "date"  # nothing from afar has a distance, and the date is what comes next
        return ways[sort](wanted)

    def _cards(self, docs: Docs) -> Cards:
        return Cards.of(self._filters, self._matched, docs, placed=self._placed)

    def _all(self) -> Docs:
        return bits.docs_of(self._mask, self._part.count)

    def _clusters(self, docs: Docs) -> int:
        return len(bits.distinct(self._part.needs[docs]))

    def _newest(self, wanted: int) -> Cards:
        """Walk the list of the newest."""
        arrays = self._part.arrays
        return self._cards(self._walked(arrays["newest_at"], arrays["newest_doc"], wanted))

    def _walked(self, at: Floats | Ints, listed: Docs, wanted: int) -> Docs:
        """The first of a list sorted by `at`, as far as needed; equals of the last one come along."""
        size, end, found = self._stride(wanted, len(listed)), 0, listed[:0]
        while end < len(listed):
            end = int(at.searchsorted(at[min(end + size, len(listed)) - 1], "right"))
            found = listed[:end][bits.holds(self._mask, listed[:end])]
            if len(found) >= wanted and self._clusters(found) >= wanted:
                break
            size = end * 3
        return found

    def _stride(self, wanted: int, listed: int) -> int:
        """How far to walk a list for so many, when those under the mask are all over it."""
        return max(_reach(wanted) * listed // self.count, CHUNK)

    def _next(self, wanted: int) -> Cards:
        """By the next shift: walk those of the dates asked, or the list of what comes next."""
        if self._query.start is not None or self._query.end is not None:
            return self._next_between(wanted)
        listed = self._standing.soonest
        if self._part.own is None or not self._placed:
            found = self._walked(self._standing.next[listed], listed, wanted)
            if len(found) >= wanted and self._clusters(found) >= wanted:
                return self._cards(found)
        return self._earliest(wanted)

    def _next_between(self, wanted: int) -> Cards:
        """Walk the brief shifts by their start until enough documents have begun for certain.

        Nothing certain is known of those that have a shift of several days, or one with a place of
        its own: they come along.
        """
        arrays, query = self._part.arrays, self._query
        after = query.now if query.start is None else max(query.now, query.start)
        starts, listed = arrays["brief_start"], arrays["brief_doc"]
        begin = int(starts.searchsorted(after - layout.DAY))
        end = len(starts) if query.end is None else int(starts.searchsorted(query.end))
        apart = arrays["apart_docs" if self._placed else "long_docs"]
        apart = apart[bits.holds(self._mask, apart)]
        size, stop = self._stride(wanted, end - begin), begin
        while len(apart) <= FEW and stop < end:
            stop = min(stop + size, end)
            stop = int(starts.searchsorted(starts[stop - 1], "right")) if stop < end else end
            docs = listed[begin:stop]
            found = bits.distinct(docs[bits.holds(self._mask, docs)])
            if len(found) >= wanted:
                cards = self._cards(bits.distinct(np.concatenate([found, apart])))
                certain = cards.next <= starts[stop - 1]
                if len(bits.distinct(cards.need[certain])) >= wanted:
                    return cards
            size = (stop - begin) * 2
        return self._earliest(wanted)

    def _earliest(self, wanted: int) -> Cards:
        """Cut off at the first shift ahead, which the next one asked for is never before."""
        docs = self._all()
        first = self._standing.next[docs]
        probe = self._cards(docs[np.argpartition(first, wanted)[: 2 * wanted]])
        latest = probe.next[probe.order]
        if len(latest) < wanted or np.isinf(latest[wanted - 1]):
            return self._cards(docs)
        return self._cards(docs[first <= latest[wanted - 1]])

    def _nearest(self, wanted: int) -> Cards:
        """Cut off at the distance of the last one wanted, and a little beyond."""
        where = self._filters.where
        assert where is not None  # noqa: S101 - who is placed was asked where
        keep = np.flatnonzero(bits.holds(self._mask, where.docs))
        km, docs = where.rough_km[keep], where.docs[keep]
        reach = 2 * wanted
        while reach < len(km):
            cut = float(np.partition(km, reach)[reach])
            cards = self._cards(bits.distinct(docs[km <= cut + 2 * EDGE_KM]))
            if len(bits.distinct(cards.need[cards.km <= cut])) >= wanted:
                return cards
            reach *= 4
        return self._cards(bits.distinct(docs))

    def _soonest(self, wanted: int) -> Cards:
        """Without words or circle: the list of the best, as long as it goes."""
        listed, factors = self._standing.best(self._query.language), self._factors
        found = listed[bits.holds(self._mask, listed)]
        reach = _reach(wanted)
        if len(found) > reach:
            cards = self._cards(found[:reach])
            if cards.worst(wanted) > factors[found[reach]] * _HAIR:
                return cards
        docs = self._all()
        return self._cut(docs, factors[docs], wanted)

    def _cut(self, docs: Docs, most: Roughs, wanted: int) -> Cards:
        """The documents that can be among the first wanted.

        `most` is what each can score at best; a document may come several times. Where that is
        what they do score, a few more than are wanted will do.
        """
        reach = _reach(wanted)
        if len(docs) <= reach:
            return self._cards(bits.distinct(docs))
        some = bits.highest(most, reach)
        cards = self._cards(bits.distinct(docs[some]))
        least = cards.worst(wanted)
        if least > most[some[0]] * _HAIR:
            return cards
        return self._cards(bits.distinct(docs[most * np.float32(_HAIR) >= least]))

    def _best(self, wanted: int) -> Cards:
        """Cut off where date, age and nearness at their best would not help the text.

        With a circle each place counts on its own, and the nearest of a document is its best.
        """
        docs, near = self._places() if self._is_around else (self._all(), np.float32(1.0))
        most = self._factors[docs] * near
        if self._matched.has_scores:
            most *= self._texts(docs)
        return self._cut(docs, most, wanted)

    @property
    def _factors(self) -> Roughs:
        """The most that date, age, waiting list and language can make of each document."""
        return self._standing.factors(self._query.language)

    @property
    def _is_around(self) -> bool:
        return self._placed and self._query.circle is not None

    def _places(self) -> tuple[Docs, Roughs]:
        """The document of each place of the circle, and what its nearness makes of a score."""
        where = self._filters.where
        assert where is not None  # noqa: S101 - who is placed was asked where
        keep = bits.holds(self._mask, where.docs).nonzero()[0]
        km = np.maximum(where.rough_km[keep] - np.float32(EDGE_KM), 0)
        return where.docs[keep], ranking.nearer(km)

    def _texts(self, docs: Docs) -> Roughs:
        """What the words give, to six digits."""
        if self._matched.listed() > MUCH_LONGER * len(docs):
            return np.asarray(self._matched.scores(docs), np.float32)
        return self._matched.rough_scores(docs)


def _reach(wanted: int) -> int:
    """How many documents are looked at for so many clusters, in the hope that they will do."""
    return wanted + wanted // 4 + SPARE

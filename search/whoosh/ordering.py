"""The order of what was found: keys, ties, one card per cluster, no more sorting than needed."""

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from search import ranking
from search.query import Query
from search.whoosh import schema
from search.whoosh.filters import Filters, When
from search.whoosh.snapshot import Snapshot

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Ordering:
    """Keys over some documents (`docs`, ascending), and the sorting of them."""

    def __init__(
        self,
        snapshot: Snapshot,
        query: Query,
        filters: Filters,
        docs: Ints,
        text: Floats,
        *,
        placed: bool,
    ) -> None:
        self._snapshot = snapshot
        self._query = query
        self.docs = docs
        when = filters.asked
        self.next = _earliest(snapshot, when, docs, placed=placed)
        self.km = np.full(len(docs), np.inf)
        if placed and query.circle is not None:
            self.km = _nearest(snapshot, filters, when, docs)
        self.scores = self._scores(text)

    def _scores(self, text: Floats) -> Floats:
        """Text times factors, in the order in which the reference multiplies."""
        columns, now = self._snapshot.columns, self._query.now
        days = np.where(
            np.isinf(self.next), ranking.SOONER_DAYS, np.maximum(self.next - now, 0) / ranking.DAY
        )
        age = np.maximum(now - columns["published"][self.docs], 0) / ranking.DAY
        scores = text * ranking.sooner(days)
        if self._query.circle is not None:
            near = np.isfinite(self.km)
            scores[near] *= ranking.nearer(self.km[near])
        scores *= ranking.fresher(age)
        free = (columns["flags"][self.docs] & schema.HAS_PLACES) > 0
        scores *= np.where(free, 1.0, ranking.WAITING_LIST)
        return np.asarray(scores)

    def _first_key(self) -> Floats:
        query = self._query
        if query.sort == "distance" and query.circle is not None:
            return self._metres(slice(None))
        if query.sort == "date":
            return self.next
        if query.sort == "newest":
            return -self._snapshot.columns["published"][self.docs].astype(np.float64)
        return -np.rint(self.scores * ranking.SCORE_STEPS)

    def _metres(self, some: Ints | slice) -> Floats:
        return np.asarray(np.rint(self.km[some] * 1000))

    def first(self, wanted: int) -> Ints:
        """The indexes in `docs` of at least the first `wanted` cards, in order, one per cluster.

        All of them when there are not many more. Otherwise a partition by the first key cuts off
        what cannot be among them; members of shared clusters may fall together, so they are
        counted on top.
        """
        key = self._first_key()
        some = np.arange(len(self.docs))
        reach = wanted + int(np.count_nonzero(self._snapshot.cluster[self.docs] >= 0))
        if 2 * reach < len(key):
            some = np.flatnonzero(key <= np.partition(key, reach)[reach])
        ids = self._snapshot.columns["id"][self.docs[some]]
        order = some[np.lexsort((ids, self.next[some], self._metres(some), key[some]))]
        return self._one_per_cluster(order)

    def _one_per_cluster(self, order: Ints) -> Ints:
        clusters = self._snapshot.cluster[self.docs[order]]
        shared = np.flatnonzero(clusters >= 0)
        if not len(shared):
            return order
        _, first = np.unique(clusters[shared], return_index=True)
        keep = clusters < 0
        keep[shared[first]] = True
        return order[keep]


def _earliest(snapshot: Snapshot, when: When, docs: Ints, *, placed: bool) -> Floats:
    """The start of each document's first admitted shift; infinite when it has none."""
    columns = snapshot.columns
    admitted = when.shifts_there if placed else when.shifts
    return _least(snapshot.count, columns["shift_doc"][admitted], columns["shift_start"][admitted])[
        docs
    ]


def _nearest(snapshot: Snapshot, filters: Filters, when: When, docs: Ints) -> Floats:
    """The distance of each document's nearest admitted place."""
    owners = snapshot.columns["place_doc"][when.places]
    return _least(snapshot.count, owners, filters.distances(when.places))[docs]


def _least(count: int, owners: NDArray[np.int32], values: NDArray[np.generic]) -> Floats:
    """The least value of each owner, owners ascending."""
    least = np.full(count, np.inf)
    if len(owners):
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        least[owners[first]] = np.minimum.reduceat(values, first)
    return least


def spread(associations: list[int]) -> Ints:
    """The ranks in their new order."""
    return np.array(ranking.spread(associations), np.int64)


def is_filled(associations: list[int]) -> bool:
    """Whether the first ranks can be filled from these without taking back what was put off."""
    counts = Counter(associations)
    return sum(min(count, ranking.SPREAD_MOST) for count in counts.values()) >= (
        ranking.SPREAD_WINDOW
    )

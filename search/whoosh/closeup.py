"""A few documents of one part looked at closely: their next shift, and their nearest place.

What masks leave is thousands of documents at most by then, so everything is exact here, as the
reference has it: a shift with a location of its own counts only there.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.query import Query
from search.whoosh import bits, where
from search.whoosh.bits import Docs, Mask
from search.whoosh.snapshot import Part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


class Closeup:
    """Some documents, ascending or not, under the dates [start, end) of a query.

    `placed`: as offers that happen where the query asks; otherwise as offers from afar, of which
    only the dates count. `next` is infinite without a shift, `km` without a circle.
    """

    def __init__(
        self,
        part: Part,
        query: Query,
        docs: Docs,
        *,
        placed: bool,
        start: int | None,
        end: int | None,
    ) -> None:
        self._part, self._query, self._placed = part, query, placed
        self.docs = docs
        after = query.now if start is None else max(query.now, start)
        self._shift_owner, self._shifts = _rows(part.arrays["shift_starts"], docs)
        keep = part.arrays["shift_end"][self._shifts] > after
        if end is not None:
            keep &= part.arrays["shift_start"][self._shifts] < end
        self._shift_owner, self._shifts = self._shift_owner[keep], self._shifts[keep]
        self._place_owner, self._places = np.empty(0, np.int64), np.empty(0, np.int64)
        if placed:
            self._find_places()

    def _find_places(self) -> None:
        """Keep the places that are there, the shifts that happen there, and what they admit."""
        part = self._part
        owner, places = _rows(part.arrays["place_starts"], self.docs)
        there = where.is_there(part, self._query, places)
        owner, places = owner[there], places[there]
        own = part.arrays["shift_place"][self._shifts]
        if (own >= 0).any():
            keep = (own < 0) | np.isin(own, places)
            self._shift_owner, self._shifts, own = (
                values[keep] for values in (self._shift_owner, self._shifts, own)
            )
        anywhere = bits.holds(part.planes["ongoing"], self.docs)
        anywhere[self._shift_owner[own < 0]] = True
        admitted = anywhere[owner] | np.isin(places, own[own >= 0])
        self._place_owner, self._places = owner[admitted], places[admitted]

    @property
    def admitted(self) -> Mask:
        """Which of the documents happen there and then."""
        found = np.zeros(len(self.docs), bool)
        found[self._place_owner] = True
        return found

    @cached_property
    def next(self) -> Floats:
        """The start of the next shift of each document."""
        starts = self._part.arrays["shift_start"][self._shifts]
        return _least(len(self.docs), self._shift_owner, starts)

    @cached_property
    def _kilometres(self) -> Floats:
        circle, arrays = self._query.circle, self._part.arrays
        if circle is None:
            return np.zeros(len(self._places))
        lats, lons = arrays["place_lat"][self._places], arrays["place_lon"][self._places]
        return where.measured(circle, lats, lons)

    @cached_property
    def km(self) -> Floats:
        """The distance of the nearest place of each document."""
        if self._query.circle is None:
            return np.full(len(self.docs), np.inf)
        return _least(len(self.docs), self._place_owner, self._kilometres)

    def places(self) -> list[Ints]:
        """The places of each document that are there, by their numbers in the part."""
        firsts = np.searchsorted(self._place_owner, np.arange(len(self.docs) + 1)).tolist()
        return [self._places[begin:end] for begin, end in zip(firsts[:-1], firsts[1:], strict=True)]


def _rows(starts: NDArray[np.int32], docs: Docs) -> tuple[Ints, Ints]:
    """All rows of some documents: the index of the document of each, and the row's number."""
    begins = starts[docs].astype(np.int64)
    sizes = starts[docs + 1] - begins
    ends = np.cumsum(sizes)
    total = int(ends[-1]) if len(ends) else 0
    flat = np.repeat(begins - (ends - sizes), sizes) + np.arange(total)
    return np.repeat(np.arange(len(docs)), sizes), flat


def _least(count: int, owners: Ints, values: NDArray[np.generic]) -> Floats:
    """The least value of each owner, owners ascending; infinite for one without."""
    least = np.full(count, np.inf)
    if len(owners):
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        least[owners[first]] = np.minimum.reduceat(values, first)
    return least

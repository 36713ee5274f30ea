"""A few documents of one part looked at closely: their next shift, and their nearest place.

What masks leave is thousands of documents at most by then, so everything is exact here, as the
reference has it: a shift with a location of its own counts only there.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search.geo import STEPS, distance_km
from search.query import Circle, Query
from search.whoosh import where
from search.whoosh.bits import Docs, Mask
from search.whoosh.runs import heads, spans
from search.whoosh.schema import ONGOING
from search.whoosh.snapshot import Part

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
_LAST_BITS_KM = 1e-9


class Closeup:
    """Some documents, ascending or not, under the dates [start, end) of a query.

    All of them have passed its other masks. `placed`: as offers that happen where the query asks;
    otherwise as offers from afar, of which only the dates count.
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
        self._after = query.now if start is None else max(query.now, start)
        self._end = end
        self._any_own = placed and part.any_own(docs)
        self.docs = docs

    @cached_property
    def _there(self) -> tuple[Ints, Ints, Floats]:
        """The places that are where the query asks: whose each is, its number, its kilometres."""
        owner, places = _rows(self._part.arrays["place_starts"], self.docs)
        inside, km = where.looked_at(self._part, self._query, places)
        return owner[inside], places[inside], km[inside]

    @cached_property
    def _shifts(self) -> tuple[Ints, Ints]:
        """The shifts within the dates, at a place that is there: whose each is, its number."""
        arrays = self._part.arrays
        owner, shifts = _rows(arrays["shift_starts"], self.docs)
        keep = arrays["shift_end"][shifts] > self._after
        if self._end is not None:
            keep &= arrays["shift_start"][shifts] < self._end
        if self._any_own:
            own = arrays["shift_place"][shifts]
            keep &= (own < 0) | np.isin(own, self._there[1])
        return owner[keep], shifts[keep]

    @cached_property
    def _admitted(self) -> tuple[Ints, Ints, Floats]:
        """The places there at which something happens within the dates."""
        owner, places, km = self._there
        if not self._any_own:
            return owner, places, km
        shift_owner, shifts = self._shifts
        own = self._part.arrays["shift_place"][shifts]
        anywhere = (self._part.arrays["flags"][self.docs] & ONGOING) > 0
        anywhere[shift_owner[own < 0]] = True
        keep = anywhere[owner] | np.isin(places, own[own >= 0])
        return owner[keep], places[keep], km[keep]

    @property
    def admitted(self) -> Mask:
        """Which of the documents happen there and then."""
        found = np.zeros(len(self.docs), bool)
        found[self._admitted[0]] = True
        return found

    @cached_property
    def next(self) -> Floats:
        """The start of the next shift of each document; infinite without one."""
        if self._end is None and self._after == self._query.now and not self._any_own:
            return self._part.standing(self._query.now).next[self.docs]
        owner, shifts = self._shifts
        return _least(len(self.docs), owner, self._part.arrays["shift_start"][shifts])

    @cached_property
    def nearest(self) -> tuple[Ints, Floats]:
        """The place of each document to show, and its kilometres: infinite without a circle.

        The nearest one, or the first of several; -1 for an offer from afar.
        """
        count, circle = len(self.docs), self._query.circle
        place, least = np.full(count, -1), np.full(count, np.inf)
        if not self._placed:
            return place, least
        owner, places, km = self._admitted
        first = heads(owner)
        if circle is not None and not first.all():
            order = np.lexsort((self._told_apart(circle), owner))
            places, km = places[order], km[order]
        place[owner[first]] = places[first]
        if circle is not None:
            least[owner[first]] = km[first]
        return place, least

    def _told_apart(self, circle: Circle) -> Floats:
        """The kilometres of each place; of those almost as near as the nearest, to the last bit."""
        owner, places, km = self._admitted
        lats, lons = (self._part.arrays[f"place_{name}"] for name in ("lat", "lon"))
        close = (km - _least(len(self.docs), owner, km)[owner] < _LAST_BITS_KM).nonzero()[0]
        km = km.copy()
        for row in close[np.bincount(owner[close])[owner[close]] > 1].tolist():
            lat, lon = int(lats[places[row]]) / STEPS, int(lons[places[row]]) / STEPS
            km[row] = distance_km(circle.lat, circle.lon, lat, lon)
        return km


def _rows(starts: NDArray[np.int32], docs: Docs) -> tuple[Ints, Ints]:
    """All rows of some documents: the index of the document of each, and the row's number."""
    begins = starts[docs].astype(np.int64)
    sizes = starts[docs + 1] - begins
    return np.arange(len(docs)).repeat(sizes), spans(begins, sizes)


def _least(count: int, owners: Ints, values: NDArray[np.generic]) -> Floats:
    """The least value of each owner, owners ascending; infinite for one without."""
    least = np.full(count, np.inf)
    if len(owners):
        first = heads(owners).nonzero()[0]
        least[owners[first]] = np.minimum.reduceat(values, first)
    return least

"""Totals and facets: every mask whose clusters are counted, made part by part, counted at once."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.query import Query
from search.results import Counts
from search.whoosh import layout
from search.whoosh.bits import Bits
from search.whoosh.clusters import Clusters
from search.whoosh.filters import Filters
from search.whoosh.snapshot import Snapshot

WAYS = ("no", "also", "only")


class Facets:
    """What is counted for one query: the head, all, and each facet under all filters but its own."""

    def __init__(self, snapshot: Snapshot, query: Query, filters: Sequence[Filters]) -> None:
        self._query = query
        self._themes = sorted({n for part in snapshot.parts for n in part.codes[layout.THEMES]})
        rows = [self._rows(one) for one in filters]
        counts: list[int] = [0] * self._size
        if rows:
            counts = Clusters(snapshot).counts(rows).tolist()
        self.heads, self.total = counts[:2]
        self._counts = iter(counts[2:])

    @property
    def _size(self) -> int:
        """How many masks are counted."""
        return 4 + len(WAYS) + len(self._query.when_windows) + len(self._themes)

    def _rows(self, one: Filters) -> NDArray[np.uint64]:
        """The masks of one part, in the order in which `named` reads their counts."""
        query, planes = self._query, one.part.planes
        rows = np.empty((self._size, one.part.width), np.uint64)
        found = iter(rows)
        under = one.under
        next(found)[:] = under & one.head(query.remote, one.asked)
        next(found)[:] = under & one.passes(query.remote, one.asked)
        for way in WAYS:
            next(found)[:] = under & one.passes(way, one.asked)
        for window in query.when_windows:
            when = one.when(window.start, window.end)
            np.bitwise_and(under, one.passes(query.remote, when), out=next(found))
        there = one.base & one.passes(query.remote, one.asked)
        next(found)[:] = _all(there, one.themes, one.flag("minors"), planes["accessible"])
        next(found)[:] = _all(there, one.themes, one.flag("accessible"), planes["minors"])
        self._theme_rows(one, there, rows[self._size - len(self._themes) :])
        return rows

    def _theme_rows(self, one: Filters, there: Bits, rows: NDArray[np.uint64]) -> None:
        there = _all(there, one.flag("minors"), one.flag("accessible"))
        known, masks = one.part.codes[layout.THEMES], one.part.theme_masks
        if list(known) == self._themes:
            np.bitwise_and(masks, there, out=rows)
            return
        for row, name in zip(rows, self._themes, strict=True):
            row[:] = there & masks[known[name]] if name in known else 0

    def named(self) -> dict[str, Counts]:
        """The facets as they are answered."""
        counts = self._counts
        remote = tuple((way, next(counts)) for way in WAYS)
        when = tuple((window.name, next(counts)) for window in self._query.when_windows)
        accessible, minors = next(counts), next(counts)
        themes = [pair for pair in zip(self._themes, counts, strict=True) if pair[1]]
        return {
            "theme": tuple(sorted(themes, key=lambda pair: (-pair[1], pair[0]))),
            "remote": remote,
            "when": when,
            "accessible": (("yes", accessible),),
            "minors": (("yes", minors),),
        }


def _all(first: Bits, *others: Bits | None) -> Bits:
    """Where all hold; None holds everywhere."""
    for other in others:
        if other is not None:
            first = first & other
    return first

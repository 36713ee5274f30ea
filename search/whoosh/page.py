"""One page of what was found: the first cards of all parts in order, spread, and shown."""

import math
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from search import ranking
from search.results import Hit
from search.whoosh.bits import Bits
from search.whoosh.candidates import Candidates
from search.whoosh.cards import Cards
from search.whoosh.filters import Filters
from search.whoosh.matching import Matched
from search.whoosh.snapshot import Snapshot

Ints = NDArray[np.int64]
_SPREAD_REACHES = 3 * ranking.SPREAD_WINDOW, 10 * ranking.SPREAD_WINDOW


class Hits:
    """The hits under one mask a part, of which `total` clusters there are."""

    def __init__(
        self,
        snapshot: Snapshot,
        filters: Sequence[Filters],
        matched: Sequence[Matched],
        masks: Sequence[Bits],
        total: int,
        *,
        placed: bool,
    ) -> None:
        self._snapshot, self._filters, self._matched = snapshot, filters, matched
        self._query = filters[0].query
        self._total, self._placed = total, placed
        self._candidates = [
            Candidates(*each, placed=placed) for each in zip(filters, matched, masks, strict=True)
        ]

    def some(self, first: int, last: int, *, spreads: bool) -> list[Hit]:
        """The hits of ranks `first` to `last`."""
        cards, order = self._spread(last) if spreads else self._first(last)
        return self._shown(cards[order[first:last]])

    def _first(self, wanted: int) -> tuple[Cards, Ints]:
        """Some cards, and the rows of at least the first wanted, in order.

        A cluster may be in several parts, and first in one of them only: so many more are asked.
        """
        shared = [len(docs) for docs, _ in self._snapshot.shared]
        some = [
            candidates.first(wanted + more)
            for candidates, more in zip(self._candidates, shared, strict=True)
        ]
        cards = Cards.joined(some)
        return cards, cards.order

    def _spread(self, wanted: int) -> tuple[Cards, Ints]:
        """The same with the first ranks spread: looks a little further, and at all if it must."""
        for reach in (*_SPREAD_REACHES, self._total):
            cards, order = self._first(max(wanted, reach))
            associations = cards.association[order].tolist()
            if len(order) >= self._total or _is_filled(associations):
                break
        return cards, order[ranking.spread(associations)]

    def _shown(self, cards: Cards) -> list[Hit]:
        if len(self._filters) == 1:
            return list(self._of_part(0, cards))
        rows = np.arange(len(cards))
        found: dict[int, Hit] = {}
        for at in np.unique(cards.part).tolist():
            mine = rows[cards.part == at]
            found |= zip(mine.tolist(), self._of_part(at, cards[mine]), strict=True)
        return [found[row] for row in rows.tolist()]

    def _of_part(self, at: int, cards: Cards) -> Iterator[Hit]:
        columns = (cards.id, cards.cluster, cards.score, cards.next, cards.km, cards.place)
        firsts = self._filters[at].part.arrays["place_starts"][cards.doc].tolist()
        texts = self._matched[at].texts(cards.doc)
        rows = zip(*(column.tolist() for column in columns), firsts, texts, strict=True)
        for number, cluster, score, start, km, place, first, matched in rows:
            yield Hit(
                id=number,
                cluster=cluster,
                score=score,
                distance_km=None if km == math.inf else km,
                location_index=place - first if place >= 0 else None,
                next_at=None if start == math.inf else int(start),
                matched=matched,
            )


def _is_filled(associations: list[int]) -> bool:
    """Whether the first ranks can be filled from these without taking back what was put off."""
    counts = Counter(associations)
    return sum(min(count, ranking.SPREAD_MOST) for count in counts.values()) >= (
        ranking.SPREAD_WINDOW
    )

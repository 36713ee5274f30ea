"""One page of what was found: the first cards of all parts in order, spread, and shown."""

from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from search import ranking
from search.geo import STEPS, distance_km
from search.results import Hit
from search.whoosh.bits import Bits, Docs
from search.whoosh.candidates import Candidates
from search.whoosh.cards import Cards
from search.whoosh.closeup import Closeup
from search.whoosh.filters import Filters
from search.whoosh.matching import Matched
from search.whoosh.snapshot import Snapshot

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
        cards = self._spread(last) if spreads else self._first(last)
        return self._shown(cards[first:last])

    def _first(self, wanted: int) -> Cards:
        """At least the first cards wanted, in order.

        A cluster may be in several parts, and first in one of them only: so many more are asked.
        """
        shared = [len(docs) for docs, _ in self._snapshot.shared]
        some = [
            candidates.first(wanted + more)
            for candidates, more in zip(self._candidates, shared, strict=True)
        ]
        return Cards.joined(some).in_order(self._query)

    def _spread(self, wanted: int) -> Cards:
        """The same with the first ranks spread: looks a little further, and at all if it must."""
        for reach in (*_SPREAD_REACHES, self._total):
            cards = self._first(max(wanted, reach))
            if len(cards) >= self._total or _is_filled(cards.association.tolist()):
                break
        return cards[np.array(ranking.spread(cards.association.tolist()), np.int64)]

    def _shown(self, cards: Cards) -> list[Hit]:
        rows = np.arange(len(cards))
        found: dict[int, Hit] = {}
        for at in np.unique(cards.part).tolist():
            mine = rows[cards.part == at]
            found |= zip(mine.tolist(), self._of_part(at, cards[mine]), strict=True)
        return [found[row] for row in rows.tolist()]

    def _of_part(self, at: int, cards: Cards) -> Iterator[Hit]:
        texts = self._matched[at].texts(cards.doc)
        places = self._places(at, cards.doc) if self._placed else [(None, None)] * len(cards)
        columns = (cards.id, cards.cluster, cards.score, cards.next)
        rows = zip(*(column.tolist() for column in columns), places, texts, strict=True)
        for number, cluster, score, start, (place, distance), matched in rows:
            yield Hit(
                id=number,
                cluster=cluster,
                score=score,
                distance_km=distance,
                location_index=place,
                next_at=None if np.isinf(start) else int(start),
                matched=matched,
            )

    def _places(self, at: int, docs: Docs) -> list[tuple[int | None, float | None]]:
        """Which place of each document to show, and how far it is when a circle was asked."""
        query, part = self._query, self._filters[at].part
        near = Closeup(part, query, docs, placed=True, start=query.start, end=query.end)
        firsts = part.arrays["place_starts"][docs].tolist()
        shown: list[tuple[int | None, float | None]] = []
        for first, places in zip(firsts, near.places(), strict=True):
            distance, place = min((self._distance(at, p), p) for p in places.tolist())
            shown.append((place - first, distance if query.circle else None))
        return shown

    def _distance(self, at: int, place: int) -> float:
        """As the reference measures it, to the last bit; 0 where no circle was asked."""
        arrays, circle = self._filters[at].part.arrays, self._query.circle
        if circle is None:
            return 0.0
        lat, lon = int(arrays["place_lat"][place]), int(arrays["place_lon"][place])
        return distance_km(circle.lat, circle.lon, lat / STEPS, lon / STEPS)


def _is_filled(associations: list[int]) -> bool:
    """Whether the first ranks can be filled from these without taking back what was put off."""
    counts = Counter(associations)
    return sum(min(count, ranking.SPREAD_MOST) for count in counts.values()) >= (
        ranking.SPREAD_WINDOW
    )

"""One query over one snapshot: words, filters, totals, facets, and one page of cards."""

from search.plan import make_plan, suggestion
from search.query import Query
from search.ranking import SPREAD_WINDOW
from search.results import Hit, Results
from search.whoosh.clusters import Clusters
from search.whoosh.facets import Facets
from search.whoosh.filters import Filters
from search.whoosh.matching import Matched, Words
from search.whoosh.page import Hits
from search.whoosh.snapshot import Snapshot
from search.whoosh.vocabulary import Vocabulary


def answer(snapshot: Snapshot, query: Query) -> Results:
    """Everything that the query asks, exactly."""
    snapshot = snapshot.apart() if query.apart else snapshot
    asked = _Asked(snapshot, query)
    total, heads = asked.facets.total, asked.facets.heads
    return Results(
        hits=asked.page(),
        total=total,
        facets=asked.facets.named(),
        remote_from=heads if total > heads else None,
        corrected=asked.plan.corrected,
        suggestion=suggestion(
            query,
            total,
            Vocabulary(snapshot),
            lambda other: _Asked(snapshot, other).facets.total,
        ),
    )


class _Asked:
    """A query, worked out: for each part its words, its filters, and what is left of it."""

    def __init__(self, snapshot: Snapshot, query: Query) -> None:
        self._snapshot, self._query = snapshot, query
        self.plan = make_plan(query, Vocabulary(snapshot))
        words = Words(snapshot, self.plan)
        self._matched = [Matched(words, part, at) for at, part in enumerate(snapshot.parts)]
        self._filters = [Filters(m.part, query, m.mask) for m in self._matched]
        self.facets = Facets(snapshot, query, self._filters)

    def page(self) -> tuple[Hit, ...]:
        """The hits from `offset` on, `limit` at most: first those of the head, then the tail."""
        query, heads, total = self._query, self.facets.heads, self.facets.total
        last = min(query.offset + query.limit, total)
        hits: list[Hit] = []
        masks = [one.under & one.head(query.remote, one.asked) for one in self._filters]
        if query.offset < min(last, heads):
            placed = query.has_place and query.remote != "only"
            head = Hits(self._snapshot, self._filters, self._matched, masks, heads, placed=placed)
            hits += head.some(query.offset, min(last, heads), spreads=query.spread)
        if last > max(heads, query.offset):
            tails = [one.under & one.tail(one.asked) for one in self._filters]
            tails = Clusters(self._snapshot).without(tails, masks)
            rest = total - heads
            tail = Hits(self._snapshot, self._filters, self._matched, tails, rest, placed=False)
            spreads = query.spread and heads < SPREAD_WINDOW
            hits += tail.some(max(query.offset - heads, 0), last - heads, spreads=spreads)
        return tuple(hits)

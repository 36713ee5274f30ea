"""Documents as they meet a query, exactly: score, distance, next date; and the order of them all."""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search import ranking
from search.query import Query
from search.whoosh import bits, schema
from search.whoosh.bits import Docs
from search.whoosh.closeup import Closeup
from search.whoosh.filters import Filters
from search.whoosh.matching import Matched
from search.whoosh.runs import heads
from search.whoosh.standing import days_until

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Cards:
    """One row a document; `part` says of which part it is, `need` what is shown once only.

    `next` and `km` may be infinite; `place` is the one to show, -1 where no place is asked.
    """

    query: Query
    part: Ints
    doc: Ints
    id: Ints
    cluster: Ints
    need: Ints
    association: Ints
    published: Ints
    score: Floats
    next: Floats
    km: Floats
    place: Ints

    @classmethod
    def of(cls, filters: Filters, matched: Matched, docs: Docs, *, placed: bool) -> "Cards":
        """The cards of some documents of a part."""
        arrays, query = filters.part.arrays, filters.query
        near = Closeup(filters.part, query, docs, placed=placed, start=query.start, end=query.end)
        published = arrays["published"][docs]
        place, km = near.nearest
        text = matched.scores(docs)
        return cls(
            query,
            part=np.full(len(docs), matched.at),
            doc=docs,
            id=arrays["id"][docs],
            cluster=arrays["cluster"][docs],
            need=filters.part.needs[docs],
            association=arrays["association"][docs],
            published=published,
            score=_scores(query, text, near.next, km, published, arrays["flags"][docs]),
            next=near.next,
            km=km,
            place=place,
        )

    @classmethod
    def joined(cls, some: "list[Cards]") -> "Cards":
        """The cards of all parts."""
        if len(some) == 1:
            return some[0]
        columns = (np.concatenate([getattr(one, name) for one in some]) for name in _COLUMNS)
        return cls(some[0].query, *columns)

    def __len__(self) -> int:
        return len(self.doc)

    def __getitem__(self, rows: Ints | slice) -> "Cards":
        return Cards(self.query, *(getattr(self, name)[rows] for name in _COLUMNS))

    @cached_property
    def order(self) -> Ints:
        """The row of the best card of each cluster, in the order asked.

        Ties by distance, next date, id.
        """
        query = self.query
        metres = np.rint(self.km * 1000)
        key = {
            "distance": metres if query.circle is not None else None,
            "date": self.next,
            "newest": -self.published,
        }.get(query.sort)
        if key is None:
            key = -np.rint(self.score * ranking.SCORE_STEPS)
        order = key.argsort(kind="stable")
        ordered = key[order]
        tied = ~heads(ordered)
        tied[:-1] |= tied[1:]
        if tied.any():
            some = order[tied]
            ties = [self.id, self.next, metres, key] if query.circle else [self.id, self.next, key]
            order[tied] = some[np.lexsort([column[some] for column in ties])]
        return order[_firsts(self.need[order])]

    def worst(self, wanted: int) -> float:
        """A score that the first `wanted` clusters have at least; 0 when there are not so many."""
        if len(self.order) < wanted:
            return 0.0
        return float(self.score[self.order[wanted - 1]]) - 2 / ranking.SCORE_STEPS


_COLUMNS = [field.name for field in fields(Cards)][1:]


def _firsts(clusters: Ints) -> Ints | slice:
    """Where each cluster comes first."""
    if len(bits.distinct(clusters)) == len(clusters):
        return slice(None)
    order = np.argsort(clusters, kind="stable")
    return np.sort(order[heads(clusters[order])])


def _scores(
    query: Query,
    text: Floats,
    begins: Floats,
    km: Floats,
    published: Ints,
    flags: NDArray[np.uint8],
) -> Floats:
    """Text times factors, in the order in which the reference multiplies."""
    now = query.now
    scores = text * ranking.sooner(days_until(begins, now))
    if query.circle is not None:
        at = np.isfinite(km).nonzero()[0]
        scores[at] *= ranking.nearer(km[at])
    scores *= ranking.fresher(np.maximum(now - published, 0) / ranking.DAY)
    scores *= np.where((flags & schema.HAS_PLACES) > 0, 1.0, ranking.WAITING_LIST)
    if query.language is not None:
        english = (flags & schema.ENGLISH) > 0
        spoken = english if query.language == "en" else ~english
        scores *= np.where(spoken, 1.0, ranking.OTHER_LANGUAGE)
    return np.asarray(scores)

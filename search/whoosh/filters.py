"""Everything but words over one part: place, date, flags, remote, as masks of bits.

A pass is worked out once for each dimension that a facet counts (theme, place with remote, date,
accessible, minors); the answer is where all hold, a facet where all but its own do.
"""

from dataclasses import dataclass
from functools import cached_property

from search.query import Query
from search.whoosh import bits, layout
from search.whoosh.bits import Bits
from search.whoosh.closeup import Closeup
from search.whoosh.snapshot import Part
from search.whoosh.where import Where


@dataclass(frozen=True, slots=True)
class When:
    """What a stretch of dates admits: documents, from afar and at the place asked."""

    far: Bits
    there: Bits


class Filters:
    """The filters of one query over one part, for the documents that the words left."""

    def __init__(self, part: Part, query: Query, words: Bits | None) -> None:
        self.part = part
        self.query = query
        self.standing = part.standing(query.now)
        self.where = Where(part, query) if query.has_place else None
        self.base = self._always() if words is None else words & self._always()

    def _always(self) -> Bits:
        """What no facet counts without: alive, not expired, association, feed, campaign."""
        query, part = self.query, self.part
        arrays, found = part.arrays, part.live
        if self.standing.gone is not None:
            found = found & ~self.standing.gone
        if query.association_id is not None:
            found = found & bits.pack(arrays["association"] == query.association_id)
        if query.feed_id is not None:
            found = found & bits.pack(arrays["feed"] == query.feed_id)
        if query.campaign is not None:
            code = part.codes[layout.CAMPAIGNS].get(query.campaign, -1)
            docs = arrays["campaign_doc"][arrays["campaign_code"] == code]
            found = found & bits.of(docs, part.count)
        return found

    @cached_property
    def asked(self) -> When:
        """What the query's own dates admit."""
        return self.when(self.query.start, self.query.end)

    def when(self, start: int | None, end: int | None) -> When:
        """What overlaps [start, end) and is not over."""
        far = self.standing.admitted(start, end)
        if self.where is None:
            return When(far, far)
        there = far & self.where.mask
        if self.part.own is not None:
            there = self._with_own_places(there, start, end)
        return When(far, there)

    def _with_own_places(self, there: Bits, start: int | None, end: int | None) -> Bits:
        """The same, where shifts with a location of their own happen where they happen."""
        own = self.part.arrays["own_docs"]
        some = own[bits.holds(there & self.base, own)]
        near = Closeup(self.part, self.query, some, placed=True, start=start, end=end)
        return there & ~bits.of(some[~near.admitted], self.part.count)

    def head(self, remote: str | None, when: When) -> Bits:
        """What a way of asking about remote admits, but for the tail."""
        planes = self.part.planes
        if remote == "only":
            return when.far & planes["afar"]
        if remote == "no" or self.query.has_place:
            return when.there & planes["here"]
        return when.far

    def tail(self, when: When) -> Bits:
        """What is done from anywhere, after what is done at the place asked."""
        return when.far & self.part.planes["full"]

    def passes(self, remote: str | None, when: When) -> Bits:
        """Head and tail."""
        head = self.head(remote, when)
        return head | self.tail(when) if self.has_tail(remote) else head

    def has_tail(self, remote: str | None) -> bool:
        """Whether offers from afar come after those of a place."""
        return self.query.has_place and remote in (None, "also")

    @cached_property
    def under(self) -> Bits:
        """What passes everything but place, date and remote."""
        found = self.base
        for mask in (self.themes, self.flag("minors"), self.flag("accessible")):
            if mask is not None:
                found = found & mask
        return found

    @cached_property
    def themes(self) -> Bits | None:
        """The documents of one of the themes asked; None when none is."""
        if not self.query.themes:
            return None
        known, found = self.part.codes[layout.THEMES], bits.none(self.part.count)
        for theme in set(self.query.themes):
            if theme in known:
                found |= self.part.theme_masks[known[theme]]
        return found

    def flag(self, name: str) -> Bits | None:
        """The documents that have a flag, when it is asked; None when it is not."""
        asked = self.query.minors if name == "minors" else self.query.accessible
        return self.part.planes[name] if asked else None

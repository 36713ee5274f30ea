"""Everything but words over one part: place, date, flags, remote, as masks of bits.

A pass is worked out once for each dimension that a facet counts (theme, place with remote, date,
accessible, minors); the answer is where all hold, a facet where all but its own do.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from search.query import Query
from search.whoosh import bits, layout
from search.whoosh.bits import Bits, Docs
from search.whoosh.closeup import Closeup
from search.whoosh.snapshot import Part
from search.whoosh.where import Where

_KEPT_DAYS = 16


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
        self.where = Where(part, query) if query.has_place else None
        self.base = self._always() if words is None else words & self._always()

    def _always(self) -> Bits:
        """What no facet counts without: alive, not expired, association, feed, campaign."""
        query, part = self.query, self.part
        arrays, found = part.arrays, part.live
        gone = int(np.searchsorted(arrays["gone_at"], query.now, "right"))
        if gone:
            found = found & ~bits.of(arrays["gone_doc"][:gone], part.count)
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
        far = self.part.planes["ongoing"] | self._dated(start, end)
        if self.where is None:
            return When(far, far)
        there = far & self.where.mask
        own = self.part.arrays["own_docs"]
        if len(own):
            there = self._with_own_places(there, own, start, end)
        return When(far, there)

    def _with_own_places(self, there: Bits, own: Docs, start: int | None, end: int | None) -> Bits:
        """The same, where shifts with a location of their own happen where they happen."""
        some = own[bits.holds(there & self.base, own)]
        near = Closeup(self.part, self.query, some, placed=True, start=start, end=end)
        return there & ~bits.of(some[~near.admitted], self.part.count)

    def _dated(self, start: int | None, end: int | None) -> Bits:
        """The documents with a shift that ends after now and `start` and begins before `end`."""
        arrays, count = self.part.arrays, self.part.count
        after = self.query.now if start is None else max(self.query.now, start)
        if end is None:
            over = int(np.searchsorted(arrays["over_end"], after, "right"))
            return self.part.planes["dated"] & ~bits.of(arrays["over_doc"][:over], count)
        long = (arrays["long_end"] > after) & (arrays["long_start"] < end)
        starts = arrays["brief_start"]
        early, first, last = np.searchsorted(starts, (after - layout.DAY, after, end)).tolist()
        begun = slice(early, min(first, last))
        running = arrays["brief_doc"][begun][arrays["brief_end"][begun] > after]
        mask = np.zeros(count, bool)
        mask[arrays["long_doc"][long]] = True
        mask[running] = True
        whole = self._whole_days(first, last)
        for begin, stop in self._rest(first, last, whole):
            mask[arrays["brief_doc"][begin:stop]] = True
        return bits.pack(mask) | self._joined(whole) if len(whole) else bits.pack(mask)

    def _whole_days(self, first: int, last: int) -> range:
        """The days with a mask whose shifts are all among those from `first` to `last`."""
        begins, ends = self.part.arrays["day_begins"], self.part.arrays["day_ends"]
        low, high = np.searchsorted(begins, first), np.searchsorted(ends, last, "right")
        return range(int(low), int(high))

    def _rest(self, first: int, last: int, whole: range) -> list[tuple[int, int]]:
        """The shifts from `first` to `last` that those days leave, as slices."""
        begins, ends = (self.part.arrays[f"day_{name}"] for name in ("begins", "ends"))
        stops = [*begins[whole.start : whole.stop].tolist(), last]
        starts = [first, *ends[whole.start : whole.stop].tolist()]
        return [pair for pair in zip(starts, stops, strict=True) if pair[0] < pair[1]]

    def _joined(self, days: range) -> Bits:
        """The masks of some days as one; the same days are asked for all day long."""
        kept, key = self.part.joined_days, (days.start, days.stop)
        found = kept.get(key)
        if found is None:
            found = np.bitwise_or.reduce(self.part.day_masks[days.start : days.stop], axis=0)
            if len(kept) >= _KEPT_DAYS:
                kept.clear()
            kept[key] = found
        return found

    def head(self, remote: str | None, when: When) -> Bits:
        """What a way of asking about remote admits, but for the tail."""
        planes = self.part.planes
        if remote == "only":
            return when.far & (planes["possible"] | planes["full"])
        if remote == "no" or self.query.has_place:
            return when.there & ~planes["full"]
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

"""How the documents of a segment stand at one moment, worked out once and kept until the next.

Which shifts are over, what comes next for each offer, and what date, age, waiting list and language
make of a score are the same for every question of one moment. Doors round `now` to the minute, so a
question in thousands pays for it; nothing here depends on words, places, or which documents live.
"""

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from search import ranking
from search.document import Language
from search.whoosh import bits, layout, schema
from search.whoosh.bits import Bits, Docs
from search.whoosh.schema import Arrays

Floats = NDArray[np.float64]
Roughs = NDArray[np.float32]

LISTED = 4096  # so many of the best are listed: a page is found among them without a cut
_KEPT = 32  # stretches of dates


class Standings:
    """The standing of a segment at the moment asked last: some 25 bytes a document."""

    def __init__(self, arrays: Arrays, planes: dict[str, Bits]) -> None:
        self._arrays, self._planes = arrays, planes
        self._last: tuple[int, Standing] | None = None

    def at(self, now: int) -> "Standing":
        """The standing at one moment."""
        last = self._last
        if last is None or last[0] != now:
            last = self._last = now, Standing(self._arrays, self._planes, now)
        return last[1]


class Standing:
    """The documents of one segment at one moment."""

    def __init__(self, arrays: Arrays, planes: dict[str, Bits], now: int) -> None:
        self._arrays, self._planes, self._now = arrays, planes, now
        self._count = len(arrays["id"])
        self._admitted: dict[tuple[int, int | None], Bits] = {}
        self._factors: dict[Language | None, Roughs] = {}
        self._best: dict[Language | None, Docs] = {}

    @cached_property
    def gone(self) -> Bits | None:
        """The documents that have expired; None when none has."""
        gone = int(np.searchsorted(self._arrays["gone_at"], self._now, "right"))
        return bits.of(self._arrays["gone_doc"][:gone], self._count) if gone else None

    @cached_property
    def next(self) -> Floats:
        """The start of the first shift of each document that is not over; infinite without one."""
        arrays = self._arrays
        following = np.full(self._count, np.inf)
        firsts = arrays["shift_starts"]
        has = (firsts[1:] > firsts[:-1]).nonzero()[0]
        if len(has):
            ahead = np.where(arrays["shift_end"] > self._now, arrays["shift_start"], np.inf)
            following[has] = np.minimum.reduceat(ahead, firsts[:-1][has])
        return following

    def factors(self, language: Language | None) -> Roughs:
        """The most that all but the words and the place make of each document's score, to six digits.

        It is what they do make of it where neither dates nor a place leave out its next shift.
        """
        found = self._factors.get(language)
        if found is None:
            found = self._factors[language] = self._worked_out(language)
        return found

    def _worked_out(self, language: Language | None) -> Roughs:
        if language is not None:
            spoken = bits.unpack(self._planes["english"], self._count) == (language == "en")
            tongues = np.where(spoken, 1, ranking.OTHER_LANGUAGE).astype(np.float32)
            return np.asarray(self.factors(None) * tongues)
        age = np.maximum(self._now - self._arrays["published"], 0) / ranking.DAY
        days = days_until(self.next, self._now)
        ongoing = bits.unpack(self._planes["ongoing"], self._count)
        # What is asked may admit none of its shifts: then an ongoing offer counts as in 14 days.
        days[ongoing] = np.minimum(days[ongoing], ranking.SOONER_DAYS)
        factors = ranking.sooner(days) * ranking.fresher(age)
        factors[(self._arrays["flags"] & schema.HAS_PLACES) == 0] *= ranking.WAITING_LIST
        return np.asarray(factors.astype(np.float32))

    def best(self, language: Language | None) -> Docs:
        """The documents of the highest factors of all that can be found, best first."""
        found = self._best.get(language)
        if found is None:
            docs = bits.docs_of(self._findable, self._count)
            factors = self.factors(language)[docs]
            if len(docs) > LISTED:
                some = bits.highest(factors, LISTED)
                docs, factors = docs[some], factors[some]
            found = self._best[language] = docs[np.argsort(-factors, kind="stable")]
        return found

    @cached_property
    def soonest(self) -> Docs:
        """The documents of the shifts that come next of all, in the order of these.

        All that are not listed come after the last one listed: never at the same time.
        """
        docs = bits.docs_of(self._findable, self._count)
        following = self.next[docs]
        if len(docs) > LISTED:
            some = bits.highest(-following, LISTED)
            some = some[following[some] < following[some].max()]
            docs, following = docs[some], following[some]
        return docs[np.argsort(following, kind="stable")]

    @property
    def _findable(self) -> Bits:
        """The documents that are not over and have not expired."""
        there = self.admitted(None, None)
        return there if self.gone is None else there & ~self.gone

    def admitted(self, start: int | None, end: int | None) -> Bits:
        """The documents that are ongoing or have a shift in [start, end) that is not over."""
        after = self._now if start is None else max(self._now, start)
        found = self._admitted.get((after, end))
        if found is None:
            if len(self._admitted) >= _KEPT:
                self._admitted.clear()
            found = self._planes["ongoing"] | self._dated(after, end)
            self._admitted[after, end] = found
        return found

    def _dated(self, after: int, end: int | None) -> Bits:
        """The documents with a shift that ends after `after` and begins before `end`."""
        arrays, count = self._arrays, self._count
        if end is None:
            over = int(np.searchsorted(arrays["over_end"], after, "right"))
            return self._planes["dated"] & ~bits.of(arrays["over_doc"][:over], count)
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
        days = arrays["day_masks"].reshape(-1, bits.words_for(count))[whole.start : whole.stop]
        return np.asarray(bits.pack(mask) | np.bitwise_or.reduce(days, axis=0))

    def _whole_days(self, first: int, last: int) -> range:
        """The days with a mask whose shifts are all among those from `first` to `last`."""
        begins, ends = self._arrays["day_begins"], self._arrays["day_ends"]
        low, high = np.searchsorted(begins, first), np.searchsorted(ends, last, "right")
        return range(int(low), max(int(low), int(high)))

    def _rest(self, first: int, last: int, whole: range) -> list[tuple[int, int]]:
        """The shifts from `first` to `last` that those days leave, as slices."""
        begins, ends = (self._arrays[f"day_{name}"] for name in ("begins", "ends"))
        stops = [*begins[whole.start : whole.stop].tolist(), last]
        starts = [first, *ends[whole.start : whole.stop].tolist()]
        return [pair for pair in zip(starts, stops, strict=True) if pair[0] < pair[1]]


def days_until(begins: Floats, now: int) -> Floats:
    """Days until a shift begins: 0 when it has; as in 14 for what has none."""
    days = np.maximum(begins - now, 0) / ranking.DAY
    return np.where(np.isinf(begins), ranking.SOONER_DAYS, days)

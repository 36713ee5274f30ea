"""Clusters counted under masks: each once, however many of its members are there.

In a segment the clusters of two stand side by side, so a shift finds those whose both members are
under a mask. The few that are larger, or reach into several segments, are looked at one by one.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from search.whoosh import bits
from search.whoosh.bits import Bits
from search.whoosh.snapshot import Part, Snapshot

_FIRST = np.uint64(0x5555_5555_5555_5555)
_ONE = np.uint64(1)
Counts = NDArray[np.int64]


class Clusters:
    """Counts over all parts."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def counts(self, rows: Sequence[NDArray[np.uint64]]) -> Counts:
        """How many clusters have a member under each row of masks, given by part."""
        found = np.zeros(len(rows[0]), np.int64)
        for part, masks in zip(self._snapshot.parts, rows, strict=True):
            found += _in_part(part, masks)
        if len(self._snapshot.shared_clusters):
            for row in range(len(found)):
                found[row] -= self._again([masks[row] for masks in rows])
        return found

    def _again(self, masks: Sequence[Bits]) -> int:
        """How often a cluster was counted that another part has counted too."""
        seen = np.zeros(len(self._snapshot.shared_clusters), np.int64)
        for (docs, which), mask in zip(self._snapshot.shared, masks, strict=True):
            here = np.zeros(len(seen), bool)
            here[which[bits.holds(mask, docs)]] = True
            seen += here
        return int(np.maximum(seen - 1, 0).sum())

    def without(self, masks: Sequence[Bits], taken: Sequence[Bits]) -> list[Bits]:
        """The masks without the clusters that have a member under those taken."""
        parts = self._snapshot.parts
        left = [_without(*each) for each in zip(parts, masks, taken, strict=True)]
        seen = np.zeros(len(self._snapshot.shared_clusters), bool)
        for (docs, which), mask in zip(self._snapshot.shared, taken, strict=True):
            seen[which[bits.holds(mask, docs)]] = True
        if seen.any():
            for at, (docs, which) in enumerate(self._snapshot.shared):
                left[at] = left[at] & ~bits.of(docs[seen[which]], parts[at].count)
        return left


def _in_part(part: Part, rows: NDArray[np.uint64]) -> Counts:
    found = _counted(rows)
    pairs = part.pairs
    if pairs:
        both = rows[:, : bits.words_for(pairs)]
        both = both & (both >> _ONE) & _FIRST
        if pairs % 64:
            both[:, -1] &= _below(pairs)
        found -= _counted(both)
    if len(part.crowds):
        for row in range(len(rows)):
            found[row] -= int(np.maximum(_in_crowds(part, rows[row]) - 1, 0).sum())
    return np.asarray(found)


def _counted(rows: NDArray[np.uint64]) -> Counts:
    """The bits of each row; summed as uint32, which takes half the time of int64."""
    return np.asarray(np.bitwise_count(rows).sum(axis=1, dtype=np.uint32), np.int64)


def _below(pairs: int) -> np.uint64:
    """The bits of the last word that belong to clusters of two."""
    return np.uint64((1 << pairs % 64) - 1)


def _in_crowds(part: Part, mask: Bits) -> Counts:
    """How many members of each larger cluster are under a mask."""
    crowds = part.crowds
    some = bits.unpack(mask, int(crowds[-1]))[crowds[0] :]
    return np.asarray(np.add.reduceat(some, crowds[:-1] - crowds[0], dtype=np.int64))


def _without(part: Part, mask: Bits, taken: Bits) -> Bits:
    left = mask & ~taken
    pairs, crowds = part.pairs, part.crowds
    if pairs:
        words = bits.words_for(pairs)
        some = taken[:words]
        partners = ((some & _FIRST) << _ONE) | ((some >> _ONE) & _FIRST)
        if pairs % 64:
            partners[-1] &= _below(pairs)
        left[:words] &= ~partners
    if len(crowds):
        sizes = np.diff(crowds)
        docs = np.repeat(_in_crowds(part, taken) > 0, sizes)
        left &= ~bits.of(crowds[0] + np.flatnonzero(docs), part.count)
    return left

"""Exact counts of clusters under masks: totals and facets."""

import numpy as np
from numpy.typing import NDArray

from search.results import Counts
from search.whoosh import schema
from search.whoosh.snapshot import Snapshot

Mask = NDArray[np.bool_]


class Facets:
    """Exact counts of clusters under masks."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def count(self, mask: Mask) -> int:
        """How many clusters have a member under the mask."""
        snapshot = self._snapshot
        total = int(np.count_nonzero(mask))
        if not len(snapshot.shared):
            return total
        under = mask[snapshot.shared]
        seen = np.zeros(snapshot.shared_clusters, bool)
        seen[snapshot.cluster[snapshot.shared[under]]] = True
        return total - int(np.count_nonzero(under)) + int(np.count_nonzero(seen))

    def without(self, mask: Mask, taken: Mask) -> Mask:
        """The mask without the clusters that have a member under another one."""
        snapshot = self._snapshot
        if not len(snapshot.shared):
            return mask & ~taken
        seen = np.zeros(snapshot.shared_clusters, bool)
        seen[snapshot.cluster[snapshot.shared[taken[snapshot.shared]]]] = True
        left = mask & ~taken
        left[snapshot.shared[seen[snapshot.cluster[snapshot.shared]]]] = False
        return left

    def themes(self, mask: Mask) -> Counts:
        """Each theme under the mask and its clusters, most first."""
        columns, names = self._snapshot.columns, self._snapshot.names[schema.THEMES]
        docs = columns["theme_doc"]
        under = mask[docs]
        docs, codes = docs[under], columns["theme_code"][under].astype(np.int64)
        cluster = self._snapshot.cluster[docs]
        counts = np.bincount(codes[cluster < 0], minlength=len(names))
        pairs = np.unique(cluster[cluster >= 0] * len(names) + codes[cluster >= 0])
        counts += np.bincount(pairs % max(len(names), 1), minlength=len(names))
        found = [(name, int(counts[code])) for name, code in names.items() if counts[code]]
        return tuple(sorted(found, key=lambda pair: (-pair[1], pair[0])))

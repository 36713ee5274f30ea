"""The words of one segment and where they are: lookups over the sidecar's arrays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.whoosh.schema import Arrays

Ints = NDArray[Any]


def word_hash(word: bytes) -> int:
    """64 bits by which a word is found in a lexicon without reading it."""
    return int.from_bytes(blake2b(word, digest_size=8).digest(), "little")


@dataclass(frozen=True, slots=True)
class Entries:
    """Where one word is: one entry a document and field, documents ascending.

    `at` are the numbers of the entries in their group, by which positions are found.
    """

    doc: Ints
    field: Ints
    frequency: Ints
    at: slice


class Group:
    """The merged postings of some fields in one segment."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._bytes = arrays[f"{name}_words"]
        self._offsets = arrays[f"{name}_word_offsets"]
        self._hashes = arrays[f"{name}_hashes"]
        self._hash_words = arrays[f"{name}_hash_words"]
        self._starts = arrays[f"{name}_starts"]
        self._doc = arrays[f"{name}_doc"]
        self._field = arrays[f"{name}_field"]
        self._frequency = arrays[f"{name}_frequency"]
        self._place_starts = arrays[f"{name}_place_starts"]
        self._places = arrays[f"{name}_places"]

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> bytes:
        begin, end = int(self._offsets[number]), int(self._offsets[number + 1])
        return self._bytes[begin:end].tobytes()

    def find_all(self, words: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
        """The numbers of those of the words that are here: one search over all hashes."""
        asked = list(words)
        if not len(self) or not asked:
            return
        hashes = np.array([word_hash(word) for word in asked], np.uint64)
        places = np.minimum(np.searchsorted(self._hashes, hashes), len(self) - 1)
        for hit in np.flatnonzero(self._hashes[places] == hashes):
            number = int(self._hash_words[places[hit]])
            if self[number] == asked[hit]:
                yield asked[hit], number

    def find(self, word: bytes) -> int | None:
        """The number of a word, or None."""
        return next((number for _, number in self.find_all((word,))), None)

    def beginning_with(self, prefix: bytes) -> range:
        """The numbers of the words that begin with a prefix: two bisections."""
        return range(self._bisect(prefix), self._bisect(prefix + b"\xff"))

    def _bisect(self, word: bytes) -> int:
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < word:
                low = middle + 1
            else:
                high = middle
        return low

    def live_counts(self, numbers: range, live: NDArray[np.bool_]) -> Ints:
        """How many live documents have each of some neighbouring words of a one-field group."""
        if not len(numbers):
            return np.empty(0, np.int64)
        starts = self._starts[numbers.start : numbers.stop + 1].astype(np.int64)
        alive = live[self._doc[starts[0] : starts[-1]]].astype(np.int64)
        return np.add.reduceat(alive, starts[:-1] - starts[0])

    def docs(self, number: int) -> Ints:
        """The documents of a word, ascending; one that has it in two fields comes twice."""
        return self._doc[int(self._starts[number]) : int(self._starts[number + 1])]

    def entries(self, number: int) -> Entries:
        """All that is kept of a word."""
        at = slice(int(self._starts[number]), int(self._starts[number + 1]))
        return Entries(self._doc[at], self._field[at], self._frequency[at], at)

    def places(self, entries: Entries, keep: NDArray[np.bool_]) -> tuple[Ints, Ints]:
        """The positions of some entries: for each position, the entry's index among those kept."""
        begins = self._place_starts[entries.at.start : entries.at.stop][keep].astype(np.int64)
        counts = entries.frequency[keep].astype(np.int64)
        ends = np.cumsum(counts)
        total = int(ends[-1]) if len(ends) else 0
        at = np.repeat(begins - (ends - counts), counts) + np.arange(total)
        return np.repeat(np.arange(len(counts)), counts), self._places[at].astype(np.int64)

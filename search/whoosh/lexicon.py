"""The words of one segment and where they are: lookups over the sidecar's arrays."""

from collections.abc import Iterable, Iterator
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.whoosh import bits
from search.whoosh.bits import Bits, Docs, Mask
from search.whoosh.runs import spans
from search.whoosh.schema import Arrays

ALIKE = "alike"
MARKED = 8  # postings from one mark of where their positions begin to the next
Ints = NDArray[Any]

_BASE = 0x9E37_79B9_7F4A_7C15
_HASHED = 64  # of a word's bytes; longer ones that begin alike are told apart by reading them
_POWERS = tuple(pow(_BASE, power, 2**64) for power in range(_HASHED))
_POWERS_OF_MANY = np.array(_POWERS, np.uint64)


def word_hashes(words: list[bytes]) -> NDArray[np.uint64]:
    """64 bits for each word, by which it is found in a lexicon without reading it.

    A polynomial of its bytes, so that some hundred corrections of a slip take a single product.
    """
    cut = np.array(words, f"S{min(max(map(len, words), default=1), _HASHED) or 1}")
    letters = cut.view(np.uint8).reshape(len(words), cut.itemsize)
    return np.asarray((letters * _POWERS_OF_MANY[: letters.shape[1]]).sum(axis=1, dtype=np.uint64))


def word_hash(word: bytes) -> np.uint64:
    """The same of one word, in a tenth of the time."""
    return np.uint64(sum(map(mul, word, _POWERS)) % 2**64)


class Lists:
    """The words of one segment, and the documents of each."""

    def __init__(self, arrays: Arrays, name: str) -> None:
        self._bytes, self._offsets = arrays[f"{name}_words"], arrays[f"{name}_word_offsets"]
        self._starts, self._doc = arrays[f"{name}_starts"], arrays[f"{name}_doc"]

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def __getitem__(self, number: int) -> bytes:
        begin, end = int(self._offsets[number]), int(self._offsets[number + 1])
        return self._bytes[begin:end].tobytes()

    def size(self, number: int) -> int:
        """How many documents have a word, deleted ones too."""
        return int(self._starts[number + 1]) - int(self._starts[number])

    def docs(self, number: int) -> Docs:
        """The documents of a word, ascending."""
        return self._doc[int(self._starts[number]) : int(self._starts[number + 1])]


class Group(Lists):
    """The merged postings of some fields in one segment.

    Of the fields the last is the main one: its frequency (up to 254) and length stand in `code`
    beside each document; all else stands at the side, with the place of its document in the list.
    """

    def __init__(self, arrays: Arrays, name: str) -> None:
        super().__init__(arrays, name)

        def of(key: str) -> Ints:
            return arrays[f"{name}_{key}"]

        self._hashes, self._hash_words, self._code = of("hashes"), of("hash_words"), of("code")
        self._side_starts, self._side_at = of("side_starts"), of("side_at")
        self._side_field, self._side_code = of("side_field"), of("side_code")
        self._place_marks, self._place_steps = of("place_marks"), of("place_steps")
        self._places = of("places")
        self._lengths = of("word_lengths")
        self._most, self._alike = of("most"), of(ALIKE)
        self._counts = of("counts").reshape(len(self), -1) if len(self) else of("counts")
        self._rows, self._masks = of("mask_rows"), of("masks")

    def find_all(self, words: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
        """The numbers of those of the words that are here: one search over all hashes."""
        asked = list(words)
        if not len(self) or not asked:
            return
        hashes = word_hashes(asked)
        begins = np.searchsorted(self._hashes, hashes)
        for at in (self._hashes.take(begins, mode="clip") == hashes).nonzero()[0].tolist():
            for number in self._hashed(hashes[at], int(begins[at])):
                if self[number] == asked[at]:
                    yield asked[at], number

    def _hashed(self, hashed: np.uint64, begin: int) -> Iterator[int]:
        """The words of one hash: almost always a single one."""
        while begin < len(self) and self._hashes[begin] == hashed:
            yield int(self._hash_words[begin])
            begin += 1

    def find(self, word: bytes) -> int | None:
        """The number of a word, or None."""
        hashed = word_hash(word)
        begin = int(self._hashes.searchsorted(hashed))
        return next((n for n in self._hashed(hashed, begin) if self[n] == word), None)

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

    def alike(self, number: int) -> int:
        """The first word with the very same documents and codes; often the word itself."""
        return int(self._alike[number])

    def sizes(self, numbers: range) -> Ints:
        """The same for neighbouring words."""
        return np.diff(self._starts[numbers.start : numbers.stop + 1].astype(np.int64))

    def lengths(self, numbers: range) -> Ints:
        """How many characters neighbouring words have."""
        return self._lengths[numbers.start : numbers.stop]

    def codes(self, number: int) -> Ints:
        """Frequency << 8 | length of the main field of each; 0 where it lacks the word."""
        return self._code[int(self._starts[number]) : int(self._starts[number + 1])]

    def side(self, number: int) -> tuple[Ints, Ints, Ints]:
        """The entries of the other fields: place in the list, field, code; in this order."""
        at = slice(int(self._side_starts[number]), int(self._side_starts[number + 1]))
        return self._side_at[at], self._side_field[at], self._side_code[at]

    def side_of(self, number: int, at: Ints) -> tuple[Ints, Ints, Ints]:
        """The entries of the other fields at some places of the list: index in `at`, field, code."""
        side_at, fields, codes = self.side(number)
        if not len(side_at):
            return at[:0], fields, codes
        begins, ends = side_at.searchsorted(at), side_at.searchsorted(at, "right")
        counts = ends - begins
        owner, flat = np.arange(len(at)).repeat(counts), spans(begins, counts)
        return owner, fields[flat], codes[flat].astype(np.int64)

    def most(self, number: int) -> int:
        """The largest frequency of a word that fits a code."""
        return int(self._most[number])

    def counts(self, number: int) -> Ints:
        """How many documents have a word in each field, deleted ones too."""
        return np.asarray(self._counts[number].astype(np.int64))

    def mask(self, number: int, count: int) -> Bits:
        """The documents of a word as a mask: stored, when it is frequent."""
        row = int(self._rows[number])
        if row < 0:
            return bits.of(self.docs(number), count)
        width = bits.words_for(count)
        return self._masks[row * width : (row + 1) * width]

    def places_of(self, number: int, at: Ints) -> tuple[Ints, Ints]:
        """The positions of the documents at some places of a word's list, ascending.

        Where those of each begin, and all of them as position * fields + field.
        """
        at = at + int(self._starts[number])
        begins, ends = self._place_starts(at), self._place_starts(at + 1)
        if len(at) == self.size(number) > 0:
            return begins - begins[0], self._places[begins[0] : ends[-1]].astype(np.int64)
        counts = ends - begins
        places = self._places[spans(begins, counts)]
        return counts.cumsum() - counts, places.astype(np.int64)

    def _place_starts(self, postings: Ints) -> Ints:
        """Where the positions of some postings begin."""
        starts = self._place_marks[postings // MARKED] + self._place_steps[postings]
        return np.asarray(starts.astype(np.int64))


def among(listed: Docs, docs: Docs) -> tuple[Ints, Mask]:
    """Where some documents stand in an ascending list, and which of them are there at all."""
    if not len(listed):
        return np.zeros(len(docs), np.int64), np.zeros(len(docs), np.bool_)
    docs = docs.astype(listed.dtype, copy=False)  # else the list is made what the documents are
    at = np.minimum(listed.searchsorted(docs), len(listed) - 1)
    return at, listed[at] == docs

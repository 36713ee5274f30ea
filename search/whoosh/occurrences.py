"""Every occurrence of every word of a segment as one number of 64 bits, sorted once for all uses.

    word | document | field | position      from the highest bits to the lowest

The order of those numbers is that of a sidecar's postings and, field by field, that of Whoosh's:
sorting plain numbers is what a processor does best, and nothing has to be carried along.
"""

from array import array
from collections.abc import Iterable, Iterator, Sized
from dataclasses import dataclass

import numpy as np

from search.whoosh.pieces import Ints, Met, Numbers
from search.whoosh.runs import heads

_FIELD_BITS = 2
_STEP = 1 << 20
_POSITION_BITS = 22  # at most; a text of four million words has those beyond at its last place


@dataclass(frozen=True, slots=True)
class Field:
    """The postings of one field: for each word, in order, its documents and its positions in each."""

    words: list[bytes]
    starts: Ints  # of each word's postings, and the end of the last
    docs: Ints
    counts: Ints  # positions of each posting
    places: Ints  # one posting after the other


class Sorted:
    """The postings of one group of fields, by word, document and field.

    A group of a large segment has tens of millions: no more than its numbers and what comes of them
    is held at once.
    """

    def __init__(self, words: list[bytes], keys: Ints, docs: Sized, *, once: bool) -> None:
        """From the occurrences' numbers, which are used up; `once`: positions say nothing."""
        keys.sort()
        bits, doc_bits = np.uint64(_bits(words, docs)), np.uint64(_doc_bits(len(docs)))
        begins = _firsts(keys, bits)
        if once:
            keys, begins = keys[begins], np.arange(len(begins))
        self.words, self.begins = words, begins.astype(np.uint32)
        self.counts = np.diff(begins, append=len(keys)).astype(np.int32)
        self.word, self.doc = (np.empty(len(begins), np.int32) for _ in range(2))
        self.field = np.empty(len(begins), np.uint8)
        for at in _steps(len(begins)):
            head = keys[begins[at]] >> bits
            self.field[at] = head & np.uint64((1 << _FIELD_BITS) - 1)
            head >>= np.uint64(_FIELD_BITS)
            self.doc[at] = head & np.uint64((1 << int(doc_bits)) - 1)
            self.word[at] = head >> doc_bits
        keys &= np.uint64((1 << int(bits)) - 1)
        self.places = keys.astype(np.uint32)

    def of(self, field: int, fields: int) -> Field:
        """The postings of one of the fields."""
        word, doc, counts, places = self.word, self.doc, self.counts, self.places
        if fields > 1:
            mine = self.field == field
            places = places[np.repeat(mine, counts)]
            word, doc, counts = word[mine], doc[mine], counts[mine]
        starts = np.flatnonzero(heads(word))
        named = [self.words[number] for number in word[starts].tolist()]
        return Field(named, np.append(starts, len(word)), doc, counts, places)


def _firsts(keys: Ints, bits: np.uint64) -> Ints:
    """Where numbers begin that are alike but for their last bits."""
    new = np.empty(len(keys), bool)
    before = -1
    for at in _steps(len(keys)):
        head = keys[at] >> bits
        new[at] = np.concatenate(([int(head[0]) != before], head[1:] != head[:-1]))
        before = int(head[-1])
    return np.flatnonzero(new)


def _steps(count: int) -> Iterator[slice]:
    return (slice(at, at + _STEP) for at in range(0, count, _STEP))


def numbered(
    met: Iterable[Met], size: int, numbers: Numbers, rank: Ints
) -> tuple[list[bytes], Ints]:
    """All words in order, and the occurrences as numbers.

    `size` is how many there are; `rank` the place of each document in the new order.
    """
    words = sorted(numbers)
    ranks = np.empty(len(words), np.uint64)
    ranks[[numbers[word] for word in words]] = np.arange(len(words))
    shifts = [np.uint64(n) for n in (_doc_bits(len(rank)), _FIELD_BITS, _bits(words, rank))]
    furthest = (1 << int(shifts[2])) - 1
    keys, at = np.empty(size, np.uint64), 0
    for word, doc, field, position in met:
        part = keys[at : at + len(word)]
        part[:] = ranks[word]
        for shift, more in zip(
            shifts, (rank[doc], field, np.minimum(position, furthest)), strict=True
        ):
            part <<= shift
            part |= more.astype(np.uint64)
        at += len(word)
    return words, keys


def _doc_bits(docs: int) -> int:
    return max(docs - 1, 1).bit_length()


def _bits(words: Sized, docs: Sized) -> int:
    """How many bits are left for a position."""
    used = max(len(words) - 1, 1).bit_length() + _doc_bits(len(docs)) + _FIELD_BITS
    return min(64 - used, _POSITION_BITS)


class ReadBack:
    """The postings of one group as Whoosh gives them back."""

    def __init__(self, numbers: Numbers) -> None:
        self._numbers = numbers
        self._words, self._docs, self._counts = array("i"), array("i"), array("i")
        self._places = bytearray()
        self._fields, self._sizes = array("i"), array("i")

    def add(self, field: int, word: bytes, docs: list[int], places: list[bytes]) -> None:
        """The postings of a word in one field, with their positions as uint32."""
        if docs:
            self._words.append(self._numbers[word])
            self._docs.fromlist(docs)
            self._counts.fromlist([len(one) >> 2 for one in places])
            self._places += b"".join(places)
            self._fields.append(field)
            self._sizes.append(len(docs))

    def __len__(self) -> int:
        """How many occurrences there are."""
        return len(self._places) >> 2

    def lengths(self) -> tuple[Ints, Ints, Ints]:
        """The field and the document of each posting, and how many positions it has."""
        field = np.repeat(np.asarray(self._fields, np.int64), np.asarray(self._sizes))
        return field, np.asarray(self._docs), np.asarray(self._counts)

    def met(self) -> Iterator[Met]:
        """Every occurrence."""
        counts = np.asarray(self._counts)
        run = np.repeat(np.repeat(np.arange(len(self._sizes)), np.asarray(self._sizes)), counts)
        word, field = np.asarray(self._words)[run], np.asarray(self._fields, np.int64)[run]
        yield word, np.repeat(np.asarray(self._docs), counts), field, self._at()

    def _at(self) -> Ints:
        return np.frombuffer(self._places, "<u4") if self._places else np.empty(0, np.uint32)

"""The words of a segment on their way from its documents to the flat arrays of a sidecar.

Entries (word, document, field, positions) are kept as they come and sorted once. What is written
are, for each word, its documents with a code of frequency and length in the main field, the few
entries of the other fields beside them, and a mask of its own when it is frequent.
"""

from array import array
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.ranking import FIELDS, LENGTHS
from search.text import fold
from search.whoosh import bits, layout, postings
from search.whoosh.layout import Names
from search.whoosh.lexicon import ALIKE, Group, word_hashes
from search.whoosh.schema import ACCENTED, EXACT, Arrays

Ints = NDArray[Any]

GROUPS = {"text": FIELDS, EXACT: (EXACT,), ACCENTED: (ACCENTED,)}
FREQUENT = 16  # a word that one document in so many holds has its mask stored
RARE = 64  # and no word that fewer hold
MOST = 254  # of a frequency that fits a code; what is more stands with the other fields


def small(numbers: Ints) -> Ints:
    """The same numbers, none below 0, in the fewest bytes that hold the largest."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


class _Numbers(dict[bytes, int]):
    """Numbers for words, in the order they are met."""

    def __missing__(self, word: bytes) -> int:
        number = self[word] = len(self)
        return number


class Gathered:
    """The postings of one group of fields, in any order.

    A segment may have a hundred million of them: what is kept of each are a few bytes.
    """

    def __init__(self) -> None:
        self.numbers = _Numbers()
        self.words = array("i")
        self.counts = array("i")
        self.places = bytearray()
        self._runs = array("i"), array("i"), array("i")

    def add(self, doc: int, kind: int, words: list[bytes], places: list[bytes]) -> None:
        """Some words of a field of a document, with their positions as uint32."""
        numbers = self.numbers
        self.words.extend([numbers[word] for word in words])
        self.counts.extend([len(one) >> 2 for one in places])
        self.places += b"".join(places)
        for values, value in zip(self._runs, (doc, kind, len(words)), strict=True):
            values.append(value)

    def cells(self, rank: Ints) -> tuple[Ints, Ints]:
        """The document, as `rank` numbers it, and the field of each entry."""
        doc, kind, sizes = (np.array(values, np.int64) for values in self._runs)
        return np.repeat(rank[doc].astype(np.int32), sizes), np.repeat(kind.astype(np.uint8), sizes)

    def arrays(self, fields: int, rank: Ints, lengths: Ints) -> Arrays:
        """Everything about the words, by word, document and field."""
        ordered = sorted(self.numbers)
        word_rank = np.empty(len(ordered), np.int64)
        word_rank[[self.numbers[word] for word in ordered]] = np.arange(len(ordered))
        key = word_rank[np.array(self.words, np.int32)]
        doc, kind = self.cells(rank)
        key = (key * len(rank) + doc) * fields + kind
        del doc, kind
        order = np.argsort(key)
        key = key[order]
        kind, key = (key % fields).astype(np.uint8), key // fields
        new = np.diff(key, prepend=-1) != 0
        first = new.nonzero()[0]
        word, doc = (key // len(rank)).astype(np.int32), (key % len(rank)).astype(np.int32)
        del key
        counts = np.array(self.counts, np.int32)
        begins = (np.cumsum(counts, dtype=np.int64) - counts)[order]
        tf = counts[order]
        del order, counts
        rungs = np.minimum(np.searchsorted(LENGTHS, lengths), 255).astype(np.int32)
        code = tf << 8 | rungs[kind, doc]
        starts = np.searchsorted(word[first], np.arange(len(ordered) + 1))
        arrays = _coded(word, kind, code, np.cumsum(new, dtype=np.int32) - 1, starts, fields)
        arrays |= {"doc": doc[first], "starts": small(starts), **_lexicon(ordered)}
        del word, doc, code, new
        ends = np.cumsum(tf, dtype=np.int64)
        arrays["place_starts"] = small(np.append(ends[first] - tf[first], len(self.places) >> 2))
        arrays["places"] = self._placed(begins - (ends - tf), tf, kind, fields)
        return arrays | _masks(arrays, len(rank))

    def _placed(self, shift: Ints, tf: Ints, kind: Ints, fields: int) -> Ints:
        """Every position in the order of the entries, as position * fields + field."""
        at = np.repeat(shift, tf)
        at += np.arange(len(at))
        flat = np.frombuffer(self.places, "<u4")
        return small(flat[at].astype(np.int64) * fields + np.repeat(kind, tf))


def _coded(word: Ints, kind: Ints, code: Ints, pair: Ints, starts: Ints, fields: int) -> Arrays:
    """Codes of the main field by (word, document), and the entries of the others apart."""
    words = len(starts) - 1
    main = (kind == fields - 1) & (code < (MOST + 1) << 8)
    codes = np.zeros(int(starts[-1]), np.uint16)
    codes[pair[main]] = code[main]
    rest = ~main
    counts = np.bincount(word.astype(np.int64) * fields + kind, minlength=words * fields)
    most = np.zeros(words, np.int64)
    np.maximum.at(most, word, np.minimum(code >> 8, MOST))
    return {
        "code": codes,
        "side_starts": small(np.searchsorted(word[rest], np.arange(words + 1))),
        "side_at": small(pair[rest] - starts[word[rest]]),
        "side_field": kind[rest].astype(np.uint8),
        "side_code": small(code[rest]),
        "counts": small(counts),
        "most": most.astype(np.uint8),
    }


def _masks(arrays: Arrays, count: int) -> Arrays:
    """The masks of frequent words, and which words hold the very documents of an earlier one."""
    starts, docs = arrays["starts"].astype(np.int64), arrays["doc"]
    sizes = np.diff(starts)
    alike = _alike(arrays, sizes)
    rows = np.full(len(sizes), -1, np.int32)
    often = np.flatnonzero((sizes * FREQUENT > count) & (sizes > RARE))
    masks: list[NDArray[np.uint64]] = []
    for number in often[alike[often] == often].tolist():
        rows[number] = len(masks)
        masks.append(bits.of(docs[starts[number] : starts[number + 1]], count))
    rows = rows[alike]
    return {
        ALIKE: alike.astype(np.int32),
        "mask_rows": rows,
        "masks": np.concatenate(masks) if masks else np.empty(0, np.uint64),
    }


def _alike(arrays: Arrays, sizes: Ints) -> Ints:
    """For each word, the first one with the very same documents and codes.

    Most French words stand under two forms wherever they are; a question need look at one only.
    """
    alike = np.arange(len(sizes))
    starts, side = arrays["starts"].astype(np.int64), arrays["side_starts"].astype(np.int64)
    seen: dict[tuple[bytes, ...], int] = {}
    for number in np.flatnonzero(sizes > 8).tolist():
        here, there = (slice(s[number], s[number + 1]) for s in (starts, side))
        key = tuple(
            blake2b(arrays[name][at].tobytes(), digest_size=16).digest()
            for name, at in (
                ("doc", here),
                ("code", here),
                ("side_at", there),
                ("side_field", there),
                ("side_code", there),
            )
        )
        alike[number] = seen.setdefault(key, number)
    return alike


class Gathering:
    """The documents of a segment as they are given to Whoosh, or read back from it."""

    def __init__(self) -> None:
        self._cards: list[bytes] = []
        self._groups = {group: Gathered() for group in GROUPS}

    def __len__(self) -> int:
        return len(self._cards)

    def add(self, fields: dict[str, Any]) -> None:
        """The next document, in the form of schema.to_fields."""
        doc = len(self._cards)
        self._cards.append(fields["card"])
        for group, names in GROUPS.items():
            gathered = self._groups[group]
            for kind, name in enumerate(names):
                items = fields[name]
                gathered.add(doc, kind, [i[0] for i in items], [i[3] for i in items])

    def read_back(self, reader: Any) -> None:
        """All documents of a Whoosh segment, after those that are here already."""
        base = len(self._cards)
        self._cards += list(postings.cards(reader))
        for group, names in GROUPS.items():
            gathered = self._groups[group]
            for kind, name in enumerate(names):
                for word, docs, values in postings.terms(reader, name):
                    for doc, places in zip(docs, values, strict=True):
                        gathered.add(base + doc, kind, [word], [places])

    def arrays(self) -> tuple[Arrays, Names]:
        """The segment as arrays; what was gathered is let go on the way."""
        arrays, names, rank = layout.columns_of(self._cards)
        for group, fields in GROUPS.items():
            gathered = self._groups.pop(group)
            lengths = _lengths(gathered, len(fields), rank)
            found = gathered.arrays(len(fields), rank, lengths)
            arrays |= {f"{group}_{key}": values for key, values in found.items()}
            arrays[f"{group}_lengths"] = small(lengths.ravel())
            arrays[f"{group}_totals"] = lengths.sum(axis=1)
        return arrays | _spellings(arrays), names


def _lengths(gathered: Gathered, fields: int, rank: Ints) -> Ints:
    """How many words each document has in each field."""
    doc, kind = gathered.cells(rank)
    counts = np.array(gathered.counts, np.float64)
    found = np.bincount(kind.astype(np.int64) * len(rank) + doc, counts, fields * len(rank))
    return found.astype(np.int64).reshape(fields, -1)


def _lexicon(ordered: list[bytes]) -> Arrays:
    """Sorted words, one after the other, and their hashes sorted with the word of each."""
    offsets = np.zeros(len(ordered) + 1, np.int64)
    np.cumsum([len(word) for word in ordered], out=offsets[1:])
    hashes = word_hashes(ordered)
    by_hash = np.argsort(hashes, kind="stable")
    return {
        "words": np.frombuffer(b"".join(ordered), np.uint8),
        "word_offsets": small(offsets),
        "word_lengths": small(np.array([len(word.decode()) for word in ordered], np.int64)),
        "hashes": hashes[by_hash],
        "hash_words": by_hash.astype(np.int32),
    }


def _spellings(arrays: Arrays) -> Arrays:
    """Which accented words are spellings of which exact word: (exact, accented), by exact word."""
    exact, spelled = Group(arrays, EXACT), Group(arrays, ACCENTED)
    folded = [fold(spelled[number].decode()).encode() for number in range(len(spelled))]
    numbers = dict(exact.find_all(set(folded)))
    words = np.array([numbers[word] for word in folded], np.int32)
    order = np.argsort(words, kind="stable")
    return {"spelled_words": words[order], "spellings": order.astype(np.int32)}

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

GROUPS = {"text": FIELDS, EXACT: (EXACT,), ACCENTED: (ACCENTED,)}
FREQUENT = 16  # a word that one document in so many holds has its mask stored
RARE = 64  # and no word that fewer hold
MOST = 254  # of a frequency that fits a code; what is more stands with the other fields


def small(numbers: NDArray[Any]) -> NDArray[Any]:
    """The same numbers, none below 0, in the fewest bytes that hold the largest."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


class _Numbers(dict[bytes, int]):
    """Numbers for words, in the order they are met."""

    def __missing__(self, word: bytes) -> int:
        number = self[word] = len(self)
        return number


class Gathered:
    """The postings of one group of fields, in any order."""

    def __init__(self) -> None:
        self.numbers = _Numbers()
        self.words = array("i")
        self.counts = array("i")
        self.places = bytearray()
        self.docs: list[Any] = []
        self.kinds: list[Any] = []

    def add(self, words: list[bytes], places: list[bytes]) -> None:
        """Some words with their positions as uint32; `docs` and `kinds` are appended apart."""
        numbers = self.numbers
        self.words.extend([numbers[word] for word in words])
        self.counts.extend([len(one) >> 2 for one in places])
        self.places += b"".join(places)

    def arrays(self, fields: int, rank: NDArray[np.int64], lengths: NDArray[np.int64]) -> Arrays:
        """Everything about the words; `rank` numbers the documents as the sidecar does."""
        ordered = sorted(self.numbers)
        word_rank = np.empty(len(ordered), np.int64)
        word_rank[[self.numbers[word] for word in ordered]] = np.arange(len(ordered))
        word = word_rank[np.array(self.words, np.int64)]
        doc = rank[_joined(self.docs)]
        kind = _joined(self.kinds)
        order = np.argsort((word * len(rank) + doc) * fields + kind)
        word, doc, kind = word[order], doc[order], kind[order]
        counts = np.array(self.counts, np.int64)
        tf = counts[order]
        code = tf << 8 | np.minimum(np.searchsorted(LENGTHS, lengths[kind, doc]), 255)
        flat = np.frombuffer(bytes(self.places), "<u4")
        ends = np.cumsum(tf)
        begins = np.repeat((np.cumsum(counts) - counts)[order] - (ends - tf), tf)
        places = flat[begins + np.arange(len(flat))].astype(np.int64) * fields + np.repeat(kind, tf)
        first = np.flatnonzero(np.diff(word * len(rank) + doc, prepend=-1))
        pair = np.cumsum(np.diff(word * len(rank) + doc, prepend=-1) != 0) - 1
        starts = np.searchsorted(word[first], np.arange(len(ordered) + 1))
        place_starts = np.append(ends[first] - tf[first], len(flat))
        arrays = _coded(word, kind, code, pair, starts, fields)
        arrays |= {"doc": doc[first].astype(np.int32), "place_starts": small(place_starts)}
        arrays |= {"starts": small(starts), "places": small(places), **_lexicon(ordered)}
        return arrays | _masks(arrays, len(rank))


def _joined(parts: list[Any]) -> NDArray[np.int64]:
    """Runs of (value, how many) as one array."""
    if not parts:
        return np.empty(0, np.int64)
    runs = np.array(parts, np.int64)
    return np.repeat(runs[:, 0], runs[:, 1])


def _coded(
    word: NDArray[np.int64],
    kind: NDArray[np.int64],
    code: NDArray[np.int64],
    pair: NDArray[np.int64],
    starts: NDArray[np.int64],
    fields: int,
) -> Arrays:
    """Codes of the main field by (word, document), and the entries of the others apart."""
    words = len(starts) - 1
    main = (kind == fields - 1) & (code < (MOST + 1) << 8)
    codes = np.zeros(int(starts[-1]), np.uint16)
    codes[pair[main]] = code[main]
    rest = ~main
    counts = np.bincount(word * fields + kind, minlength=words * fields)
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


def _alike(arrays: Arrays, sizes: NDArray[np.int64]) -> NDArray[np.int64]:
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
                gathered.add([item[0] for item in items], [item[3] for item in items])
                gathered.docs.append((doc, len(items)))
                gathered.kinds.append((kind, len(items)))

    def read_back(self, reader: Any) -> None:
        """All documents of a Whoosh segment, after those that are here already."""
        base = len(self._cards)
        self._cards += list(postings.cards(reader))
        for group, names in GROUPS.items():
            gathered = self._groups[group]
            for kind, name in enumerate(names):
                for word, docs, values in postings.terms(reader, name):
                    gathered.add([word] * len(docs), values)
                    gathered.docs += [(base + doc, 1) for doc in docs]
                    gathered.kinds.append((kind, len(docs)))

    def arrays(self) -> tuple[Arrays, Names]:
        """The segment as arrays."""
        arrays, names, rank = layout.columns_of(self._cards)
        for group, fields in GROUPS.items():
            gathered = self._groups[group]
            lengths = _lengths(gathered, len(fields), rank)
            found = gathered.arrays(len(fields), rank, lengths)
            arrays |= {f"{group}_{key}": values for key, values in found.items()}
            arrays[f"{group}_lengths"] = small(lengths.ravel())
            arrays[f"{group}_totals"] = lengths.sum(axis=1)
        return arrays | _spellings(arrays), names


def _lengths(gathered: Gathered, fields: int, rank: NDArray[np.int64]) -> NDArray[np.int64]:
    """How many words each document has in each field."""
    cells = _joined(gathered.kinds) * len(rank) + rank[_joined(gathered.docs)]
    counts = np.array(gathered.counts, np.float64)
    found = np.bincount(cells, counts, fields * len(rank)).astype(np.int64)
    return found.reshape(fields, -1)


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

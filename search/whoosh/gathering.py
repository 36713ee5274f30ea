"""The documents of a segment on their way to the flat arrays of a sidecar and to Whoosh's postings.

Everything is kept as it comes and sorted once, in the order in which a sidecar numbers documents.
What is written of the words are, for each, its documents with a code of frequency and length in
the main field, the few entries of the other fields beside them, and a mask when it is frequent.
"""

from collections.abc import Callable, Collection, Iterator
from hashlib import blake2b
from itertools import chain
from json import loads
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.ranking import FIELDS, LENGTHS
from search.whoosh import bits, layout, postings, schema
from search.whoosh.lexicon import ALIKE, MARKED
from search.whoosh.occurrences import Field, ReadBack, Sorted, numbered
from search.whoosh.pieces import TEXT, Numbers, Texts
from search.whoosh.runs import heads
from search.whoosh.schema import ACCENTED, EXACT, Arrays, Entry
from search.whoosh.wordlist import hashes_of, small, spellings_of, words_of

Ints = NDArray[Any]
Put = Callable[[Arrays], None]

GROUPS = {TEXT: FIELDS, EXACT: (EXACT,), ACCENTED: (ACCENTED,)}
FREQUENT = 16  # a word that one document in so many holds has its mask stored
RARE = 64  # and no word that fewer hold
MOST = 254  # of a frequency that fits a code; what is more stands with the other fields


def _listed(found: Sorted, count: int) -> Arrays:
    """The words of the one field of a group, and the documents of each."""
    starts = np.append(np.flatnonzero(heads(found.word)), len(found.doc))
    return {"starts": small(starts), "doc": _docs(found.doc, count), **words_of(found.words)}


def _arrays(found: Sorted, fields: int, count: int) -> Arrays:
    """Everything about the words of a group, by word, document and field."""
    word, doc = found.word, found.doc
    lengths = _lengths(found, fields, count)
    rungs = np.minimum(np.searchsorted(LENGTHS, lengths), 255).astype(np.int32)
    code = found.counts << 8 | rungs[found.field, doc]
    new = heads(word, doc)
    begins = np.flatnonzero(heads(word))
    arrays = _coded(found, code, np.cumsum(new, dtype=np.int32) - 1, begins, fields)
    del code
    arrays |= {"doc": _docs(doc[new], count), **words_of(found.words), **hashes_of(found.words)}
    arrays |= _place_starts(small(np.append(found.begins[new], len(found.places))))
    del new
    arrays["places"] = _placed(found, fields)
    arrays |= _masks(arrays, count)
    return arrays | {"lengths": small(lengths.ravel()), "totals": lengths.sum(axis=1)}


def _docs(docs: Ints, count: int) -> Ints:
    """Documents in the fewest bytes that hold any of the segment, also one without a word."""
    return docs.astype(np.min_scalar_type(max(count - 1, 0)))


def _place_starts(starts: Ints) -> Arrays:
    """Where the positions of each posting begin: every few marked, the others from their mark on."""
    marks = starts[::MARKED].copy()
    starts -= np.repeat(marks, MARKED)[: len(starts)]
    return {"place_marks": marks, "place_steps": small(starts)}


def _placed(found: Sorted, fields: int) -> Ints:
    """Every position as position * fields + field."""
    most = (int(found.places.max(initial=0)) + 1) * fields
    placed = found.places.astype(np.min_scalar_type(most))
    if fields > 1:
        placed *= placed.dtype.type(fields)
        placed += np.repeat(found.field, found.counts)
    return placed


def _lengths(found: Sorted, fields: int, count: int) -> Ints:
    """How many words each document has in each field."""
    at = found.field.astype(np.int64) * count + found.doc
    sums = np.bincount(at, found.counts, fields * count)
    return sums.astype(np.int64).reshape(fields, -1)


def _coded(found: Sorted, code: Ints, pair: Ints, begins: Ints, fields: int) -> Arrays:
    """Codes of the main field by (word, document), and the entries of the others apart.

    `pair` is the place of each posting's word and document in the list of all; `begins` where the
    postings of each word begin.
    """
    main = (found.field == fields - 1) & (code < (MOST + 1) << 8)
    pairs = int(pair[-1]) + 1 if len(pair) else 0
    codes = np.zeros(pairs, np.uint16)
    codes[pair[main]] = code[main]
    rest = np.flatnonzero(~main)
    starts = np.append(pair[begins], pairs)
    counts = [
        np.add.reduceat(found.field == kind, begins, dtype=np.int64) for kind in range(fields)
    ]
    most = np.maximum.reduceat(np.minimum(found.counts, MOST), begins)
    word = found.word[rest]
    return {
        "starts": small(starts),
        "code": codes,
        "side_starts": small(np.searchsorted(word, np.arange(len(starts)))),
        "side_at": small(pair[rest] - starts[word]),
        "side_field": found.field[rest],
        "side_code": small(code[rest]),
        "counts": small(np.stack(counts, axis=1).ravel()),
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
    """The documents of a segment as they come from the portal, or back from Whoosh."""

    def __init__(self) -> None:
        self.rows = layout.Rows()
        self.cards: list[bytes] = []
        self._numbers = {group: Numbers() for group in GROUPS}
        self.texts = Texts(self._numbers)
        self._back = {group: ReadBack(numbers) for group, numbers in self._numbers.items()}

    def __len__(self) -> int:
        return len(self.cards)

    def add(self, entry: Entry) -> None:
        """The next document."""
        doc = len(self.cards)
        self.rows.add(entry.card)
        self.cards.append(schema.to_bytes(entry.card))
        for field, text in entry.texts:
            self.texts.add(doc, field, text, entry.language)

    def read_back(self, reader: Any, without: Collection[int] = ()) -> None:
        """The documents of a Whoosh segment, after those that are here already, but for some."""
        calls: dict[int, int] = {}
        for doc, card in enumerate(postings.cards(reader)):
            if doc not in without:
                calls[doc] = len(self.cards)
                self.rows.add(loads(card))
                self.cards.append(card)
        for group, names in GROUPS.items():
            for field, name in enumerate(names):
                for word, docs, places in postings.terms(reader, name):
                    kept = [at for at, doc in enumerate(docs) if doc in calls]
                    here = [calls[docs[at]] for at in kept]
                    self._back[group].add(field, word, here, [places[at] for at in kept])

    def lengths(self, group: str, rank: Ints) -> Ints:
        """How many words of a group each document has: a row for each field, in the new order."""
        fields, found = len(GROUPS[group]), np.zeros(1)
        for field, doc, counts in (self.texts.lengths(group), self._back[group].lengths()):
            found = found + np.bincount(field * len(rank) + rank[doc], counts, fields * len(rank))
        return found.astype(np.int64).reshape(fields, -1)

    def sorted(self, group: str, rank: Ints) -> Sorted:
        """The postings of a group, which are let go here as far as no other is made of them."""
        texts, back, numbers = self.texts, self._back.pop(group), self._numbers.pop(group)
        met = chain(texts.met(group), back.met())
        words, keys = numbered(met, texts.size(group) + len(back), numbers, rank)
        return Sorted(words, keys, rank, once=group == ACCENTED)


class Arranged:
    """The documents of a segment in the order of its sidecar; `put` is given its arrays on the way.

    `names` are those that codes stand for.
    """

    def __init__(self, gathering: Gathering, put: Put) -> None:
        self._gathering, self._put = gathering, put
        self._columns, self.names, self._rank = layout.columns_of(gathering.rows)
        gathering.rows = layout.Rows()
        gathering.texts.end()

    def cards(self) -> list[bytes]:
        """The cards in the new order, if Whoosh is to be given the documents so."""
        order = self._columns["order"]
        self._columns["order"] = np.arange(len(order), dtype=np.int32)
        cards, self._gathering.cards = self._gathering.cards, []
        return [cards[doc] for doc in order.tolist()]

    def lengths(self) -> dict[str, Ints]:
        """How many words each document has in each scored field."""
        found: dict[str, Ints] = {}
        for group in (TEXT, EXACT):
            lengths = self._gathering.lengths(group, self._rank)
            found |= dict(zip(GROUPS[group], lengths, strict=True))
        return found

    def fields(self) -> Iterator[tuple[str, Field]]:
        """The postings of each indexed field, in the order of their names, as Whoosh takes them.

        A group's arrays are made when the first of its fields is.
        """
        self._put(self._columns)
        ready = {"oid": self._ids()}
        self._columns = {}
        words: dict[str, list[bytes]] = {}
        homes = {name: group for group, names in GROUPS.items() for name in names}
        for name in sorted([*homes, *ready]):
            if name not in ready:
                group = homes[name]
                found = self._gathering.sorted(group, self._rank)
                fields, count = len(GROUPS[group]), len(self._rank)
                arrays = (
                    _listed(found, count) if group == ACCENTED else _arrays(found, fields, count)
                )
                # Small ones side by side: where a system maps two megabytes at a time, a question for a word's number
                # would otherwise make parts of long lists count as this process's memory.
                keys = sorted(arrays, key=lambda key: arrays[key].nbytes)
                self._put({f"{group}_{key}": arrays[key] for key in keys})
                del arrays
                words[group] = found.words
                for at, other in enumerate(GROUPS[group]):
                    ready[other] = found.of(at, len(GROUPS[group]))
                del found
            yield name, ready.pop(name)
        self._put(spellings_of(words[EXACT], words[ACCENTED]))

    def _ids(self) -> Field:
        ids = [b"%d" % number for number in self._columns["id"].tolist()]
        docs = np.array(sorted(range(len(ids)), key=ids.__getitem__), np.int32)
        counts = np.ones(len(ids), np.int32)
        words = [ids[doc] for doc in docs.tolist()]
        return Field(words, np.arange(len(ids) + 1), docs, counts, np.empty(0, np.uint32))

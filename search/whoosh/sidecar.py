"""A segment as flat arrays in one file, written once beside Whoosh's own and mapped by readers.

    magic, length of the header, header (JSON: arrays with type, place and length; names), arrays

The header carries the segment's name, the version of the schema and a CRC of everything after it;
the manifest carries the CRC of the whole. A file that is missing, torn, stale or of another
schema is refused, never half believed.
"""

import json
import os
import zlib
from array import array
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.ranking import FIELDS, LENGTHS
from search.text import fold
from search.whoosh import postings, schema
from search.whoosh.lexicon import Group, word_hash
from search.whoosh.schema import ACCENTED, EXACT, Arrays, Names

MAGIC = b"RELAIS-SIDECAR\n"
_ALIGN = 64
GROUPS = {"text": FIELDS, EXACT: (EXACT,), ACCENTED: (ACCENTED,)}


class Damaged(Exception):
    """A file of the index is not what it should be; the text says which and how."""


def small(numbers: NDArray[Any]) -> NDArray[Any]:
    """The same numbers, none below 0, in the fewest bytes that hold the largest."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


class Gathered:
    """The postings of one group of fields, in any order: one entry a (word, document, field)."""

    def __init__(self) -> None:
        self.known: dict[bytes, int] = {}
        self.words = array("i")
        self.docs = array("i")
        self.kinds = bytearray()
        self.counts = array("i")
        self.places = bytearray()

    def add(self, word: bytes, doc: int, kind: int, places: bytes) -> None:
        """One entry; `places` are its positions as uint32."""
        self.words.append(self.known.setdefault(word, len(self.known)))
        self.docs.append(doc)
        self.kinds.append(kind)
        self.counts.append(len(places) >> 2)
        self.places += places

    def arrays(self) -> Arrays:
        """The entries by word, document and field, with a sorted lexicon."""
        ordered = sorted(self.known)
        rank = np.empty(len(ordered), np.int64)
        rank[[self.known[word] for word in ordered]] = np.arange(len(ordered))
        words = rank[np.array(self.words, np.int64)]
        docs = np.array(self.docs, np.int32)
        kinds = np.frombuffer(bytes(self.kinds), np.uint8)
        order = np.lexsort((kinds, docs, words))
        starts = np.zeros(len(ordered) + 1, np.int64)
        np.cumsum(np.bincount(words, minlength=len(ordered)), out=starts[1:])
        return {
            "starts": small(starts),
            "doc": docs[order],
            "field": kinds[order],
            **self._in_order(order),
            **_lexicon(ordered),
        }

    def _in_order(self, order: NDArray[np.int64]) -> Arrays:
        """The positions of each entry, in the entries' order."""
        flat = np.frombuffer(bytes(self.places), "<u4")
        counts = np.array(self.counts, np.int64)
        begins = (np.cumsum(counts) - counts)[order]
        counts = counts[order]
        ends = np.cumsum(counts)
        at = np.repeat(begins - (ends - counts), counts) + np.arange(counts.sum())
        place_starts = np.zeros(len(counts) + 1, np.int64)
        place_starts[1:] = ends
        return {
            "frequency": small(counts),
            "place_starts": small(place_starts),
            "places": small(flat[at]),
        }


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
            add = self._groups[group].add
            for kind, name in enumerate(names):
                for word, _, _, places in fields[name]:
                    add(word, doc, kind, places)

    def read_back(self, reader: Any) -> None:
        """All documents of a Whoosh segment: what a merge has made can only be read."""
        self._cards = list(postings.cards(reader))
        for group, names in GROUPS.items():
            add = self._groups[group].add
            for kind, name in enumerate(names):
                for word, docs, values in postings.terms(reader, name):
                    for doc, places in zip(docs, values, strict=True):
                        add(word, doc, kind, places)

    def arrays(self) -> tuple[Arrays, Names]:
        """The segment as arrays."""
        arrays, names = schema.columns_of(self._cards)
        for group, gathered in self._groups.items():
            arrays |= {f"{group}_{key}": array for key, array in gathered.arrays().items()}
        for group in ("text", EXACT):
            arrays |= _lengths(arrays, group, len(GROUPS[group]), len(self))
        return arrays | _spellings(arrays), names


def _lexicon(ordered: list[bytes]) -> Arrays:
    """Sorted words, one after the other, and their hashes sorted with the word of each."""
    offsets = np.zeros(len(ordered) + 1, np.int64)
    np.cumsum([len(word) for word in ordered], out=offsets[1:])
    hashes = np.array([word_hash(word) for word in ordered], np.uint64)
    by_hash = np.argsort(hashes, kind="stable")
    return {
        "words": np.frombuffer(b"".join(ordered), np.uint8),
        "word_offsets": small(offsets),
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


def _lengths(arrays: Arrays, group: str, fields: int, count: int) -> Arrays:
    """How many words each document has in each field, exactly and as Whoosh keeps it."""
    cells = arrays[f"{group}_field"].astype(np.int64) * count + arrays[f"{group}_doc"]
    weights = arrays[f"{group}_frequency"].astype(np.float64)
    exact = np.bincount(cells, weights, fields * count).astype(np.int64)
    rungs = np.minimum(np.searchsorted(np.array(LENGTHS), exact), 255).astype(np.uint8)
    return {f"{group}_lengths": small(exact), f"{group}_rungs": rungs}


def write(path: Path, name: str, arrays: Arrays, names: Names) -> int:
    """Write the file whole under another name, sync it, then rename; return its CRC."""
    table, parts, at = {}, [], 0
    for key, values in arrays.items():
        data = np.ascontiguousarray(values).tobytes()
        table[key] = [values.dtype.str, at, values.size]
        padding = -len(data) % _ALIGN
        parts += [data, b"\0" * padding]
        at += len(data) + padding
    body = b"".join(parts)
    head = {"schema": schema.VERSION, "segment": name, "crc": zlib.crc32(body), "size": at}
    header = json.dumps(head | {"arrays": table, "names": names}).encode()
    header += b" " * (-(len(MAGIC) + 8 + len(header)) % _ALIGN)
    whole = MAGIC + len(header).to_bytes(8, "little") + header
    draft = path.with_suffix(f".draft{os.getpid()}")
    with draft.open("wb") as file:
        file.write(whole)
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    return zlib.crc32(body, zlib.crc32(whole))


def load(path: Path, name: str, crc: int) -> tuple[Arrays, Names]:
    """Map a file after checking all of it; the arrays are read-only views of the file.

    Raises Damaged when any byte is not the one that was written.
    """
    whole = np.asarray(np.memmap(path, np.uint8, "r"))
    if zlib.crc32(whole.data) != crc:
        raise Damaged(f"{path.name} is not the file that the manifest names.")
    begin = len(MAGIC) + 8
    length = int.from_bytes(whole[len(MAGIC) : begin].tobytes(), "little")
    header = json.loads(whole[begin : begin + length].tobytes())
    if header["schema"] != schema.VERSION or header["segment"] != name:
        raise Damaged(f"{path.name} is of another schema or segment.")
    body = whole[begin + length :]
    arrays = {}
    for key, (kind, at, size) in header["arrays"].items():
        width = np.dtype(kind).itemsize * size
        arrays[key] = body[at : at + width].view(kind)
    return arrays, header["names"]

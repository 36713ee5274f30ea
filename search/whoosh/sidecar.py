"""A segment as flat arrays in one file, written once beside Whoosh's own and mapped by readers.

    magic, length of the header, header (JSON: arrays with type, place and length; names), arrays

The header carries the segment's name, the version of the schema and a CRC of everything after it;
the manifest carries the CRC of the whole. A file that is missing, torn, stale or of another
schema is refused, never half believed.
"""

import json
import os
import zlib
from collections.abc import Iterable
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


def build(reader: Any) -> tuple[Arrays, Names]:
    """Turn a Whoosh segment into arrays."""
    arrays, names = schema.columns_of(postings.cards(reader))
    count = len(arrays["id"])
    for group, fields in GROUPS.items():
        arrays |= {f"{group}_{key}": array for key, array in _group(reader, fields).items()}
    for group in ("text", EXACT):
        arrays |= _lengths(arrays, group, len(GROUPS[group]), count)
    return arrays | _spellings(arrays), names


def _group(reader: Any, fields: Iterable[str]) -> Arrays:
    """The postings of some fields merged per word: one entry a (word, document, field)."""
    known: dict[bytes, int] = {}
    words, docs, kinds, values = [], [], [], []
    for kind, field in enumerate(fields):
        for word, some_docs, some_values in postings.terms(reader, field):
            number = known.setdefault(word, len(known))
            words.append(np.full(len(some_docs), number, np.int64))
            docs.append(np.array(some_docs, np.int32))
            kinds.append(np.full(len(some_docs), kind, np.uint8))
            values += some_values
    ordered = sorted(known)
    rank = np.empty(len(known), np.int64)
    rank[[known[word] for word in ordered]] = np.arange(len(known))
    entry_word = rank[_joined(words, np.int64)]
    entry_doc, entry_field = _joined(docs, np.int32), _joined(kinds, np.uint8)
    order = np.lexsort((entry_field, entry_doc, entry_word))
    starts = np.zeros(len(known) + 1, np.int64)
    np.cumsum(np.bincount(entry_word, minlength=len(known)), out=starts[1:])
    return {
        "starts": starts,
        "doc": entry_doc[order],
        "field": entry_field[order],
        **_places(values, order),
        **_lexicon(ordered),
    }


def _joined(parts: list[NDArray[Any]], kind: Any) -> NDArray[Any]:
    return np.concatenate(parts) if parts else np.empty(0, kind)


def _places(values: list[bytes], order: NDArray[np.int64]) -> Arrays:
    """The positions of each entry, in the entries' order."""
    flat = np.frombuffer(b"".join(values), "<u4")
    counts = np.array([len(value) // 4 for value in values], np.int64)
    begins = np.cumsum(counts) - counts
    counts, begins = counts[order], begins[order]
    ends = np.cumsum(counts)
    at = np.repeat(begins - (ends - counts), counts) + np.arange(counts.sum())
    places = np.zeros(len(counts) + 1, np.int64)
    places[1:] = ends
    return {"frequency": counts.astype(np.uint32), "place_starts": places, "places": flat[at]}


def _lexicon(ordered: list[bytes]) -> Arrays:
    """Sorted words, one after the other, and their hashes sorted with the word of each."""
    offsets = np.zeros(len(ordered) + 1, np.int64)
    np.cumsum([len(word) for word in ordered], out=offsets[1:])
    hashes = np.array([word_hash(word) for word in ordered], np.uint64)
    by_hash = np.argsort(hashes, kind="stable")
    return {
        "words": np.frombuffer(b"".join(ordered), np.uint8),
        "word_offsets": offsets,
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
    return {f"{group}_lengths": exact, f"{group}_rungs": rungs}


def write(path: Path, name: str, arrays: Arrays, names: Names) -> int:
    """Write the file whole under another name, sync it, then rename; return its CRC."""
    table, parts, at = {}, [], 0
    for key, array in arrays.items():
        data = np.ascontiguousarray(array).tobytes()
        table[key] = [array.dtype.str, at, array.size]
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
    whole = np.memmap(path, np.uint8, "r")
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

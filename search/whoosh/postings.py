"""Writing and reading a Whoosh segment whole: the only file that touches its private attributes.

Whoosh takes and hands out postings one at a time, several microseconds each; a segment of 100,000
offers has 12 million. Its writer and its matchers hold them in blocks, so blocks are put and taken:
what a block and a term are made of is made here for some thousand words at once. Where Whoosh is
not as it was when this was written, `BY_BLOCKS` is False, and its public interface is used instead.
"""

import struct
from collections.abc import Callable, Iterable, Iterator
from pickle import dumps
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import (
    WHOOSH3_HEADER_MAGIC,
    W3Codec,
    W3FieldWriter,
    W3LeafMatcher,
    W3TermInfo,
)
from whoosh.matching import ListMatcher

from search.whoosh.occurrences import Field
from search.whoosh.runs import spans

# Blocks of 1024 postings without zlib; lengths are not looked up for each posting, because the
# block statistics made of them serve a way of searching that is not used here.
_BLOCK = 1024
_TOGETHER = 65_536  # postings
_TERM = np.dtype(
    [("inlined", "u1"), ("weight", ">f4"), ("df", ">u4"), ("lengths", ">u2"), ("most", ">f4")]
    + [("first", ">u4"), ("last", ">u4"), ("offset", ">i8"), ("length", ">i4")]
)
_LENGTH = struct.Struct("!i")
_PICKLE = 5  # Whoosh's own 2 has no bytes, and spells each posting's out as a call
BY_BLOCKS = getattr(getattr(W3TermInfo, "_struct", None), "format", "") == "!BfIBBfII" and all(
    hasattr(W3LeafMatcher, name) for name in ("_read_ids", "_read_values", "_next_block")
)

Ints = NDArray[Any]
Policy = Callable[[Any, list[Any]], list[Any]]
Take = Callable[[Any, set[int]], None]


class Arranged(Protocol):
    """The documents of a segment, in the order in which Whoosh is given them."""

    def cards(self) -> list[bytes]:
        """The card of each."""

    def lengths(self) -> dict[str, Ints]:
        """How many words each has in each scored field."""

    def fields(self) -> Iterator[tuple[str, Field]]:
        """The postings of each field, by the field's name, in order."""


def commit(
    writer: Any, policy: Policy, read_back: Take, arranged: Callable[[], Arranged | None]
) -> None:
    """Let Whoosh commit a segment of documents, and of those that its policy merges into it.

    `read_back` is given each segment that is merged, with its deleted documents; `arranged` is
    asked afterwards for everything. Whoosh's writer is told what merging and adding documents one
    by one would have told it.
    """

    def take(_: Any, segments: list[Any]) -> list[Any]:
        kept = policy(_Merging(writer, read_back), segments)
        found = arranged()
        if found is not None:
            _write_documents(writer, found)
            writer.pool = _Pool(found)
        return kept

    writer.commit(mergetype=take)


def adopt(writer: Any, segments: list[Any]) -> None:
    """Let Whoosh commit segments that other writers made, whose files are there already."""
    writer.segments += segments
    writer.commit(merge=False)


class _Merging:
    """What a merge policy of Whoosh's takes for a writer."""

    def __init__(self, writer: Any, read_back: Take) -> None:
        self.storage, self.schema, self._read_back = writer.storage, writer.schema, read_back

    def add_reader(self, reader: Any) -> None:
        """One of the segments to be merged."""
        self._read_back(reader, set(deleted(reader)))


def _write_documents(writer: Any, arranged: Arranged) -> None:
    """Number, lengths and card of each document, in Whoosh's columns."""
    documents, known = writer.perdocwriter, writer.schema
    lengths = [(name, known[name], some.tolist()) for name, some in arranged.lengths().items()]
    column = known["card"].column_type
    cards = arranged.cards()
    for doc, card in enumerate(cards):
        documents.start_doc(doc)
        for name, field, some in lengths:
            documents.add_field(name, field, None, some[doc])
        documents.add_column_value("card", column, card)
        documents.finish_doc()
    writer.docnum = len(cards)
    writer._added = True


class _Pool:
    """All postings of a segment, in place of Whoosh's pool, which pickles runs and merges them."""

    def __init__(self, arranged: Arranged) -> None:
        self._arranged = arranged

    def iter_postings(self) -> Iterator[tuple[str, Field]]:
        """Field by field, in the order of their names."""
        return self._arranged.fields()

    def cleanup(self) -> None:
        """Nothing is left on disk."""


class _FieldWriter(W3FieldWriter):  # type: ignore[misc]
    """Whoosh's writer of postings, given a field's postings at once."""

    def add_postings(
        self, schema: Any, lengths: object, items: Iterable[tuple[str, Field]]
    ) -> None:
        for name, field in items:
            self.start_field(name, schema[name])
            size = schema[name].format.fixed_value_size()
            starts, begin, at = field.starts, 0, 0
            while begin < len(field.words):
                end = int(np.searchsorted(starts, starts[begin] + _TOGETHER, "right")) - 1
                end = max(end, begin + 1)
                at = self._add_words(field, begin, end, at, bare=size == 0)
                begin = end
            self.finish_field()
            del field, starts  # before the next is made

    def _add_words(self, field: Field, begin: int, end: int, place: int, *, bare: bool) -> int:
        """Some words of a field: their blocks, then their terms.

        `place` is where their positions begin, and what is given back where they end.
        """
        first, last = int(field.starts[begin]), int(field.starts[end])
        starts = field.starts[begin:end] - first
        docs, counts = field.docs[first:last], field.counts[first:last]
        sizes = np.diff(starts, append=last - first)
        blocks = (sizes + _BLOCK - 1) // _BLOCK
        cuts = spans(np.zeros(len(starts), np.int64), blocks) * _BLOCK + np.repeat(starts, blocks)
        values: list[bytes] = []
        if not bare:
            ends = np.cumsum(counts, dtype=np.int64)
            data = field.places[place : place + int(ends[-1])].astype("<u4").tobytes()
            place += int(ends[-1])
            pairs = zip(((ends - counts) * 4).tolist(), (ends * 4).tolist(), strict=True)
            values = [data[b:e] for b, e in pairs]
        written, offsets = self._blocks(docs, counts, cuts, np.cumsum(blocks) - 1, values)
        terms = np.zeros(len(starts), _TERM)
        terms["weight"] = np.add.reduceat(counts, starts)
        terms["df"] = sizes
        terms["most"] = np.maximum.reduceat(counts, starts)
        terms["first"], terms["last"] = docs[starts], docs[starts + sizes - 1]
        terms["offset"], terms["length"] = offsets[:-1], np.diff(offsets)
        self._postfile.write(written)
        self._add_terms(field.words[begin:end], terms.tobytes())
        return place

    def _blocks(
        self, docs: Ints, counts: Ints, cuts: Ints, lasts: Ints, values: list[bytes]
    ) -> tuple[bytes, Ints]:
        """Blocks that begin at `cuts`, one after the other, and where each word's begin in the file.

        `lasts` are the numbers of those blocks that are the last of their word.
        """
        ids = np.diff(docs, prepend=0)
        ids[cuts] = docs[cuts]
        ends = np.append(cuts[1:], len(docs))
        most, least = np.maximum.reduceat(counts, cuts), np.minimum.reduceat(counts, cuts)
        last = np.zeros(len(cuts), bool)
        last[lasts] = True
        known, weights = ids.tolist(), counts.astype(float).tolist()
        written, at = bytearray(), self._postfile.tell()
        offsets, fresh = [], True
        for begin, end, highest, lowest, is_last, top in zip(
            cuts.tolist(),
            ends.tolist(),
            most.tolist(),
            least.tolist(),
            last.tolist(),
            docs[ends - 1].tolist(),
            strict=True,
        ):
            if fresh:
                offsets.append(at + len(written))
                written += WHOOSH3_HEADER_MAGIC
            weight: Any = None
            if lowest != highest:
                weight = tuple(weights[begin:end])
            elif lowest != 1:
                weight = float(lowest)
            bare = tuple(values[begin:end]) if values else None
            data = dumps((tuple(known[begin:end]), weight, bare), _PICKLE)
            head = dumps((end - begin, top, float(highest), 0, 0, 0), _PICKLE)
            length = len(head) + len(data)
            written += _LENGTH.pack(-length if is_last else length)
            written += head
            written += data
            fresh = is_last
        return bytes(written), np.array([*offsets, at + len(written)])

    def _add_terms(self, words: list[bytes], terms: bytes) -> None:
        """Some words of a field into the index of terms."""
        add, width = self._tindex.add, _TERM.itemsize
        prefix = struct.pack("!H", self._fieldid)
        for number, word in enumerate(words):
            add(prefix + word, terms[number * width : (number + 1) * width])


class _Codec(W3Codec):  # type: ignore[misc]
    """Whoosh's codec with that writer; what it writes, Whoosh's own codec reads."""

    length_stats = False

    def field_writer(self, storage: Any, segment: Any) -> Any:
        if BY_BLOCKS:
            return _FieldWriter(self, storage, segment)
        return super().field_writer(storage, segment)


def codec() -> Any:
    """The codec to write with."""
    return _Codec(blocklimit=_BLOCK, compression=0)


def terms(reader: Any, field: str) -> Iterator[tuple[bytes, list[int], list[bytes]]]:
    """Each word of a field, in order, with its documents and what is kept of each.

    Documents that were deleted before may be among them or not: the live mask tells.
    """
    for word in reader.lexicon(field):
        docs: list[int] = []
        values: list[bytes] = []
        for some_docs, some_values in _blocks(reader.postings(field, word)):
            docs += some_docs
            values += some_values
        yield bytes(word), docs, values


def _blocks(matcher: Any) -> Iterator[tuple[list[int], list[bytes]]]:
    inner = getattr(matcher, "child", matcher)
    if not BY_BLOCKS:
        yield from _one_by_one(matcher)
    elif type(inner) is ListMatcher:
        yield list(inner._ids), list(inner._values)
    elif type(inner) is W3LeafMatcher:
        inner.reset()
        while not inner._atend:
            inner._read_ids()
            inner._read_values()
            yield list(inner._ids), list(inner._values)
            inner._next_block()
    else:
        yield from _one_by_one(matcher)


def _one_by_one(matcher: Any) -> Iterator[tuple[list[int], list[bytes]]]:
    """The same through Whoosh's public interface."""
    while matcher.is_active():
        yield [matcher.id()], [matcher.value()]
        matcher.next()


def cards(reader: Any) -> Iterator[bytes]:
    """The card of each document of a segment, deleted or not, by number."""
    column = reader.column_reader("card")
    return (bytes(column[doc]) for doc in range(reader.doc_count_all()))


def deleted(reader: Any) -> list[int]:
    """The deleted documents of a segment."""
    if BY_BLOCKS:
        return list(reader.segment().deleted_docs())
    return sorted(set(range(reader.doc_count_all())) - set(reader.all_doc_ids()))


def segment_name(reader: Any) -> str:
    """The name that Whoosh gave a segment: a new one for each, never used again."""
    return str(reader.segment().segment_id())


def written_name(writer: Any) -> str:
    """The name of the segment that a writer writes."""
    return str(writer.newsegment.segment_id())

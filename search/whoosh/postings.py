"""Writing and reading a Whoosh segment whole: the only file that touches its private attributes.

Whoosh takes and hands out postings one at a time, several microseconds each; a segment of 100,000
offers has 15 million. Its writer and its matchers hold them in blocks, so blocks are put and taken.
Where Whoosh is not as it was when this was written, `BY_BLOCKS` is False, and its public interface
is used instead.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby, pairwise
from operator import itemgetter
from typing import Any

from whoosh.codec.whoosh3 import W3Codec, W3FieldWriter, W3LeafMatcher, W3PostingsWriter
from whoosh.matching import ListMatcher

# Blocks of 1024 postings without zlib; lengths are not looked up for each posting, because the
# block statistics made of them serve a way of searching that is not used here.
_BLOCK = 1024
BY_BLOCKS = all(
    hasattr(W3PostingsWriter, name) for name in ("_write_block", "_new_block", "finish_postings")
) and all(hasattr(W3LeafMatcher, name) for name in ("_read_ids", "_read_values", "_next_block"))


class _Lists:
    """Where a word is, as it is met: documents, how many bytes are kept of each, and the bytes."""

    __slots__ = ("docs", "sizes", "values")

    def __init__(self) -> None:
        self.docs = array("I")
        self.sizes = array("I")
        self.values = bytearray()


class _Pool:
    """Postings in memory, by word, in place of Whoosh's pool, which pickles runs and merges them.

    Documents come in ascending order, so only the words are left to be sorted.
    """

    def __init__(self) -> None:
        self._lists: dict[tuple[str, bytes], _Lists] = defaultdict(_Lists)

    def add(self, item: tuple[str, bytes, int, float, bytes]) -> None:
        """One posting, as Whoosh's writer gives it; its weight is its frequency."""
        name, word, doc, _, value = item
        lists = self._lists[name, word]
        lists.docs.append(doc)
        lists.sizes.append(len(value) if value else 0)
        if value:
            lists.values += value

    def iter_postings(self) -> Iterator[tuple[str, bytes, _Lists]]:
        """The lists of each word, in order; each is let go once it was given."""
        for name, word in sorted(self._lists):
            yield name, word, self._lists.pop((name, word))

    def cleanup(self) -> None:
        """Nothing is left on disk."""


class _FieldWriter(W3FieldWriter):  # type: ignore[misc]
    """Whoosh's writer of postings, given a word's postings at once."""

    def add_postings(self, schema: Any, lengths: object, items: Iterable[Any]) -> None:
        for name, rows in groupby(items, itemgetter(0)):
            self.start_field(name, schema[name])
            for _, word, lists in rows:
                self.start_term(word)
                self._add_all(lists)
                self.finish_term()
            self.finish_field()

    def _add_all(self, lists: _Lists) -> None:
        """A word's postings, block by block."""
        writer, values, at = self._postwriter, bytes(lists.values), 0
        for begin in range(0, len(lists.docs), _BLOCK):
            if begin:
                writer._write_block()
            sizes = lists.sizes[begin : begin + _BLOCK]
            ends = list(accumulate(sizes, initial=at))
            at = ends[-1]
            writer._ids = lists.docs[begin : begin + _BLOCK]
            writer._weights = array("f", [size >> 2 or 1 for size in sizes])
            writer._values = [values[b:e] for b, e in pairwise(ends) if b < e]
            writer._maxweight = max(writer._weights)


def take_by_blocks(writer: Any) -> None:
    """Let a writer of Whoosh's collect its postings by word."""
    if BY_BLOCKS:
        writer.pool = _Pool()


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

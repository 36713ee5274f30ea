"""Reading a Whoosh segment whole: the only file that touches private attributes of Whoosh.

Whoosh hands out postings one at a time, about 3 microseconds each; a segment of 100,000 offers has
15 million. Its matchers hold them in blocks, so blocks are taken; a matcher of an unknown kind is
read through the public interface instead.
"""

from collections.abc import Iterator
from typing import Any

from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.matching import ListMatcher


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
    if type(inner) is ListMatcher:
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


def segment_name(reader: Any) -> str:
    """The name that Whoosh gave a segment: a new one for each, never used again."""
    return str(reader.segment().segment_id())

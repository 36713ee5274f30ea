"""Words in a row: which documents hold an expression, by the positions of its words.

Where many documents hold all of its words, a bit of 64 for each position tells first which of them
cannot hold the expression; the positions of the others are compared one by one.
"""

from collections.abc import Iterable, Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

from search.whoosh import bits
from search.whoosh.bits import Bits, Docs
from search.whoosh.lexicon import Group

Ints = NDArray[np.int64]

MANY = 1000  # documents that hold all words: then their places are sketched first
_PLACE_BITS = 40
_ONE, _MIX = np.uint64(1), np.uint32(0x9E37_79B1)


def in_a_row(
    words: Group, slots: Sequence[tuple[list[int], int]], fields: int, holders: Bits, count: int
) -> Docs:
    """Those of the documents that hold all words where these follow each other in one field.

    A slot is the numbers of the words that will do, and its place after the first. A document comes
    as often as it holds the expression.
    """
    befores = [(numbers, offset * fields) for numbers, offset in slots]
    if bits.count(holders) > MANY:
        sketches = [_sketched(words, *slot, holders, count) for slot in befores]
        holders = bits.pack(np.bitwise_and.reduce(sketches) != 0)
    starts = [_starts(words, *slot, holders) for slot in befores]
    return reduce(bits.common, starts) >> _PLACE_BITS


def _sketched(
    group: Group, numbers: Iterable[int], before: int, holders: Bits, count: int
) -> NDArray[np.uint64]:
    """For each document a bit of 64 for each place where the expression would begin.

    Documents without a bit in common are not worth a look at their places, which takes much longer.
    """
    sketches = np.zeros(count, np.uint64)
    for number in numbers:
        listed = group.docs(number)
        at = bits.holds(holders, listed).nonzero()[0]
        firsts, places = group.places_of(number, at)
        if len(at):
            mixed = (places - before).astype(np.uint32) * _MIX >> np.uint32(26)
            marks = np.left_shift(_ONE, mixed, dtype=np.uint64)
            sketches[listed[at]] |= np.bitwise_or.reduceat(marks, firsts)
    return sketches


def _starts(group: Group, numbers: Iterable[int], before: int, holders: Bits) -> Ints:
    """Where the expression would begin for each place of a slot: document, position and field."""
    keys = []
    for number in numbers:
        listed = group.docs(number)
        at = bits.holds(holders, listed).nonzero()[0]
        firsts, places = group.places_of(number, at)
        sizes = np.diff(firsts, append=len(places))
        docs = (listed[at].astype(np.int64) << _PLACE_BITS).repeat(sizes)
        keys.append(docs + (places - before))
    return keys[0] if len(keys) == 1 else bits.distinct(np.concatenate(keys))

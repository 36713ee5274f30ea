"""Masks over the documents of a segment as packed bits: document n is bit n % 64 of word n // 64.

At a million documents a mask is 125 kB: joining two takes microseconds, and so does counting. Bits
beyond the last document are 0 in every mask that is counted: each has met that of the living.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.whoosh.runs import heads

Bits = NDArray[np.uint64]
Mask = NDArray[np.bool_]
Docs = NDArray[Any]
STEP = 8  # of a sample


def words_for(count: int) -> int:
    """How many words hold so many bits."""
    return (count + 63) >> 6


def none(count: int) -> Bits:
    """Nothing."""
    return np.zeros(words_for(count), np.uint64)


def pack(mask: Mask) -> Bits:
    """A mask of one byte a document, packed."""
    if len(mask) % 64:
        mask = np.concatenate([mask, np.zeros(-len(mask) % 64, np.bool_)])
    return np.packbits(mask, bitorder="little").view(np.uint64)


def unpack(bits: Bits, count: int) -> Mask:
    """The mask with one byte a document."""
    return np.unpackbits(bits.view(np.uint8), count=count, bitorder="little").view(np.bool_)


def of(docs: Docs, count: int) -> Bits:
    """The bits of some documents, in any order."""
    mask = np.zeros(words_for(count) << 6, np.bool_)
    mask[docs] = True
    return pack(mask)


def docs_of(bits: Bits, count: int) -> NDArray[np.int64]:
    """The documents whose bits are set, ascending."""
    return np.flatnonzero(unpack(bits, count))


def holds(bits: Bits, docs: Docs) -> Mask:
    """Which of some documents have their bit set; read singly when they are few."""
    if len(docs) * 8 > len(bits) * 64:
        return unpack(bits, len(bits) * 64)[docs]
    data = bits.view(np.uint8)[docs >> 3]
    return np.asarray(((data >> (docs & 7).astype(np.uint8)) & 1).view(np.bool_))


def count(bits: Bits) -> int:
    """How many bits are set."""
    return int(np.bitwise_count(bits).sum())


def distinct(numbers: NDArray[Any]) -> NDArray[Any]:
    """The numbers ascending, each once; numpy's own way to it takes several times as long."""
    if len(numbers) < 2:
        return numbers
    ordered = np.sort(numbers)
    return ordered[heads(ordered)]


def highest(values: NDArray[Any], wanted: int) -> NDArray[np.int64]:
    """Where the `wanted` highest values are, the lowest of them first.

    Of many, a sample tells what is worth sorting; most of the time of a sort is saved.
    """
    some = np.arange(len(values)) if len(values) < STEP * wanted else _sampled(values, wanted)
    if len(some) < wanted:
        some = np.arange(len(values))
    return some[values[some].argpartition(len(some) - wanted)[-wanted:]]


def _sampled(values: NDArray[Any], wanted: int) -> NDArray[np.int64]:
    """Where the values are that are about as high: more than are wanted, but for bad luck."""
    sample, share = values[::STEP], wanted / STEP
    rank = min(int(share + 3 * math.sqrt(share)) + 2, len(sample))
    return np.asarray((values >= np.partition(sample, -rank)[-rank]).nonzero()[0])


def common(some: NDArray[Any], others: NDArray[Any]) -> NDArray[Any]:
    """The numbers that are in both, each of which has none twice; in ascending order."""
    ordered = np.sort(np.concatenate([some, others]))
    return np.asarray(ordered[~heads(ordered)])

"""The words of a segment as arrays: in order, by their hashes, and the spellings of each."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from search.text import fold
from search.whoosh.lexicon import word_hashes
from search.whoosh.schema import Arrays

Ints = NDArray[Any]


def small(numbers: Ints) -> Ints:
    """The same numbers, none below 0, in the fewest bytes that hold the largest."""
    return numbers.astype(np.min_scalar_type(int(numbers.max(initial=0))))


def words_of(ordered: list[bytes]) -> Arrays:
    """Sorted words, one after the other."""
    offsets = np.zeros(len(ordered) + 1, np.int64)
    np.cumsum([len(word) for word in ordered], out=offsets[1:])
    return {"words": np.frombuffer(b"".join(ordered), np.uint8), "word_offsets": small(offsets)}


def hashes_of(ordered: list[bytes]) -> Arrays:
    """How many characters each word has, and the hashes of all, sorted, with the word of each."""
    hashes = word_hashes(ordered)
    by_hash = np.argsort(hashes, kind="stable")
    return {
        "word_lengths": small(np.array([len(word.decode()) for word in ordered], np.int64)),
        "hashes": hashes[by_hash],
        "hash_words": by_hash.astype(np.int32),
    }


def spellings_of(exact: list[bytes], accented: list[bytes]) -> Arrays:
    """Which accented words are spellings of which exact word: (exact, accented), by exact word."""
    numbers = {word: number for number, word in enumerate(exact)}
    words = np.array([numbers[fold(word.decode()).encode()] for word in accented], np.int32)
    order = np.argsort(words, kind="stable")
    return {"spelled_words": words[order], "spellings": order.astype(np.int32)}

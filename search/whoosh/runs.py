"""Rows that belong together stand one after the other: where such runs begin, and what is in them."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
Mask = NDArray[np.bool_]


def heads(column: Ints, *others: Ints) -> Mask:
    """Which rows are the first of a run: those that differ from the one before in some column.

    The columns are of one length; the first of all rows begins a run.
    """
    found = np.empty(len(column), np.bool_)
    found[:1] = True
    np.not_equal(column[1:], column[:-1], found[1:])
    for other in others:
        found[1:] |= other[1:] != other[:-1]
    return found


def spans(begins: Ints, sizes: Ints) -> NDArray[np.int64]:
    """The rows of all runs, one after the other: from each beginning on, as many as its size.

    A size may be 0, and runs may overlap; `np.arange(len(sizes)).repeat(sizes)` says whose each is.
    """
    before = sizes.cumsum() - sizes
    found: NDArray[np.int64] = (begins - before).repeat(sizes)
    found += np.arange(len(found))
    return found

"""How offers are ranked: BM25F as Whoosh counts it, times factors that are gentle and few.

    score = text x sooner x nearer x fresher x needs people x in the visitor's language

Every formula is plain arithmetic that reads the same for a number and for a numpy array, so that
the reference and the engine give the same bits. Likes are not among the factors: nothing that a
visitor clicks can lower an offer, or push it up.
"""

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Number = TypeVar("Number", float, "NDArray[np.float64]")

FIELDS = ("title", "association", "tags", "description")
WEIGHTS = (2.0, 1.0, 1.0, 1.0)
B, K1 = 0.75, 1.2
SYNONYM_WEIGHT = 0.6

SOONER, SOONER_DAYS = 0.10, 14.0
NEARER, NEARER_KM = 0.20, 10.0
FRESHER, FRESHER_DAYS = 0.05, 30.0
WAITING_LIST = 0.85
OTHER_LANGUAGE = 0.90  # as much as ten days later and six kilometres farther: never a filter

SPREAD_WINDOW, SPREAD_MOST = 20, 3
DAY = 86_400.0
SCORE_STEPS = 1e6  # scores are compared in millionths, so that no last bit decides an order

# Whoosh keeps the length of a field as the nearest of 256 rungs, each about 3.3 % above the last.
LENGTHS = tuple(round((1.033**rung - 1) * 27) for rung in range(256))


def length_rung(length: int) -> int:
    """The rung (0 to 255) on which Whoosh keeps a length: the first that is not below it."""
    return min(bisect_left(LENGTHS, length), 255)


def idf(documents: int, containing: int) -> float:
    """How telling a word is that `containing` of `documents` have in a field."""
    return math.log(documents / (containing + 1)) + 1


def bm25(weight: Number, frequency: Number, length: Number, average: Number | float) -> Number:
    """What one word in one field adds; `weight` is the field's weight times the word's idf."""
    return weight * ((frequency * (K1 + 1)) / (frequency + K1 * ((1 - B) + B * length / average)))


def sooner(days: Number) -> Number:
    """At most 10 % more for what begins now; an ongoing offer counts as in 14 days."""
    return 1 + SOONER * SOONER_DAYS / (SOONER_DAYS + days)


def nearer(km: Number) -> Number:
    """At most 20 % more at the very centre, 10 % at 10 km."""
    return 1 + NEARER * NEARER_KM / (NEARER_KM + km)


def fresher(days: Number) -> Number:
    """At most 5 % more for what was published just now."""
    return 1 + FRESHER * FRESHER_DAYS / (FRESHER_DAYS + days)


def spread(associations: Sequence[int]) -> list[int]:
    """Reorder ranks 1 to 20, once, so that no association has more than 3 of them.

    Takes the association of each rank, returns the old ranks in their new order. A card that
    would be a fourth is put off; when too few others match to fill the 20, those put off come back
    in their order. Every rank appears once, so paging stays stable.
    """
    kept: list[int] = []
    put_off: list[int] = []
    counts: Counter[int] = Counter()
    rank = 0
    while rank < len(associations) and len(kept) < SPREAD_WINDOW:
        association = associations[rank]
        if counts[association] < SPREAD_MOST:
            counts[association] += 1
            kept.append(rank)
        else:
            put_off.append(rank)
        rank += 1
    return kept + put_off + list(range(rank, len(associations)))

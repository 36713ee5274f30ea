"""Repeatable chance: the same words and numbers give the same throws, on every machine and every Python.

Not the standard library's generator, whose `choice` and `sample` may change between versions of Python, and not a
secret: `portal.tokens` makes those. The sequence is splitmix64 (Steele, Lea, Flood 2014), seeded by a hash of names.
"""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

T = TypeVar("T")
_MASK = (1 << 64) - 1


class Dice:
    """Throws that are told by `names`: `Dice(1, "likes", 42)` never influences `Dice(1, "likes", 43)`."""

    __slots__ = ("_state",)

    def __init__(self, *names: object) -> None:
        digest = blake2b("\x1f".join(map(str, names)).encode(), digest_size=8).digest()
        self._state = int.from_bytes(digest, "big")

    def below(self, limit: int) -> int:
        """A whole number from 0 to limit - 1."""
        self._state = (self._state + 0x9E3779B97F4A7C15) & _MASK
        value = self._state
        value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
        return ((value ^ (value >> 31)) * limit) >> 64

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, percent: int) -> bool:
        """True so many times in a hundred."""
        return self.below(100) < percent

    def pick(self, things: Sequence[T]) -> T:
        """One of them."""
        return things[self.below(len(things))]

    def weighted(self, things: Sequence[T], weights: Sequence[float]) -> T:
        """One of them, those with a greater weight more often."""
        point = self.below(1 << 32) / (1 << 32) * sum(weights)
        for thing, weight in zip(things, weights, strict=True):
            point -= weight
            if point < 0:
                return thing
        return things[-1]

    def several(self, things: Sequence[T], count: int) -> list[T]:
        """So many different ones (or all of them), in a thrown order."""
        total = len(things)
        seen: dict[int, int] = {}
        chosen: list[T] = []
        # Half a Fisher-Yates shuffle that remembers only what it moved: drawing 5 of 10,000 people costs 5 throws.
        for step in range(min(count, total)):
            other = step + self.below(total - step)
            chosen.append(things[seen.get(other, other)])
            seen[other] = seen.get(step, step)
        return chosen

"""What an offer says in words, taken apart once for all the comparisons that follow, at a bounded cost. Pure.

A text is read up to `MOST_CHARACTERS`: what tells two needs apart or makes them one is said by then, and one partner's
endless descriptions must not hold up everybody's. The same texts come back (as a candidate, as a member of its cluster,
under a hundred titles of one template): the last few hundred are remembered.
"""

from __future__ import annotations

import hashlib
from functools import cached_property, lru_cache

from portal.services.clusters import words
from search.document import Language

MOST_CHARACTERS = 4_000  # of a text that are compared; most have fewer than 2,000
REMEMBERED = 1_000  # titles and texts: 30 MiB when every text is as long as can be


class Words:
    """A title or a text; each way of looking at it is worked out when it is first asked for."""

    def __init__(self, text: str, language: Language) -> None:
        self._text, self._language = text, language

    @cached_property
    def normalised(self) -> str:
        return words.normalised(self._text)

    @cached_property
    def numbers(self) -> frozenset[str]:
        return words.numbers(self.normalised.split())

    @cached_property
    def calendar(self) -> frozenset[str]:
        return words.calendar(self.normalised.split())

    @cached_property
    def forms(self) -> tuple[tuple[str, ...], ...]:
        return words.forms(self._text, self._language)

    @cached_property
    def roots(self) -> frozenset[str]:
        return words.roots(self.forms)

    @cached_property
    def shingles(self) -> frozenset[int]:
        return words.shingles(self.forms)


class Wording:
    """A title and a text as they are compared."""

    def __init__(self, title: str, text: str, language: Language) -> None:
        self.title = remembered(title[:MOST_CHARACTERS], language)
        self.text = remembered(text[:MOST_CHARACTERS], language)
        self._rest = text[MOST_CHARACTERS:]

    @cached_property
    def digest(self) -> str:
        """Equal for the same words in title and text, to their end."""
        read = f"{self.title.normalised}\n{self.text.normalised}{self._rest}"
        return hashlib.sha256(read.encode()).hexdigest()[:32]

    @cached_property
    def numbers(self) -> frozenset[str]:
        return self.title.numbers | self.text.numbers

    @cached_property
    def marks(self) -> words.Marks:
        """What tells it apart from one that has others: its numbers, its days and months."""
        return self.numbers, self.title.calendar | self.text.calendar

    @property
    def shingles(self) -> frozenset[int]:
        return (self.text if self.text.forms else self.title).shingles

    def lacks(self, forms: tuple[str, ...]) -> bool:
        """Has neither title nor text a word of this root?"""
        roots = words.roots([forms])
        return roots.isdisjoint(self.text.roots) and roots.isdisjoint(self.title.roots)


@lru_cache(REMEMBERED)
def remembered(text: str, language: Language) -> Words:
    """These words, the same ones for whoever asks."""
    return Words(text, language)

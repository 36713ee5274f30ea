"""A question of the All for Good API while it is read, and what of it the engine is not asked.

The engine answers words, places, dates, providers and remote. The rest (days of the week, sorts by change or by end,
any order turned around, kinds of offers) is worked out of the whole answer in footprint_finding.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from portal.services.finding import Asked, Note
from search.query import Clause, Query

Order = Literal["score", "modified", "start", "end", "distance"]


@dataclass(frozen=True, slots=True)
class Further:
    """What is asked beyond the engine's words. `weekdays` begin at Sunday 0; empty parts ask for nothing.

    `all_of` are groups of themes of which an offer has one each; `either` are groups of themes and of words, of which one
    theme or all of these words are enough; `own` asks for what no feed brought.
    """

    weekdays: frozenset[int] = frozenset()
    kind: str = ""
    all_of: tuple[frozenset[str], ...] = ()
    either: tuple[tuple[frozenset[str], tuple[Clause, ...]], ...] = ()
    none_of: frozenset[str] = frozenset()
    own: bool = False
    order: Order | None = None
    falls: bool = False

    @property
    def filters(self) -> bool:
        """Does it leave anything out?"""
        return bool(
            self.weekdays or self.kind or self.all_of or self.either or self.none_of or self.own
        )


@dataclass(frozen=True, slots=True)
class Question:
    """All that a client asks: of the engine, beyond it, and about the form of the answer."""

    asked: Asked
    further: Further
    is_full: bool = False
    may_be_kept: bool = True


@dataclass(slots=True)
class Reading:
    """The question as it grows, and what there is to say about it."""

    query: Query
    further: Further = Further()
    notes: list[Note] = field(default_factory=list)
    asks: bool = False  # for anything at all
    nowhere: bool = False

    def note(self, sentence: str, **values: object) -> None:
        self.notes.append(Note(sentence, **values))

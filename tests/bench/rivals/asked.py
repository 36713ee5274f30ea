"""The questions of the bench as every rival gets them, analysed beforehand, and the shape of an answer."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from search.plan import Plan, make_plan
from search.query import Circle, Query
from search.text import fold, slips
from tests.bench.offers import DAY, NOW, THEMES, WINDOWS, Question
from tests.bench.rivals.material import words

NOWHERE = "none"
WINDOW_DAYS = tuple(((w.start - NOW) // DAY, (w.end - NOW) // DAY) for w in WINDOWS)

# A need is met by any of its alternatives, which are slots: a place after the first, and the tokens that will do.
Slot = tuple[int, tuple[str, ...]]
Needs = tuple[tuple[tuple[Slot, ...], ...], ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One question; `days` count from NOW.

    Where `needs` find nothing because a word is nowhere, each of `slips` has the words one slip
    away; the most used of them was meant, and `repaired` are the needs then.
    """

    kind: str
    prefix: str = ""
    needs: Needs = ()
    slips: tuple[tuple[str, ...], ...] = ()
    repaired: Needs = ()
    circle: Circle | None = None
    theme: int | None = None
    days: tuple[int, int] | None = None
    sort: str = "relevance"
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Total, facets, and the page: ids, and for an order that has nothing to do with words its keys."""

    total: int
    themes: tuple[int, ...]
    remote: tuple[int, ...]
    when: tuple[int, ...]
    accessible: int
    minors: int
    ids: tuple[int, ...] = ()
    keys: tuple[int, ...] = ()

    @property
    def counts(self) -> tuple[object, ...]:
        """What every engine must agree on."""
        return self.total, self.themes, self.remote, self.when, self.accessible, self.minors


class Rival(Protocol):
    """An engine beside ours."""

    def open(self) -> None:
        """Be ready to answer."""

    def answer(self, asked: Asked) -> Answer:
        """20 hits in order, the exact total, all facets."""

    def complete(self, prefix: str) -> tuple[str, ...]:
        """The 8 words with this beginning that most offers have."""

    def processes(self) -> list[int]:
        """The processes whose memory counts."""

    def close(self) -> None:
        """Let go."""


class Lexicon:
    """Which words the offers have, as search.plan asks it; `holds_all` for a plan without corrections."""

    def __init__(self, folder: Path, *, holds_all: bool = False) -> None:
        self.of_form, rows = words(folder)
        self._counts = {word: count for word, _, count in rows}
        self.holds_all = holds_all

    def holds(self, form: str) -> bool:
        return self.holds_all or form in self.of_form

    def most_frequent(self, words: Iterable[str]) -> str | None:
        known = [word for word in words if word in self._counts]
        return min(known, key=lambda word: (-self._counts[word], word), default=None)

    def spelled(self, word: str) -> str:
        return word


def prepared(questions: Iterable[Question], folder: Path) -> Iterator[Asked]:
    """The questions with their words analysed for the rivals of a folder."""
    lexicon = Lexicon(folder)
    for question in questions:
        if question.query is None:
            yield Asked(question.kind, prefix=fold(question.prefix))
        else:
            yield _with_words(_asked(question.kind, question.query), question.query, lexicon)


def _asked(kind: str, query: Query) -> Asked:
    days = None
    if query.start is not None and query.end is not None:
        days = (query.start - NOW) // DAY, (query.end - NOW) // DAY
    theme = THEMES.index(query.themes[0]) if query.themes else None
    return Asked(
        kind,
        circle=query.circle,
        theme=theme,
        days=days,
        sort=query.sort,
        offset=query.offset,
    )


def _with_words(asked: Asked, query: Query, lexicon: Lexicon) -> Asked:
    lexicon.holds_all = True
    as_typed = make_plan(query, lexicon)
    lexicon.holds_all = False
    meant = make_plan(query, lexicon)
    return replace(
        asked,
        needs=_needs(as_typed, lexicon),
        slips=tuple(tuple(set().union(*slips(fold(typed)))) for typed, _ in meant.corrected),
        repaired=_needs(meant, lexicon) if meant.corrected else (),
    )


def _needs(plan: Plan, lexicon: Lexicon) -> Needs:
    """Of a plan, what French offers must hold."""
    needs = []
    for need in plan.needs:
        if "fr" in need.free:
            continue
        alternatives = []
        for literal in need.literals:
            slots = tuple((slot.offset, _tokens(slot.forms, lexicon)) for slot in literal.slots)
            if literal.language == "fr" and all(tokens for _, tokens in slots):
                alternatives.append(slots)
        needs.append(tuple(dict.fromkeys(alternatives)) or (((0, (NOWHERE,)),),))
    return tuple(needs)


def _tokens(forms: Iterable[str], lexicon: Lexicon) -> tuple[str, ...]:
    return tuple(dict.fromkeys(t for form in forms for t in lexicon.of_form.get(form, ())))


def asks(rival: Rival, asked: Asked) -> Answer | tuple[str, ...]:
    """One question of any class; a kind of answer for each kind of question."""
    return rival.complete(asked.prefix) if asked.prefix else rival.answer(asked)

"""From the clauses of a query to needs: what a document must hold, language by language.

Every engine executes the same plan, so that analysis, synonyms and corrections are decided once,
here. A document is compared in its own language: in it a stop word asks for nothing (the clause is
`free` there); words that are all stop words in one language ask for nothing in any.

A synonym joins each clause of the expression it replaces, as one more alternative: (P or S) and
(A or S) is the same as (P and A) or S, so that every need stays one flat list of alternatives.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import Protocol

from search import english, french
from search.document import Language
from search.query import Clause, Query, Term
from search.ranking import SYNONYM_WEIGHT
from search.text import (
    FAMILY,
    LANGUAGES,
    analyse,
    asks_nothing,
    exact_words,
    fold,
    inflected,
    is_corrigible,
    slips,
)

LITTLE = 3  # offers found: whoever finds more is asked nothing
FAR_MORE = 10  # times as many offers have a word, and are found by it, as the one that was typed


class Lexicon(Protocol):
    """What a plan asks of an index: which words its live documents hold."""

    def holds(self, form: str) -> bool:
        """Whether a live document has this form, in any of its fields."""

    def most_frequent(self, words: Iterable[str]) -> str | None:
        """The exact word that most live documents have; the first in the alphabet among equals."""

    def frequency(self, word: str) -> int:
        """How many live documents have an exact word."""

    def spelled(self, word: str) -> str:
        """An exact word with the accents that most live documents give it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One word of an expression: its place after the first, and the forms that will do."""

    offset: int
    forms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Literal:
    """A word or an expression in one language (None: exact words, of any)."""

    text: str
    language: Language | None
    slots: tuple[Slot, ...]
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Need:
    """One of the literals must be there, or none when `excluded`; `free` languages are let off."""

    literals: tuple[Literal, ...]
    excluded: bool
    free: frozenset[Language]


@dataclass(frozen=True, slots=True)
class Plan:
    """What to look for, and what was corrected on the way."""

    needs: tuple[Need, ...]
    corrected: tuple[tuple[str, str], ...] = ()

    @property
    def wanted(self) -> tuple[Need, ...]:
        """The needs that ask for something, and give a score."""
        return tuple(need for need in self.needs if not need.excluded)


def make_plan(query: Query, lexicon: Lexicon) -> Plan:
    """Turn the words of a query into needs, correcting what no live document holds."""
    if query.exact:
        return _plan(_exact_needs(query.words), ())
    needs = _needs(query.words)
    clauses, corrected = _correct(query.words, needs, lexicon)
    return _plan(_needs(clauses) if corrected else needs, corrected)


def suggestion(
    query: Query, total: int, lexicon: Lexicon, count: Callable[[Query], int]
) -> str | None:
    """A text that finds more than a query that found this much, by the count of the engine that asks.

    Where nothing was found, the text without the one word that costs most; where little was, the text with one word changed
    for its neighbour, if that finds far more: "jardim" is a word that one offer has, and "jardin" one of many.
    """
    if total > LITTLE or query.limit == 0:
        return None
    best, text = max(FAR_MORE * total - 1, 0), None
    for words in _likelier(query, lexicon) if total else _shorter(query.words):
        found = count(replace(query, words=words, when_windows=(), limit=0))
        if found > best:
            best, text = found, " ".join(clause.text for clause in words)
    return text


def _shorter(clauses: tuple[Clause, ...]) -> Iterator[tuple[Clause, ...]]:
    """The clauses without each one of those that are wanted, where another is left."""
    wanted = [clause for clause in clauses if not clause.excluded]
    for dropped in wanted if len(wanted) > 1 else ():
        yield tuple(clause for clause in clauses if clause is not dropped)


def _likelier(query: Query, lexicon: Lexicon) -> Iterator[tuple[Clause, ...]]:
    """The clauses with each word that may be a slip changed for its neighbour, which far more documents have."""
    clauses = () if query.exact else query.words
    for at, (clause, need) in enumerate(zip(clauses, _needs(clauses), strict=True)):
        typed = _may_be_a_slip(clause, need)
        if not typed:
            continue
        used = _meant(fold(typed), lexicon)
        if used and lexicon.frequency(fold(used)) >= FAR_MORE * lexicon.frequency(fold(typed)):
            yield (*clauses[:at], Clause((Term((used,)),)), *clauses[at + 1 :])


def tell_nothing(clauses: tuple[Clause, ...]) -> bool:
    """Whether all of these words are stop words of one language, so that they ask for nothing and refuse nothing."""
    return not _plan(_needs(clauses), ()).needs


def _plan(needs: list[Need], corrected: tuple[tuple[str, str], ...]) -> Plan:
    wanted = [need for need in needs if not need.excluded]
    if any(all(language in need.free for need in wanted) for language in LANGUAGES):
        wanted = []
    kept = tuple(need for need in needs if need.literals and (need.excluded or need in wanted))
    return Plan(kept, corrected)


def _exact_needs(clauses: tuple[Clause, ...]) -> list[Need]:
    needs = []
    for clause in clauses:
        literals = []
        for term in clause.terms:
            words = exact_words(" ".join(term.words))
            slots = tuple(Slot(offset, (word,)) for offset, word in enumerate(words))
            literals += [Literal(term.text, None, slots)] if slots else []
        needs.append(Need(tuple(literals), clause.excluded, frozenset()))
    return needs


def _needs(clauses: tuple[Clause, ...]) -> list[Need]:
    literals: list[list[Literal]] = [[] for _ in clauses]
    free: list[set[Language]] = [set() for _ in clauses]
    for language in LANGUAGES:
        for at, clause in enumerate(clauses):
            found = [lit for term in clause.terms if (lit := _literal(term, language))]
            literals[at] += found
            if not found:
                free[at].add(language)
        for at, synonym in _synonyms(clauses, language):
            literals[at].append(synonym)
    return [
        Need(tuple(literals[at]), clause.excluded, frozenset(free[at]))
        for at, clause in enumerate(clauses)
    ]


def _literal(term: Term, language: Language) -> Literal | None:
    if len(term.words) == 1 and asks_nothing(term.words[0]):
        return None
    slots = _slots(" ".join(term.words), language)
    return Literal(term.text, language, slots) if slots else None


@lru_cache(4096)
def _slots(text: str, language: Language) -> tuple[Slot, ...]:
    analysed = analyse(text, language)
    return tuple(Slot(position - analysed[0][0], forms) for position, forms in analysed)


def _synonyms(clauses: tuple[Clause, ...], language: Language) -> Iterator[tuple[int, Literal]]:
    """Which clause gets which synonym: expressions found in a row of plain, wanted words."""
    row: list[tuple[int, Slot, bool]] = []
    for at, clause in enumerate(clauses):
        if clause.excluded or len(clause.terms) > 1 or len(clause.terms[0].words) > 1:
            row.append((at, Slot(0, ()), True))
            continue
        slots = _slots(clause.terms[0].words[0], language)
        row += [(at, slot, slot is slots[-1]) for slot in slots]
    table = _synonym_table(language)
    for start, (_, slot, _) in enumerate(row):
        if start and not row[start - 1][2]:
            continue
        for key, others in dict.fromkeys(e for form in slot.forms for e in table.get(form, ())):
            part = row[start : start + len(key)]
            if len(part) == len(key) and part[-1][2] and _is_alike(part, key):
                for at in dict.fromkeys(at for at, _, _ in part):
                    yield from ((at, other) for other in others)


def _is_alike(part: list[tuple[int, Slot, bool]], key: tuple[Slot, ...]) -> bool:
    return all(set(a.forms) & set(b.forms) for (_, a, _), b in zip(part, key, strict=True))


Entry = tuple[tuple[Slot, ...], tuple[Literal, ...]]


@cache
def _synonym_table(language: Language) -> dict[str, list[Entry]]:
    """Each expression as slots, with the others of its group, under the forms it begins with."""
    table: dict[str, list[Entry]] = {}
    for group in french.SYNONYMS if language == "fr" else english.SYNONYMS:
        literals = [
            Literal(text, language, _slots(text, language), SYNONYM_WEIGHT) for text in group
        ]
        for literal in literals:
            others = tuple(other for other in literals if other != literal)
            for form in literal.slots[0].forms:
                table.setdefault(form, []).append((literal.slots, others))
    return table


def _correct(
    clauses: tuple[Clause, ...], needs: list[Need], lexicon: Lexicon
) -> tuple[tuple[Clause, ...], tuple[tuple[str, str], ...]]:
    """Replace each plain word that no live document holds by what was meant, if any document has it."""
    fixed: list[Clause] = []
    corrected: list[tuple[str, str]] = []
    for clause, need in zip(clauses, needs, strict=True):
        typed = _may_be_a_slip(clause, need)
        if typed and not any(_is_held(literal, lexicon) for literal in need.literals):
            used = _meant(fold(typed), lexicon)
            if used is not None:
                corrected.append((typed, used))
                clause = Clause((Term((used,)),))
        fixed.append(clause)
    return tuple(fixed), tuple(corrected)


def _meant(word: str, lexicon: Lexicon) -> str | None:
    """The most used neighbour of a word, in the spelling of offers: one of a likelier slip, else of another.

    Where no document has a neighbour as it is, one with another ending, or of its family, will do.
    """
    likely, others = slips(word)
    for near in _nearer_first(likely, others):
        used = lexicon.most_frequent(near - {word})
        if used is not None:
            return lexicon.spelled(used)
    return _of_a_family(likely | others, lexicon)


def _nearer_first(likely: set[str], others: set[str]) -> Iterator[set[str]]:
    """The neighbours of a word, some at a time: the last are thousands, and mostly not asked for."""
    yield likely
    yield inflected(likely)
    yield others
    yield inflected(others)


def _of_a_family(words: Iterable[str], lexicon: Lexicon) -> str | None:
    """A word of a family of which a live document has another: "jardniage" is no slip of "jardin", and means it."""
    known = sorted(word for word in words if word in FAMILY)
    return next((word for word in known if lexicon.holds(FAMILY[word])), None)


def _may_be_a_slip(clause: Clause, need: Need) -> str | None:
    if clause.excluded or need.free or len(clause.terms) > 1 or len(clause.terms[0].words) > 1:
        return None
    word = clause.terms[0].words[0]
    return word if is_corrigible(fold(word)) else None


def _is_held(literal: Literal, lexicon: Lexicon) -> bool:
    return all(any(lexicon.holds(form) for form in slot.forms) for slot in literal.slots)

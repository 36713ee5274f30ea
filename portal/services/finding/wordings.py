"""No offer holds all the words of a sentence: which of them do find something, or which filter says the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations

from portal import themes
from portal.clock import PARIS
from portal.services.finding import reading, sentences
from portal.services.finding.asked import Asked
from search import words
from search.query import Clause, Query, Term
from search.text import LANGUAGES, analyse, asks_nothing

MOST = 4
MOST_TOGETHER = 2  # sets of words, which are told by how many offers hold them
MOST_WORDS = 6  # of which sets are made
MOST_COUNTS = 40  # of the engine, to find them
Count = Callable[[Query], int]


@dataclass(frozen=True, slots=True)
class Wording:
    """Another question, read from its own address as a click would, and how many offers it finds."""

    asked: Asked
    total: int


def wordings(asked: Asked, count: Count) -> tuple[Wording, ...]:
    """Closest first: time and place as filters, no quotes, the largest sets of words; where none of them helps, a theme
    of that name."""
    if not asked.query.words or asked.query.exact:
        return ()
    return _Wordings(asked, count).found()


def reworded(asked: Asked, text: str, count: Count) -> Wording:
    """The same question with another text, and how many offers it finds."""
    made = _read(asked, {"q": text})
    return Wording(made, count(made.query))


class _Wordings:
    """One search for other words; each that finds something is kept once."""

    def __init__(self, asked: Asked, count: Count) -> None:
        self._asked, self._count = asked, count
        self._found: dict[tuple[tuple[str, str], ...], Wording] = {}

    def found(self) -> tuple[Wording, ...]:
        text, filters = self._sentence()
        units, kept = list(_units(text)), _excluded(text)
        if text != self._asked.text:
            any(self._offers(q=text, **some) for some in _fewer(filters))
        plain = " ".join([*units, *kept])
        if any(len(term.words) > 1 for clause in words.parse(text) for term in clause.terms):
            self._offers(q=plain, **filters)
        if not self._found:
            self._together(units, kept, filters) or self._together(units, kept, {})
        named = () if self._found or self._asked.query.themes else themes.of_tag(plain)
        if named:
            self._offers(q="", theme=named[0], **filters) or self._offers(q="", theme=named[0])
        return tuple(self._found.values())[:MOST]

    def _sentence(self) -> tuple[str, dict[str, str]]:
        """The text without time and place, and these as filters, where no filter says so already."""
        query = self._asked.query
        now = _now(self._asked).astimezone(PARIS)
        text, filters = sentences.read(self._asked.text, now, self._asked.known.ending)
        if query.start is not None or query.end is not None:
            filters = {name: value for name, value in filters.items() if name == "place"}
        if query.has_place:
            filters.pop("place", None)
        return text, filters

    def _offers(self, **changes: str) -> bool:
        """Keep this question if it finds something."""
        made = _read(self._asked, changes)
        if made.params in self._found:
            return True
        total = self._count(made.query) if made.asks_something else 0
        if total:
            self._found[made.params] = Wording(made, total)
        return bool(total)

    def _together(self, units: list[str], kept: list[str], filters: dict[str, str]) -> bool:
        query = _read(self._asked, {"q": "", **filters}).query
        sets = _largest(units[:MOST_WORDS], kept, query, self._count)
        if len(units) < 2:
            return False
        for chosen in sets[:MOST_TOGETHER]:
            self._offers(q=" ".join([*chosen, *kept]), **filters)
        return bool(sets)


def _fewer(filters: dict[str, str]) -> Iterator[dict[str, str]]:
    """These filters, then the place alone, then the time alone, then none."""
    place = {name: value for name, value in filters.items() if name == "place"}
    time = {name: value for name, value in filters.items() if name != "place"}
    yield filters
    if place and time:
        yield from (place, time)
    if filters:
        yield {}


def _read(asked: Asked, changes: dict[str, str]) -> Asked:
    """The question with these parameters changed, as the page would read it."""
    params: dict[str, list[str]] = {}
    for name, value in asked.changed(**changes):
        params.setdefault(name, []).append(value)
    query = asked.query
    return reading.read(
        params,
        now=_now(asked),
        limit=query.limit,
        spread=query.spread,
        language=query.language,
        known=asked.known,
    )


def _now(asked: Asked) -> datetime:
    """When it was asked: the query is of the end of its minute, which may be tomorrow."""
    return datetime.fromtimestamp(asked.query.now - 1, UTC)


def _largest(
    units: list[str], kept: list[str], query: Query, count: Count
) -> list[tuple[str, ...]]:
    """The largest sets of words that offers hold together, the most found first.

    Words that do not go together go together with no third, so that few sets are ever counted.
    """
    left = MOST_COUNTS
    largest: dict[tuple[str, ...], int] = {(): 0}
    for size in range(1, len(units) + 1):
        totals: dict[tuple[str, ...], int] = {}
        for chosen in combinations(units, size):
            if left == 0 or not all(part in largest for part in combinations(chosen, size - 1)):
                continue
            left -= 1
            asked = replace(query, words=words.parse(" ".join([*chosen, *kept])))
            if total := count(asked):
                totals[chosen] = total
        if not totals:
            break
        largest = totals
    return sorted((chosen for chosen in largest if chosen), key=lambda chosen: -largest[chosen])


def _units(text: str) -> Iterator[str]:
    """The words of a text that say something, without quotes; alternatives stay one."""
    seen = set()
    for clause in words.parse(text):
        parts = [clause] if len(clause.terms) > 1 else _apart(clause)
        for part in parts if not clause.excluded else ():
            if part.text not in seen and _says_something(part):
                seen.add(part.text)
                yield part.text


def _apart(clause: Clause) -> list[Clause]:
    return [Clause((Term((word,)),)) for word in clause.terms[0].words]


def _says_something(clause: Clause) -> bool:
    said = (word for term in clause.terms for word in term.words if not asks_nothing(word))
    return any(all(analyse(word, language) for language in LANGUAGES) for word in said)


def _excluded(text: str) -> list[str]:
    return [clause.text for clause in words.parse(text) if clause.excluded]

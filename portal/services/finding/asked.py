"""What somebody asked for, once it is understood: the engine's query, what it means in words, and what was set right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import urlencode

from portal.services.finding.known import Known
from portal.services.places.matching import PlaceMatch
from search.query import Query

Params = tuple[tuple[str, str], ...]


class Note:
    """A sentence (French msgid) with the values of its gaps: days, kilometres, themes. Doors translate and print it."""

    __slots__ = ("sentence", "values")

    def __init__(self, sentence: str, **values: Any) -> None:
        self.sentence = sentence
        self.values = values

    def __repr__(self) -> str:
        return f"Note({self.sentence!r}, {self.values!r})"


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was understood, in words, and the parameters that say it (dropping them takes it back)."""

    kind: str
    words: Note
    params: Params


@dataclass(frozen=True, slots=True)
class Asked:
    """A search. `params` is its shortest address: what is left at its default is not in it, nor is the page.

    `radius_km` is that of the circle asked, None without one. `nowhere` is true when the place that was required
    is unknown, so that nothing can be found.
    """

    query: Query
    text: str = ""
    place_text: str = ""
    place: PlaceMatch | None = None
    rivals: tuple[PlaceMatch, ...] = ()
    is_ambiguous: bool = False
    when: str = ""
    from_on: date | None = None
    to_on: date | None = None
    remote: str = ""
    association: str = ""
    page: int = 1
    parts: tuple[Part, ...] = ()
    notes: tuple[Note, ...] = ()
    nowhere: bool = False
    known: Known = field(default_factory=Known, compare=False, repr=False)

    @property
    def params(self) -> Params:
        """The parameters of all that was understood, in a fixed order."""
        return tuple(pair for part in self.parts for pair in part.params)

    @property
    def carried(self) -> Params:
        """The parameters as the hidden fields of a form say them: `exact` by its words, so that it goes with them."""
        return tuple((n, self.text if n == "exact" else value) for n, value in self.params)

    @property
    def radius_km(self) -> float | None:
        return self.query.circle.radius_km if self.query.circle else None

    @property
    def asks_something(self) -> bool:
        """Does it ask for anything but an order?"""
        return any(part.kind != "sort" for part in self.parts)

    def without(self, *parts: Part) -> Params:
        """The parameters when these parts are taken back."""
        dropped = [pair for part in parts for pair in part.params]
        return tuple(pair for pair in self.params if pair not in dropped)

    def changed(self, **values: str | None) -> Params:
        """The parameters with some of them set to another value; None or "" takes one away."""
        return put(self.params, values)


def put(params: Params, values: Mapping[str, str | None]) -> Params:
    """The parameters with these names set anew, at the end."""
    kept = tuple(pair for pair in params if pair[0] not in values)
    return kept + tuple((name, value) for name, value in values.items() if value)


def address(params: Iterable[tuple[str, str]], path: str = "/search") -> str:
    """The address of a search."""
    written = urlencode(list(params))
    return f"{path}?{written}" if written else path

"""What is asked: one frozen `Query` made of small parts.

A query never carries text to be interpreted by an engine: words come parsed (`words.parse`), and
every other part is a number, a flag or a name. Two equal queries get the same answer.
"""

from dataclasses import dataclass
from typing import Literal

from search.document import Language

Sort = Literal["relevance", "distance", "date", "newest"]
Remote = Literal["no", "also", "only"]


@dataclass(frozen=True, slots=True)
class Term:
    """One word, or several that must follow each other (a quoted phrase)."""

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The term as a person would type it."""
        joined = " ".join(self.words)
        return f'"{joined}"' if len(self.words) > 1 else joined


@dataclass(frozen=True, slots=True)
class Clause:
    """Terms of which at least one must be there, or none of them when `excluded`."""

    terms: tuple[Term, ...]
    excluded: bool = False

    @property
    def text(self) -> str:
        """The clause as a person would type it."""
        joined = " OR ".join(term.text for term in self.terms)
        return ("-" if self.excluded else "") + (f"({joined})" if len(self.terms) > 1 else joined)


@dataclass(frozen=True, slots=True)
class Circle:
    """All within `radius_km` (great circle, edge included) of a centre in degrees.

    An infinite radius asks for everything that has a position, with its distance.
    """

    lat: float
    lon: float
    radius_km: float


@dataclass(frozen=True, slots=True)
class Box:
    """South, west, north, east in degrees, edges included; west > east crosses the date line."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Area:
    """A département or a région by its code, as `Point` carries it."""

    kind: Literal["departement", "region"]
    code: str


@dataclass(frozen=True, slots=True)
class Window:
    """A named stretch of time [start, end), UTC seconds, that the `when` facet counts."""

    name: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Query:
    """Everything that one search asks; what is left at its default asks for nothing.

    Parts are joined by AND. A cluster is found when one of its members meets all of them; it
    counts once, and its card is the member that comes first in the order asked. `apart` gives each
    document a card of its own instead.

    Words: all clauses must be met, in one document; a document is compared in its own language.
    A word that nothing contains is corrected unless `exact` (the All for Good API: words as they
    are but for case and accents, no stem, no synonym, no stop word).

    Where: one location must meet circle, box and area together, whichever are given.

    When: `start` and `end` (UTC seconds, [start, end), either may be None) must overlap a shift
    that is not over at `now`; an ongoing offer always does. Place and date need not belong to each
    other, unless the shift has a location of its own.

    Now: what expired at or before `now`, and what is not ongoing and has no shift ending after
    `now`, is never found.

    Remote:
      None    with a place (circle, box or area) the same as "also"; without one, everything
      "no"    offers that happen at a place (remote "no" or "possible")
      "only"  offers that can be done from afar ("full" or "possible"); the place asks nothing
      "also"  with a place: the offers of "no" there, then, in a tail of their own whatever the
              sort, the "full" ones from anywhere (`Results.remote_from`); without one, everything

    Themes: any of them. `association_id`, `feed_id`, `campaign`: exactly that one. `minors` and
    `accessible` ask for the offers open to minors, accessible, when True.

    Sort: "relevance" is BM25F times gentle factors (see ranking.py); "distance" needs a circle,
    without one it is relevance; "date" is the next shift that is not over and that `start` and
    `end` admit, ongoing last; "newest" is by `published_at`. Ties: distance (in metres), next
    date, id. `spread` reorders ranks 1 to 20, once, so that no association has more than 3 cards
    there while others match.

    `language` is the visitor's: an offer in another one ranks a little lower by relevance, and is
    found all the same. None asks for no language.

    `offset` and `limit` cut the page; totals and facets never depend on them.
    """

    now: int
    words: tuple[Clause, ...] = ()
    exact: bool = False
    circle: Circle | None = None
    box: Box | None = None
    area: Area | None = None
    themes: tuple[str, ...] = ()
    start: int | None = None
    end: int | None = None
    remote: Remote | None = None
    minors: bool = False
    accessible: bool = False
    association_id: int | None = None
    feed_id: int | None = None
    campaign: str | None = None
    sort: Sort = "relevance"
    spread: bool = False
    apart: bool = False
    when_windows: tuple[Window, ...] = ()
    language: Language | None = None
    offset: int = 0
    limit: int = 20

    def __post_init__(self) -> None:
        """Refuse what has no meaning; a door says so to a person long before."""
        if self.offset < 0 or self.limit < 0:
            raise ValueError("A page begins at 0 or later and holds 0 hits or more.")
        if self.circle is not None and not self.circle.radius_km >= 0:
            raise ValueError("A radius is 0 km or more.")

    @property
    def has_place(self) -> bool:
        """Whether any part says where."""
        return self.circle is not None or self.box is not None or self.area is not None

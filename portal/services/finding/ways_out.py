"""Nothing was found: which filter to drop and what that would give, a wider circle, remote offers. No dead end."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from portal.services.finding.asked import Asked, Part
from portal.services.finding.wordings import Wording, reworded, wordings
from search import words
from search.query import Query, Sort
from search.results import Results

WIDER_KM = (5.0, 10.0, 20.0, 30.0, 50.0, 100.0, 200.0, 500.0)
WHERE = ("place", "area", "box", "remote")  # kinds of parts
MOST = 4  # wordings and parts to drop, together


@dataclass(frozen=True, slots=True)
class Drop:
    """A part that stands in the way, and how many offers there are without it."""

    part: Part
    total: int


@dataclass(frozen=True, slots=True)
class WaysOut:
    """What to loosen. `wordings` are questions that say less of the text, or say it otherwise; `wider_km` is the smallest
    larger circle that finds something; each with its total. `meant` is what may have been typed instead, where little
    was found."""

    wordings: tuple[Wording, ...] = ()
    drops: tuple[Drop, ...] = ()
    wider_km: float | None = None
    wider_total: int = 0
    remote_total: int = 0
    meant: Wording | None = None


def ways_out(asked: Asked, answer: Callable[[Query], Results]) -> WaysOut:
    """Ask again with other words, and without each part in turn: some dozens of counts of the engine at most, and none
    of the database."""

    query, count = asked.query, _counting(answer)
    other = wordings(asked, count)
    drops = [Drop(part, count(_without(asked, part))) for part in _droppable(asked)]
    # Without any word the text is all offers, which nobody asked for who has a closer way out.
    found = _best(drop for drop in drops if not (other and drop.part.kind == "words"))
    wider_km, wider_total = _wider(query, count)
    remote = 0 if query.remote == "only" else count(replace(query, remote="only"))
    return WaysOut(other, tuple(found[: MOST - len(other)]), wider_km, wider_total, remote)


def meant(asked: Asked, text: str, answer: Callable[[Query], Results]) -> Wording:
    """What the engine would have expected instead of the words that were typed."""
    return reworded(asked, text, _counting(answer))


def nearest_on_site(asked: Asked, answer: Callable[[Query], Results]) -> WaysOut:
    """There are remote offers only: the filters without which there are others at the place, the smallest larger circle
    that holds others, and how many these are."""
    count = _counting(answer)
    others = [part for part in _droppable(asked) if part.kind not in WHERE]
    drops = [Drop(part, count(replace(_without(asked, part), remote="no"))) for part in others]
    km, total = _wider(replace(asked.query, remote="no"), count)
    return WaysOut((), tuple(_best(drops)[:MOST]), km, total)


def _best(drops: Iterable[Drop]) -> list[Drop]:
    """Those that find something, the most found first."""
    return sorted((drop for drop in drops if drop.total), key=lambda drop: -drop.total)


def _counting(answer: Callable[[Query], Results]) -> Callable[[Query], int]:
    return lambda query: answer(replace(query, offset=0, limit=0, when_windows=())).total


def _droppable(asked: Asked) -> list[Part]:
    return [part for part in asked.parts if part.kind != "sort"]


def _wider(query: Query, count: Callable[[Query], int]) -> tuple[float | None, int]:
    if query.circle is None:
        return None, 0
    for km in WIDER_KM:
        if km > query.circle.radius_km:
            total = count(replace(query, circle=replace(query.circle, radius_km=km)))
            if total:
                return km, total
    return None, 0


def _without(asked: Asked, part: Part) -> Query:
    """The query as it is once this part is taken back."""
    query = asked.query
    match part.kind:
        case "words":
            return replace(query, words=())
        case "place":
            # A place that is itself an area goes; one that was asked beside the place stays.
            whole = asked.place is not None and bool(asked.place.area)
            area = None if whole else query.area
            return replace(query, circle=None, area=area, sort=_placeless(query))
        case "area":
            return replace(query, area=None)
        case "box":
            return replace(query, box=None)
        case "theme":
            dropped = part.params[0][1]
            return replace(query, themes=tuple(slug for slug in query.themes if slug != dropped))
        case "when":
            return replace(query, start=None, end=None)
        case "remote":
            return replace(query, remote=None)
        case "minors":
            return replace(query, minors=False)
        case "exact":
            return replace(query, exact=False, words=words.parse(asked.text))
        case "accessible":
            return replace(query, accessible=False)
        case "association":
            return replace(query, association_id=None)
        case "feed":
            return replace(query, feed_id=None)
        case _:
            return replace(query, campaign=None)


def _placeless(query: Query) -> Sort:
    return "relevance" if query.sort == "distance" else query.sort

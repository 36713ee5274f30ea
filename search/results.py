"""What is answered: ids in order, an exact total, facets; never an engine's own objects."""

from collections.abc import Mapping
from dataclasses import dataclass, field

Counts = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """One card: the best member of a cluster.

    `location_index` is the place in the document's `locations` of the one to show: the nearest
    that was asked for (None when no place was asked, or for the remote tail). `distance_km` is
    known when a circle was asked. `next_at` is the start of the next admitted shift (None:
    ongoing). `matched` are the words that were found, as typed, corrected or by synonym.
    """

    id: int
    cluster: int
    score: float
    distance_km: float | None = None
    location_index: int | None = None
    next_at: int | None = None
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """The answer to one query.

    `total` counts all clusters found. With remote "also" and a place, the hits of rank
    `remote_from` (0 is the first of all, not of the page) and after are the remote tail; None when
    there is no tail. `facets` has "theme" (those found, most first), "remote" (no, also, only),
    "when" (the query's windows), "accessible" and "minors" (value "yes"); every count is the
    total that the same query has with that filter set to that one value. `corrected` are (typed,
    used) words. `suggestion` is a text that finds more: when nothing was found a
    shorter one, when little was one with a neighbour of one of its words (search.plan.suggestion).
    """

    hits: tuple[Hit, ...]
    total: int
    facets: Mapping[str, Counts] = field(default_factory=dict)
    remote_from: int | None = None
    corrected: tuple[tuple[str, str], ...] = ()
    suggestion: str | None = None

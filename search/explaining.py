"""Why an offer ranks where it does: the factors of its score, each with the figure it was made from."""

import math
from dataclasses import dataclass
from typing import Literal

from search import ranking
from search.document import Document
from search.query import Query
from search.results import Hit

Name = Literal["words", "sooner", "ongoing", "nearer", "fresher", "waiting_list", "language"]


@dataclass(frozen=True, slots=True)
class Factor:
    """What the score is multiplied by, and why.

    `amount` is in days for "sooner" and "fresher", in km for "nearer", None for the others.
    """

    name: Name
    times: float
    amount: float | None = None


def explain(query: Query, document: Document, hit: Hit) -> tuple[Factor, ...]:
    """The factors of a hit, whose product is its score; what the words gave is what is left.

    `document` is the offer as it is indexed: with an older one the words get a wrong share.
    """
    others = factors(query, document, hit.distance_km, hit.next_at)
    words = hit.score / math.prod(factor.times for factor in others)
    return (Factor("words", words), *others)


def factors(
    query: Query, document: Document, distance_km: float | None, next_at: int | None
) -> tuple[Factor, ...]:
    """All factors but the words, in the order in which every engine multiplies them."""
    if next_at is None:
        found = [Factor("ongoing", ranking.sooner(ranking.SOONER_DAYS))]
    else:
        days = max(next_at - query.now, 0) / ranking.DAY
        found = [Factor("sooner", ranking.sooner(days), days)]
    if distance_km is not None:
        found.append(Factor("nearer", ranking.nearer(distance_km), distance_km))
    age = max(query.now - document.published_at, 0) / ranking.DAY
    found.append(Factor("fresher", ranking.fresher(age), age))
    if not document.has_places:
        found.append(Factor("waiting_list", ranking.WAITING_LIST))
    if query.language not in (None, document.language):
        found.append(Factor("language", ranking.OTHER_LANGUAGE))
    return tuple(found)

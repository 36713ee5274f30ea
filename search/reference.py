"""The rules of a query said document by document, as plainly as they can be said.

This is what the reference index executes, and what an engine's arrays must come out equal to.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from search import ranking
from search.document import Document, Point
from search.explaining import factors
from search.geo import STEPS, box_holds, distance_km, snap
from search.query import Query, Window
from search.results import Counts, Hit

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Card:
    """One document as it meets a query: where, when, and how well."""

    document: Document
    in_tail: bool
    distance_km: float | None
    location_index: int | None
    next_at: int | None
    score: float

    @property
    def ties(self) -> tuple[float, float, int]:
        """What decides among equals: distance in metres, next date, id."""
        metres = math.inf if self.distance_km is None else round(self.distance_km * 1000)
        return metres, math.inf if self.next_at is None else self.next_at, self.document.id

    def hit(self, matched: tuple[str, ...]) -> Hit:
        """The card as it is answered."""
        return Hit(
            id=self.document.id,
            cluster=self.document.cluster,
            score=self.score,
            distance_km=self.distance_km,
            location_index=self.location_index,
            next_at=self.next_at,
            matched=matched,
        )


def every_place(query: Query) -> bool:
    """Whether the answer has a head of offers that happen there and a tail of remote ones."""
    return query.has_place and query.remote in (None, "also")


def best_cards(
    query: Query, documents: Iterable[Document], scores: Mapping[int, float]
) -> list[Card]:
    """One card per cluster (or document), in the order asked."""
    found = [card for doc in documents if (card := _card(query, doc, scores[doc.id]))]
    found.sort(key=lambda card: (card.in_tail, *_order(query, card), *card.ties))
    best: dict[int, Card] = {}
    for card in found:
        best.setdefault(_need(query, card.document), card)
    return list(best.values())


def _order(query: Query, card: Card) -> tuple[float, ...]:
    if query.sort == "distance" and query.circle is not None:
        return ()
    if query.sort == "date":
        return (math.inf if card.next_at is None else card.next_at,)
    if query.sort == "newest":
        return (-card.document.published_at,)
    return (-round(card.score * ranking.SCORE_STEPS),)


def _card(query: Query, document: Document, text_score: float) -> Card | None:
    """The document as a card, or None when it does not meet the query."""
    if not _meets_flags(query, document):
        return None
    dates = _dates(query.start, query.end)
    if query.remote != "only" and (not every_place(query) or document.remote != "full"):
        if query.remote == "no" and document.remote == "full":
            return None
        card = _placed_card(query, document, text_score, dates)
    elif document.remote == "full" or (query.remote == "only" and document.remote == "possible"):
        card = _far_card(query, document, text_score, dates)
    else:
        return None
    return card


def _meets_flags(query: Query, document: Document) -> bool:
    """Everything but words, place and date."""
    return (
        (document.expires_at is None or document.expires_at > query.now)
        and (not query.themes or bool(set(query.themes) & set(document.themes)))
        and (not query.minors or document.open_to_minors)
        and (not query.accessible or document.is_accessible)
        and query.association_id in (None, document.association_id)
        and query.feed_id in (None, document.feed_id)
        and (query.campaign is None or query.campaign in document.campaigns)
    )


def _dates(start: int | None, end: int | None) -> Range:
    return (-math.inf if start is None else start, math.inf if end is None else end)


def _shifts(query: Query, document: Document, dates: Range) -> Iterator[tuple[int, int | None]]:
    """(start, own location) of the shifts that are not over and overlap the dates."""
    own = document.shift_locations or (None,) * len(document.shifts)
    for (start, end), location in zip(document.shifts, own, strict=True):
        if end > query.now and end > dates[0] and start < dates[1]:
            yield start, location


def _far_card(query: Query, document: Document, text_score: float, dates: Range) -> Card | None:
    starts = [start for start, _ in _shifts(query, document, dates)]
    if not starts and not document.is_ongoing:
        return None
    return _scored(query, document, text_score, (None, None), min(starts, default=None))


def _placed_card(query: Query, document: Document, text_score: float, dates: Range) -> Card | None:
    if not query.has_place:
        return _far_card(query, document, text_score, dates)
    there = [at for at, point in enumerate(document.locations) if _is_there(query, point)]
    shifts = [
        (start, own)
        for start, own in _shifts(query, document, dates)
        if own is None or own in there
    ]
    if not document.is_ongoing and all(own is not None for _, own in shifts):
        there = [at for at in there if at in {own for _, own in shifts}]
    if not there:
        return None
    where = min((_distance(query, document.locations[at]), at) for at in there)
    distance = where[0] if query.circle is not None else None
    starts = [start for start, _ in shifts]
    return _scored(query, document, text_score, (distance, where[1]), min(starts, default=None))


def _scored(
    query: Query,
    document: Document,
    text_score: float,
    where: tuple[float | None, int | None],
    next_at: int | None,
) -> Card:
    """The card with its score; one without words begins at 1."""
    distance, location_index = where
    score = text_score
    for factor in factors(query, document, distance, next_at):
        score *= factor.times
    in_tail = every_place(query) and document.remote == "full"
    return Card(document, in_tail, distance, location_index, next_at, score)


def _is_there(query: Query, point: Point) -> bool:
    if query.area is not None:
        code = point.departement if query.area.kind == "departement" else point.region
        if code != query.area.code:
            return False
    if query.circle is None and query.box is None:
        return True
    if point.lat is None or point.lon is None:
        return False
    if query.box and not box_holds(query.box, snap(point.lat) / STEPS, snap(point.lon) / STEPS):
        return False
    return query.circle is None or _distance(query, point) <= query.circle.radius_km


def _distance(query: Query, point: Point) -> float:
    if query.circle is None or point.lat is None or point.lon is None:
        return 0.0
    lat, lon = snap(point.lat) / STEPS, snap(point.lon) / STEPS
    return distance_km(query.circle.lat, query.circle.lon, lat, lon)


def facet_counts(query: Query, documents: Sequence[Document]) -> dict[str, Counts]:
    """Each facet, counted by asking again with that filter set to each of its values."""
    themes = Counter[str]()
    for theme in {theme for document in documents for theme in document.themes}:
        themes[theme] = _count(replace(query, themes=(theme,)), documents)
    found = sorted((pair for pair in themes.items() if pair[1]), key=lambda p: (-p[1], p[0]))
    return {
        "theme": tuple(found),
        "remote": (
            ("no", _count(replace(query, remote="no"), documents)),
            ("also", _count(replace(query, remote="also"), documents)),
            ("only", _count(replace(query, remote="only"), documents)),
        ),
        "when": tuple((w.name, _count(_within(query, w), documents)) for w in query.when_windows),
        "accessible": (("yes", _count(replace(query, accessible=True), documents)),),
        "minors": (("yes", _count(replace(query, minors=True), documents)),),
    }


def _within(query: Query, window: Window) -> Query:
    return replace(query, start=window.start, end=window.end)


def _count(query: Query, documents: Iterable[Document]) -> int:
    cards = (_card(query, document, 1.0) for document in documents)
    return len({_need(query, card.document) for card in cards if card})


def _need(query: Query, document: Document) -> int:
    """What counts once: a cluster, or a document when they are asked apart."""
    return document.id if query.apart else document.cluster

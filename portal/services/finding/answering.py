"""The answer to a question: from the engine, or from the database when the engine cannot.

Without an engine the reference index of `search/` answers over documents read from the database, so that totals,
facets and order are the same; only slower. A rebuild is asked for at the same time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy import Integer, cast, func, select

from portal import clock, db, index
from portal.models import Offer
from portal.services import indexing
from portal.services.finding import sentences
from portal.services.finding.asked import Asked, Note
from portal.services.finding.ways_out import WaysOut, meant, nearest_on_site, ways_out
from search.index import Index, IndexUnavailable
from search.memory import MemoryIndex
from search.query import Query
from search.results import Results

log = logging.getLogger(__name__)
Backend = Literal["index", "database"]
MOST_CANDIDATES = 20_000  # documents of one answer without an engine; beyond it the newest ones
CUT = "La recherche se répare : pour le moment, seuls les %(most)s besoins les plus récents sont cherchés."


@dataclass(frozen=True, slots=True)
class Found:
    """What was found: ids in order with totals and facets (`results`), and who answered.

    `page` is the page that is shown, which is the last one when a later one was asked; `notes` are those of the
    question and what the answer adds. `ways` says what to loosen when nothing was found, or nothing at the place.
    """

    asked: Asked
    results: Results
    backend: Backend
    page: int
    pages: int
    notes: tuple[Note, ...] = ()
    ways: WaysOut = WaysOut()

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(hit.id for hit in self.results.hits)

    @property
    def total(self) -> int:
        return self.results.total

    @property
    def afar(self) -> int:
        """How many of the total are not at the place that was asked, but remote ones from anywhere."""
        first = self.results.remote_from
        return 0 if first is None else self.total - first

    @property
    def tail_from(self) -> int | None:
        """The rank on this page from which offers are remote ones from anywhere; None when it has none of them."""
        first = self.results.remote_from
        if first is None or first >= self.asked.query.offset + len(self.results.hits):
            return None
        return max(0, first - self.asked.query.offset)


def find(asked: Asked) -> Found:
    """Answer a question. Never raises for want of an engine."""
    answer = _Answer()
    results = Results((), 0) if asked.nowhere else answer(asked.query)
    limit = asked.query.limit or 1
    pages = -(-results.total // limit)
    notes = asked.notes
    if pages and asked.page > pages:
        notes = (*notes, Note("Il y a %(pages)s pages : voici la dernière.", pages=pages))
        asked = replace(asked, page=pages, query=replace(asked.query, offset=(pages - 1) * limit))
        results = answer(asked.query)
    if answer.is_cut:
        notes = (*notes, Note(CUT, most=MOST_CANDIDATES))
    if asked.nowhere:
        return Found(asked, results, answer.backend, 1, 0, notes)
    if results.total == 0 and sentences.says_near(asked.text) and not asked.query.has_place:
        notes = (*notes, Note("Pour chercher près de vous, appuyez sur « Autour de moi »."))
    # The database takes up to seconds for each of the dozens of counts behind them.
    ways = _ways(asked, results, answer) if answer.backend == "index" else WaysOut()
    return Found(asked, results, answer.backend, min(asked.page, max(pages, 1)), pages, notes, ways)


def _ways(asked: Asked, results: Results, answer: Callable[[Query], Results]) -> WaysOut:
    """What to ask instead, or besides, where little was found."""
    if results.total == 0:
        return ways_out(asked, answer)
    ways = nearest_on_site(asked, answer) if results.remote_from == 0 else WaysOut()
    if results.suggestion:
        ways = replace(ways, meant=meant(asked, results.suggestion, answer))
    return ways


def total(query: Query) -> int:
    """How many offers a query finds."""
    return results(replace(query, offset=0, limit=0)).total


def results(query: Query) -> Results:
    """The bare answer to a query, by the engine or the database: for who wants neither a page nor a way out."""
    return _Answer()(query)


class _Answer:
    """Answers the queries of one question; once the engine failed, all of them by the database."""

    def __init__(self) -> None:
        self.backend: Backend = "index"
        self.is_cut = False  # there was more than the database could be asked for

    def __call__(self, query: Query) -> Results:
        if self.backend == "index":
            try:
                return index.current().search(query)
            except IndexUnavailable as why:
                self.backend = "database"
                log.warning("search_backend", extra={"backend": "database", "reason": str(why)})
                index.ask_for_repair()
        stand_in = _by_database()
        self.is_cut |= sum(1 for _ in stand_in.versions()) >= MOST_CANDIDATES
        return stand_in.search(query)


def complete(prefix: str, limit: int = 8) -> tuple[str, ...]:
    """Words of live offers that begin like this, most used first; nothing when the engine cannot say."""
    try:
        return index.current().complete(prefix, limit)
    except IndexUnavailable as why:
        log.warning("search_backend", extra={"backend": "none", "reason": str(why)})
        index.ask_for_repair()
        return ()


def _by_database() -> Index:
    """The reference index over what the database has, one for all questions. Up to a minute old: cards are of now."""
    return index.stand_in(_mark, _everything)


def _mark() -> tuple[object, ...]:
    """Changes whenever an offer that may be found does. One statement."""
    row = db.session.execute(
        select(func.count(), func.max(Offer.updated_at), func.sum(cast(Offer.version, Integer)))
        .select_from(Offer)
        .join(Offer.association)
        .where(*indexing.listed())
    ).one()
    return tuple(row)


def _everything(before: MemoryIndex | None) -> MemoryIndex:
    """What may be found now; only what has another version than `before` is read."""
    before = before or MemoryIndex()
    held = dict(before.versions())
    newest = indexing.findable(clock.now()).order_by(Offer.published_at.desc(), Offer.id)
    wanted = indexing.versions(newest.limit(MOST_CANDIDATES))
    new = [number for number, version in wanted.items() if held.get(number) != version]
    return before.changed(indexing.documents_of(new), held.keys() - wanted.keys())

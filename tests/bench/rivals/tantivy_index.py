"""tantivy as an expert sets it up: three fields, one segment, fast fields, aggregations, a quad tree for the circle."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import tantivy as engine

from search.query import Circle
from tests.bench.offers import NOW, THEMES
from tests.bench.rivals.asked import WINDOW_DAYS, Answer, Asked
from tests.bench.rivals.cover import Places
from tests.bench.rivals.tantivy_building import ALWAYS, LATE, TEXTS, index_at, words_at

Q, Must, Should = engine.Query, engine.Occur.Must, engine.Occur.Should
_RING_PLACES = 400
_FEW = 32


class Tantivy:
    """See asked.Rival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self) -> None:
        index, spelled = (
            index_at(self._folder / "tantivy"),
            words_at(self._folder / "tantivy-words"),
        )
        self._schema, self._searcher = index.schema, index.searcher()
        self._word_schema, self._words = spelled.schema, spelled.searcher()
        self._places = Places(self._folder)

    def answer(self, asked: Asked) -> Answer:
        found = self._answer(asked)
        if found.total == 0 and asked.slips:
            for some in asked.slips:
                self._most_frequent(some)
            found = self._answer(replace(asked, needs=asked.repaired))
        return found

    def _answer(self, asked: Asked) -> Answer:
        text = [(Must, self._need(need)) for need in asked.needs]
        theme = [] if asked.theme is None else [self._term("themes", asked.theme)]
        days = [self._within(asked.days)] if asked.days else []
        if asked.circle is None:
            head, tail, there = [], None, []
        else:
            near = self._near(asked.circle)
            head, tail = [near, self._term_set("remote", [0, 1])], [self._term("remote", 2)]
            there = [_any([_all(head), tail[0]])]
        counted = self._counts(text, there, theme, days, placed=asked.circle is not None)
        keep = theme + days
        if asked.sort == "distance" and asked.circle:
            ids, keys = self._nearest(asked.circle, keep, tail or [])
        else:
            ids, keys = self._page(asked, text, keep + head, 20)
            if tail is not None and len(ids) < 20:
                more, _ = self._page(asked, text, keep + tail, 20 - len(ids))
                ids += more
        return Answer(**counted, ids=tuple(ids), keys=tuple(keys))

    def _counts(
        self, text: Any, there: list[Any], theme: list[Any], days: list[Any], *, placed: bool
    ) -> dict[str, Any]:
        """Total and facets: one aggregation for each set of filters that differs."""
        plain: dict[str, Any] = {
            "remote": {"terms": {"field": "remote", "size": 3}},
            "minors": {"terms": {"field": "minors", "size": 2}},
            "accessible": {"terms": {"field": "accessible", "size": 2}},
        }
        themes = {"themes": {"terms": {"field": "themes", "size": len(THEMES)}}}
        whens = {
            f"when{at}": {"filter": _either(start, end)}
            for at, (start, end) in enumerate(WINDOW_DAYS)
        }
        wanted = [(plain, there + theme + days), (themes, there + days), (whens, there + theme)]
        merged: dict[int, tuple[dict[str, Any], list[Any]]] = {}
        for aggregations, filters in wanted:
            known = merged.setdefault(len(filters) if theme or days else 0, ({}, filters))
            known[0].update(aggregations)
        if theme and days:
            merged = dict(enumerate(wanted))
        found: dict[str, Any] = {}
        for aggregations, filters in merged.values():
            found |= self._searcher.aggregate(self._filtered(text, filters), aggregations)
        remote = _buckets(found["remote"])
        total = sum(remote.values())
        only = remote.get(1, 0) + remote.get(2, 0)
        if placed:
            far = [self._term_set("remote", [1, 2]), *theme, *days]
            only = self._searcher.search(self._filtered(text, far), 1).count
        by_theme = _buckets(found["themes"])
        return {
            "total": total,
            "remote": (total - remote.get(2, 0), total, only),
            "accessible": _buckets(found["accessible"]).get(1, 0),
            "minors": _buckets(found["minors"]).get(1, 0),
            "themes": tuple(by_theme.get(at, 0) for at in range(len(THEMES))),
            "when": tuple(found[f"when{at}"]["doc_count"] for at in range(len(WINDOW_DAYS))),
        }

    def _page(
        self, asked: Asked, text: Any, filters: list[Any], limit: int
    ) -> tuple[list[int], list[int]]:
        query = self._filtered(text, filters)
        if text and asked.sort == "relevance":
            found = self._searcher.search(query, limit, count=False, offset=asked.offset).hits
            return self._ids(found), []
        by, order = "published", engine.Order.Desc
        if asked.sort == "date":
            by, order = "next_at", engine.Order.Asc
        found = self._searcher.search(
            query, limit, count=False, order_by_field=by, order=order, offset=asked.offset
        ).hits
        keys = [-1 if key == LATE else key for key, _ in found]
        return self._ids(found), [] if asked.circle else keys

    def _ids(self, hits: list[Any]) -> list[int]:
        return list(self._searcher.fast_field_values("id", [address for _, address in hits]))

    def _nearest(
        self, circle: Circle, filters: list[Any], tail: list[Any]
    ) -> tuple[list[int], list[int]]:
        """Rings that grow until 20 offers are in one; then the remote ones."""
        radius = min(circle.radius_km, 0.5)
        while True:
            ring = Circle(circle.lat, circle.lon, radius)
            places = self._places.all_within(ring)
            if len(places) >= _RING_PLACES or radius == circle.radius_km:
                ids, keys = self._sorted(ring, places, filters)
                if len(ids) == 20 or radius == circle.radius_km:
                    break
            radius = min(radius * 2, circle.radius_km)
        if len(ids) < 20:
            found = self._searcher.search(
                self._filtered([], filters + tail),
                20 - len(ids),
                count=False,
                order_by_field="next_at",
                order=engine.Order.Asc,
            ).hits
            ids += self._ids(found)
        return ids, keys

    def _sorted(
        self, circle: Circle, places: Any, filters: list[Any]
    ) -> tuple[list[int], list[int]]:
        owners, metres = self._places.offers[places], self._places.distances(circle, places) * 1000
        held = self._term_set("id", np.unique(owners).tolist())
        wanted = self._filtered([], [*filters, held, self._term_set("remote", [0, 1])])
        hits = self._searcher.search(wanted, max(len(places), 1), count=False).hits
        kept = np.isin(owners, self._ids(hits))
        nearest: dict[int, int] = {}
        order = np.lexsort((owners[kept], np.rint(metres[kept])))
        for owner, metre in zip(
            owners[kept][order].tolist(), metres[kept][order].tolist(), strict=True
        ):
            nearest.setdefault(owner, round(metre))
            if len(nearest) == 20:
                break
        return list(nearest), list(nearest.values())

    def _near(self, circle: Circle) -> Any:
        inside, edge = self._places.cover(circle)
        ids = np.unique(self._places.offers[edge]).tolist()
        return _any([self._term_set("squares", inside.tolist()), self._term_set("id", ids)])

    def _filtered(self, text: list[Any], filters: list[Any]) -> Any:
        """What the words score, where the filters hold and the offer is not over."""
        kept = [(Must, Q.const_score_query(one, 0.0)) for one in filters]
        every = [] if text or filters else [(Must, Q.all_query())]
        return Q.boolean_query([*text, *kept, *every, (engine.Occur.MustNot, self._over)])

    def _need(self, need: Any) -> Any:
        """Any of the alternatives, in any field, the title twice as heavy."""
        found = []
        for slots in need:
            for name, weight in TEXTS:
                for row in product(*(tokens for _, tokens in slots)):
                    one = Q.term_query(self._schema, name, row[0])
                    if len(row) > 1:
                        placed = [(at, token) for (at, _), token in zip(slots, row, strict=True)]
                        one = Q.phrase_query(self._schema, name, placed)
                    found.append(one if weight == 1 else Q.boost_query(one, weight))
        return _any(found)

    def _term(self, field: str, value: int) -> Any:
        return Q.term_query(self._schema, field, value)

    def _term_set(self, field: str, values: list[int]) -> Any:
        if 0 < len(values) <= _FEW:
            return _any([self._term(field, value) for value in values])
        return Q.term_set_query(self._schema, field, values) if values else Q.empty_query()

    def _within(self, days: tuple[int, int]) -> Any:
        return self._term_set("days", [*range(*days), ALWAYS])

    @cached_property
    def _over(self) -> Any:
        """What has ended: few offers, found by the words of the index and not by a walk over a column."""
        kind = engine.FieldType.Unsigned
        return Q.range_query(self._schema, "until", kind, 0, NOW, use_inverted_index=True)

    def _most_frequent(self, some: tuple[str, ...]) -> str | None:
        held = Q.term_set_query(self._word_schema, "word", list(some))
        found = self._words.search(held, 1, count=False, order_by_field="offers").hits
        return self._words.doc(found[0][1])["word"][0] if found else None

    def complete(self, prefix: str) -> tuple[str, ...]:
        begins = Q.term_query(self._word_schema, "begins", prefix, "basic")
        found = self._words.search(begins, 8, count=False, order_by_field="offers").hits
        return tuple(self._words.doc(address)["spelling"][0] for _, address in found)

    def processes(self) -> list[int]:
        return []

    def close(self) -> None:
        del self._searcher, self._words


def _all(queries: list[Any]) -> Any:
    return Q.boolean_query([(Must, query) for query in queries])


def _any(queries: list[Any]) -> Any:
    return queries[0] if len(queries) == 1 else Q.boolean_query([(Should, q) for q in queries])


def _either(start: int, end: int) -> str:
    """Days as words of the index: faster than a range over the column, and than a set of terms."""
    return " OR ".join(f"days:{day}" for day in [*range(start, end), ALWAYS])


def _buckets(found: dict[str, Any]) -> dict[int, int]:
    return {int(bucket["key"]): bucket["doc_count"] for bucket in found["buckets"]}

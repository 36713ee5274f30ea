"""The statement of a question for both SQL engines: they differ in how words and places are found, not in what is counted.

Dates are two words of 60 bits, one a day, as an expert keeps them who counts four windows in each
question; themes are bits of one word.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from tests.bench.offers import THEMES
from tests.bench.rivals.asked import WINDOW_DAYS, Answer, Asked
from tests.bench.rivals.material import ACCESSIBLE, DAYS_EACH, MINORS, ONGOING

_COLUMNS = "o.id, o.published, o.next_at, o.remote, o.flags, o.themes, o.days, o.later_days"
_LATE = 2**62


class Dialect(Protocol):
    """How an engine finds: parts of a statement over `offers o`, and the gathering of a page."""

    array: str

    def words(self, asked: Asked) -> tuple[str, str, str]:
        """(tables, condition, score: higher is better) of the words."""

    def near(self, asked: Asked) -> tuple[str, str, str]:
        """(common table `near` or nothing, join of what the words find, distance in km or null) of the circle."""


def statement(asked: Asked, dialect: Dialect) -> str:
    """All counts in one row, and the page in two more columns: ids, and keys of the order."""
    found = _found(asked, dialect)
    kept = "MATERIALIZED" if asked.needs or asked.circle else "NOT MATERIALIZED"
    counts = ", ".join(f"count(*) FILTER (WHERE {test})" for test in _tests(asked))
    order, key = _order(asked)
    page = (
        f"SELECT id, {key} AS key FROM f WHERE {_there(asked)} AND {_theme(asked)} AND {_days(asked)}"
        f" ORDER BY {order} LIMIT 20 OFFSET {asked.offset}"
    )
    near = dialect.near(asked)[0] if asked.circle else ""
    return (
        f"WITH {near}f AS {kept} ({found}), page AS ({page}) SELECT {counts},"
        f" (SELECT {dialect.array}(id) FROM page), (SELECT {dialect.array}(key) FROM page) FROM f"
    )


def answer(row: Sequence[Any], ids: list[int], keys: list[int | None]) -> Answer:
    """The row that the statement gave."""
    whens, themes = len(WINDOW_DAYS), len(THEMES)
    counts = list(row)
    return Answer(
        total=counts[0],
        remote=(counts[1], counts[0], counts[2]),
        accessible=counts[3],
        minors=counts[4],
        when=tuple(counts[5 : 5 + whens]),
        themes=tuple(counts[5 + whens : 5 + whens + themes]),
        ids=tuple(ids),
        keys=tuple(-1 if key is None else round(key) for key in keys),
    )


def _found(asked: Asked, dialect: Dialect) -> str:
    """The offers that the words leave, with what is counted; of a circle alone, those there and the remote."""
    if not asked.circle and not asked.needs:
        return f"SELECT {_COLUMNS}, 0 AS score, NULL AS km FROM offers o WHERE o.until > :now"
    if not asked.circle:
        tables, condition, score = dialect.words(asked)
        return f"SELECT {_COLUMNS}, {score} AS score, NULL AS km FROM {tables} WHERE {condition} AND o.until > :now"
    _, join, km = dialect.near(asked)
    if asked.needs:
        tables, condition, score = dialect.words(asked)
        return (
            f"SELECT {_COLUMNS}, {score} AS score, {km} AS km FROM {tables} {join}"
            f" WHERE {condition} AND o.until > :now"
        )
    there = (
        f"SELECT {_COLUMNS}, 0 AS score, {km} AS km FROM near JOIN offers o ON o.id = near.offer"
        " WHERE o.remote < 2 AND o.until > :now"
    )
    far = (
        f"SELECT {_COLUMNS}, 0 AS score, NULL AS km FROM offers o WHERE o.remote > 0"
        " AND o.until > :now AND (o.remote = 2 OR o.id NOT IN (SELECT offer FROM near))"
    )
    return f"{there} UNION ALL {far}"


def _tests(asked: Asked) -> Iterator[str]:
    """What is counted, in the order in which `answer` reads it."""
    there, theme, days = _there(asked), _theme(asked), _days(asked)
    both = f"{theme} AND {days}"
    yield f"{there} AND {both}"
    yield f"{'km IS NOT NULL AND ' if asked.circle else ''}remote < 2 AND {both}"
    yield f"remote > 0 AND {both}"
    yield f"{there} AND {both} AND flags & {ACCESSIBLE} > 0"
    yield f"{there} AND {both} AND flags & {MINORS} > 0"
    for window in WINDOW_DAYS:
        yield f"{there} AND {theme} AND {_overlaps(window)}"
    for at in range(len(THEMES)):
        yield f"{there} AND {days} AND themes & {1 << at} > 0"


def _there(asked: Asked) -> str:
    return "(remote = 2 OR km IS NOT NULL)" if asked.circle else "id > 0"


def _theme(asked: Asked) -> str:
    return "id > 0" if asked.theme is None else f"themes & {1 << asked.theme} > 0"


def _days(asked: Asked) -> str:
    return _overlaps(asked.days) if asked.days else "id > 0"


def _overlaps(days: tuple[int, int]) -> str:
    mask = (1 << days[1]) - (1 << days[0])
    early, late = mask & ((1 << DAYS_EACH) - 1), mask >> DAYS_EACH
    tests = [f"flags & {ONGOING} > 0"]
    tests += [f"days & {early} > 0"] if early else []
    tests += [f"later_days & {late} > 0"] if late else []
    return f"({' OR '.join(tests)})"


def _order(asked: Asked) -> tuple[str, str]:
    """(order, key) of the page; after an offer that happens there come the remote ones."""
    tail = "remote = 2, " if asked.circle else ""
    if asked.sort == "distance":
        return f"{tail}round(km * 1000), coalesce(next_at, {_LATE}), id", "round(km * 1000)"
    if asked.sort == "date":
        return f"coalesce(next_at, {_LATE}), id", "next_at"
    if asked.needs:
        return f"{tail}score DESC, id", "0"
    return f"{tail}published DESC, id", "published" if not tail else "0"

"""From the runs of a size to figures: medians and 95th percentiles of each class, ratios, growth."""

from __future__ import annotations

import statistics
from typing import Any

from tests.bench.search import CLASSES, percentile

# The 95th percentile of ours is to be at most this much of tantivy's.
BAR = {"a": 0.5, "b": 0.4, "c": 0.4, "d": 0.8, "e": 0.1, "f": 0.4, "g": 0.4, "h": 0.1, "i": 1.2}
ABSOLUTE = {"100000": 1.0, "1000000": 5.0}  # and ours at most so many milliseconds
MEGABYTES = {"100000": (80.0, 80.0), "1000000": (350.0, 60.0)}  # of a process: in all, and its own
BUILT = {"100000": 40.0, "1000000": 480.0}  # seconds
# Of the whole page: the 95th percentile with one client, pages a second, the 99th of nasty questions.
PAGE_MS, PAGE_RATE, NASTY_MS = 30.0, 120.0, 300.0
KINDS = tuple(kind for kind, _ in CLASSES)
NAMES = {
    "ours": "Relais",
    "tantivy": "tantivy",
    "sqlite": "SQLite FTS5 + R*Tree",
    "postgis": "PostgreSQL + PostGIS",
}
PASSES = ("first", "second")
WALL, WORKED = 0, 1


def times(runs: list[Any], kind: str, which: int, clock: int = WALL) -> list[float]:
    """The milliseconds of a class in a pass, of all seeds."""
    return [
        one[clock]
        for run in runs
        for one, of in zip(run["passes"][which], run["kinds"], strict=True)
        if of == kind
    ]


def middle(runs: list[Any], kind: str, which: int, clock: int = WALL) -> float:
    """The median."""
    return statistics.median(times(runs, kind, which, clock))


def high(runs: list[Any], kind: str, which: int, clock: int = WALL) -> float:
    """The 95th percentile."""
    return percentile(times(runs, kind, which, clock), 0.95)


def all_high(runs: list[Any], which: int, clock: int = WALL) -> float:
    """The 95th percentile over all classes."""
    return percentile([ms for kind in KINDS for ms in times(runs, kind, which, clock)], 0.95)


def ratio(
    runs: dict[str, list[Any]], rival: str, kind: str, which: int, clock: int = WALL
) -> float:
    """Ours over the rival's, of the 95th percentiles."""
    return high(runs["ours"], kind, which, clock) / high(runs[rival], kind, which, clock)


def memory(runs: list[Any]) -> tuple[float, float]:
    """(private, shared) megabytes, the median of the processes."""
    private, shared = zip(*(run["memory"] for run in runs), strict=True)
    return statistics.median(private), statistics.median(shared)


def growth(found: dict[str, Any], engine: str, kind: str, small: str, large: str) -> float | None:
    """The median of the second pass at a size over that at another, by the processor's time."""
    if any(size not in found or engine not in found[size]["runs"] for size in (small, large)):
        return None
    large_runs, small_runs = (found[size]["runs"][engine] for size in (large, small))
    return middle(large_runs, kind, 1, WORKED) / middle(small_runs, kind, 1, WORKED)

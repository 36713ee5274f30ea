"""One engine asked in a fresh process: `python -m tests.bench.rivals.asking ENGINE FOLDER SEED QUERIES`, prints JSON.

Two passes over the same questions, each timed on the wall and by the processor of this process, or
with `--check` what was counted instead of how long it took.
"""

from __future__ import annotations

import argparse
import json
import pickle
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from search.whoosh import WhooshIndex
from tests.bench.offers import THEMES, Question, questions
from tests.bench.rivals.asked import Answer, Asked, Rival, asks


class Ours:
    """The embedded engine, asked as the portal asks it: one card per cluster, an association at most three times."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def open(self) -> None:
        self._index = WhooshIndex(self._home)
        self._index.refresh()

    def put(self, question: Question) -> object:
        if question.query is None:
            return self._index.complete(question.prefix)
        return self._index.search(question.query)

    def check(self, question: Question) -> object:
        """What the rivals count: a card per offer, in no other order than the one asked."""
        if question.query is None:
            return self._index.complete(question.prefix)
        found = self._index.search(replace(question.query, apart=True, spread=False))
        facets = {name: dict(counts) for name, counts in found.facets.items()}
        return Answer(
            total=found.total,
            themes=tuple(facets["theme"].get(theme, 0) for theme in THEMES),
            remote=tuple(facets["remote"].values()),
            when=tuple(facets["when"].values()),
            accessible=facets["accessible"]["yes"],
            minors=facets["minors"]["yes"],
        ).counts


def rival(name: str, folder: Path) -> Rival:
    """An engine that is installed, by its name."""
    if name == "tantivy":
        from tests.bench.rivals.tantivy_index import Tantivy

        return Tantivy(folder)
    if name == "sqlite":
        from tests.bench.rivals.sqlite import Sqlite

        return Sqlite(folder)
    from tests.bench.rivals.postgis import Postgis

    return Postgis(folder)


def main() -> None:
    """Open, ask, and say how long it took and what it weighs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("engine")
    parser.add_argument("folder", type=Path)
    parser.add_argument("seed", type=int)
    parser.add_argument("queries", type=int)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--passes", type=int, default=2)
    options = parser.parse_args()
    asked: list[Any] = list(questions(options.seed, options.queries))
    kinds = [question.kind for question in asked]
    before = memory("self")
    engine: Any = Ours(options.folder) if options.engine == "ours" else None
    if engine is None:
        asked = analysed(options.folder, options.seed)[: options.queries]
        engine = rival(options.engine, options.folder)
    began = time.perf_counter()
    engine.open()
    opened = (time.perf_counter() - began) * 1000
    put = engine.put if options.engine == "ours" else lambda one: asks(engine, one)
    if options.check:
        check = engine.check if options.engine == "ours" else lambda one: counts(engine, one)
        print(json.dumps([check(one) for one in asked]))
        return
    elsewhere = [] if options.engine == "ours" else engine.processes()
    passes = [[timed(put, one, elsewhere) for one in asked] for _ in range(options.passes)]
    used = memory(elsewhere[0]) if elsewhere else memory("self")
    if not elsewhere:
        used = tuple(now - then for now, then in zip(used, before, strict=True))
    print(json.dumps({"opened": opened, "kinds": kinds, "passes": passes, "memory": used}))


def counts(engine: Rival, asked: Asked) -> object:
    """What must be equal."""
    found = asks(engine, asked)
    return found.counts if isinstance(found, Answer) else found


def analysed(folder: Path, seed: int) -> list[Asked]:
    """The questions of a seed as `__main__` prepared them."""
    found: list[Asked] = pickle.loads((folder / f"asked-{seed}.pickle").read_bytes())
    return found


def timed(put: Any, one: object, elsewhere: list[int]) -> tuple[float, float]:
    """Milliseconds on the wall, and of the processor: this process's and those that work for it."""
    began, worked = time.perf_counter_ns(), time.process_time_ns() + _worked(elsewhere)
    put(one)
    ended = time.process_time_ns() + _worked(elsewhere)
    return (time.perf_counter_ns() - began) / 1e6, (ended - worked) / 1e6


def _worked(processes: list[int]) -> int:
    """Nanoseconds that some processes have had, as the kernel's scheduler counts them."""
    return sum(int(Path(f"/proc/{one}/schedstat").read_text().split()[0]) for one in processes)


def memory(process: int | str) -> tuple[float, ...]:
    """(private, shared) megabytes: what is this process's alone, and pages of files that all processes share."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()[1:]
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
    return sizes["Private_Dirty"], sizes["Rss"] - sizes["Private_Dirty"]


if __name__ == "__main__":
    main()

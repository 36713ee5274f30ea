"""`make bench-search`: the engine beside its rivals, in one run, as ratios; the page docs/search-bench.md keeps the newest table.

Builds the seeded offers and every index once into the folder BENCH (default: bench in the folder
for temporary files), asks each engine in fresh processes in turn, compares what they counted, and
prints p50, p95 and ratios for each class. Nothing here is ever asserted: timings are the machine's.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.bench import updating
from tests.bench.lexicon import CACHE, frequent_words
from tests.bench.offers import offers, questions
from tests.bench.rivals import building, installing, load, page
from tests.bench.rivals.asked import prepared
from tests.bench.rivals.material import prepare
from tests.bench.running import machine

ENGINES = ("ours", "tantivy", "sqlite", "postgis")
DATA_SEED = 1
COLD_QUERIES = 63
# From so many offers on, these take a tenth of a second a question, and more.
SLOW, MANY = ("sqlite", "postgis"), 100_000


def main() -> None:
    """All sizes, then the pages under load, then the page of docs."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--engines", nargs="*", choices=ENGINES, default=list(ENGINES))
    parser.add_argument("--seeds", type=int, default=6, help="of questions, pooled")
    parser.add_argument("--queries", type=int, default=210)
    parser.add_argument(
        "--pages", type=int, default=100_000, help="offers behind the page; 0: none"
    )
    options = parser.parse_args()
    engines = [name for name in ENGINES if name in options.engines and is_there(name)]
    kept = CACHE / "results.json"
    found: dict[str, Any] = json.loads(kept.read_text()) if kept.exists() else {}
    for count in options.sizes:
        for one in measure(engines, count, options.seeds, options.queries):
            # Kept after each seed: a run that is stopped in the middle has measured something.
            found[str(count)] = one
            kept.write_text(json.dumps(found))
        print(page.table(count, found[str(count)]), flush=True)
        page.write(found)
    if options.pages and installing.wrk():
        found["pages"] = load.measured(options.pages)
        kept.write_text(json.dumps(found))
    page.write(found)


def is_there(engine: str) -> bool:
    """Whether an engine can be asked on this machine."""
    if engine == "tantivy":
        return installing.tantivy()
    return engine != "postgis" or installing.postgis()


def measure(engines: list[str], count: int, seeds: int, queries: int) -> Iterator[dict[str, Any]]:
    """Everything of one size, again after each seed."""
    print(f"\n{count:,} offers", flush=True)
    folder = prepare(count, DATA_SEED)
    for seed in range(1, seeds + 1):
        asked = list(prepared(questions(seed, queries), folder))
        (folder / f"asked-{seed}.pickle").write_bytes(pickle.dumps(asked))
    builds = {}
    for engine in engines:
        builds[engine] = building.built(engine, folder, count, DATA_SEED)
        print(f"  {engine}: built in {builds[engine]['seconds']:.0f} s", flush=True)
    cold = {engine: asked_cold(engine, folder) for engine in engines}
    home = building.place("ours", folder)
    update = (
        updating.measured(home, offers(updating.CHANGES, DATA_SEED + 1))
        if "ours" in engines
        else None
    )
    runs: dict[str, list[Any]] = {engine: [] for engine in engines}
    with ExitStack() as stack:
        for engine in engines:
            stack.enter_context(building.served(engine, folder))
        differ = compare(engines, folder, queries)
        for seed in range(1, seeds + 1):
            for engine in engines[seed % len(engines) :] + engines[: seed % len(engines)]:
                if seed > 1 and count >= MANY and engine in SLOW:
                    continue
                runs[engine].append(ask(engine, folder, seed, queries))
            print(f"  seed {seed} of {seeds}, load {os.getloadavg()[0]:.1f}", flush=True)
            yield {
                "builds": builds,
                "cold": cold,
                "update": update,
                "runs": runs,
                "differ": differ,
                "queries": queries,
                "words": len(frequent_words()),
                "at": datetime.now(UTC).isoformat(timespec="minutes"),
                "load": os.getloadavg(),
                "machine": machine(),
            }


def ask(engine: str, folder: Path, seed: int, queries: int, *more: str) -> Any:
    """One engine in a fresh process."""
    home = str(building.place(engine, folder))
    command = [sys.executable, "-m", "tests.bench.rivals.asking", engine, home]
    command += [str(seed), str(queries), *more]
    done = subprocess.run(
        command,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=building.ROOT,
        env=building.environment(),
    )
    return json.loads(done.stdout)


def asked_cold(engine: str, folder: Path) -> Any:
    """One pass of few questions over files that are not in memory."""
    building.forget(engine, folder)
    with building.served(engine, folder):
        return ask(engine, folder, 1, COLD_QUERIES, "--passes", "1")


def compare(engines: list[str], folder: Path, queries: int) -> dict[str, int]:
    """How many questions each rival counts otherwise than ours: totals, every facet, completed words."""
    counted = {engine: ask(engine, folder, 1, queries, "--check") for engine in engines}
    first, *others = engines
    found = {}
    for other in others:
        pairs = zip(counted[first], counted[other], strict=True)
        found[other] = sum(ours != theirs for ours, theirs in pairs)
        print(f"  {other} counts otherwise than {first}: {found[other]} of {queries}", flush=True)
    return found


if __name__ == "__main__":
    main()

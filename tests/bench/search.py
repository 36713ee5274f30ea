"""How fast the embedded search engine answers: `python -m tests.bench.search --n 10000`.

Builds an index of seeded offers in a temporary folder, asks nine classes of questions in two
passes of a fresh process, and prints p50 and p95 in milliseconds for each, by the clock on the wall
and, for both passes together, by the processor's: on a busy machine only the second says something
of the engine. Every question asks 20 hits, the total and all facets. Unless `--no-check`, a sample
is compared with the reference.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from search.index import Index
from search.memory import MemoryIndex
from search.whoosh import WhooshIndex
from tests.bench.offers import Question, offers, questions

CLASSES = (
    ("a", "words + circle"),
    ("b", "circle + theme, by distance"),
    ("c", "theme + dates, newest"),
    ("d", "words"),
    ("e", "all within 25 km of Paris"),
    ("f", "prefix"),
    ("g", "fuzzy"),
    ("h", "page 50"),
    ("i", "frequent words, phrases"),
)
SAMPLE = 40
CHECKED = 2000


def main() -> None:
    """Build, ask in two fresh processes, compare, print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--queries", type=int, default=210)
    parser.add_argument("--no-check", action="store_true")
    parser.add_argument("--ask", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.ask:
        ask(options.ask, options.seed, options.queries)
        return
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "index"
        report_build(home, options.n, options.seed)
        passes = [measured(home, options.seed, options.queries) for _ in range(2)]
        print_table(passes)
        report_update(home, options.n, options.seed)
    if not options.no_check:
        report_agreement(min(options.n, CHECKED), options.seed)


def report_build(home: Path, count: int, seed: int) -> None:
    """Index everything, and say how long it took and what it weighs."""
    began, worked = time.perf_counter(), time.process_time()
    done = WhooshIndex(home).rebuild(offers(count, seed))
    took, worked = time.perf_counter() - began, time.process_time() - worked
    sizes = [path.stat().st_size for path in home.rglob("*") if path.is_file()]
    sidecars = [path.stat().st_size for path in home.rglob("*.sidecar")]
    print(f"{done} offers made and indexed in {took:.1f} s, of which {worked:.1f} s of processor")
    print(f"{sum(sizes) / 1e6:.1f} MB on disk, of which sidecars {sum(sidecars) / 1e6:.1f} MB")


def report_update(home: Path, count: int, seed: int) -> None:
    """Change one offer, and say how long until another reader finds it."""
    reader, writer = WhooshIndex(home), WhooshIndex(home)
    reader.refresh()
    took = []
    for offer in offers(12, seed + 1):
        began = time.perf_counter()
        writer.update([offer])
        written = time.perf_counter()
        reader.refresh()
        took.append((written - began, time.perf_counter() - written))
    update, refresh = (statistics.median(column) * 1000 for column in zip(*took, strict=True))
    print(f"one changed offer: written in {update:.0f} ms, seen in {refresh:.1f} ms")


def measured(home: Path, seed: int, queries: int) -> dict[str, list[list[float]]]:
    """Ask in a fresh process; per class the milliseconds of the first and the second pass."""
    command = [sys.executable, "-m", "tests.bench.search", "--ask", str(home)]
    command += ["--seed", str(seed), "--queries", str(queries)]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    found: dict[str, list[list[float]]] = json.loads(answer.stdout)
    return found


def ask(home: Path, seed: int, queries: int) -> None:
    """What the fresh process does; prints JSON."""
    began = time.perf_counter()
    index = WhooshIndex(home)
    index.refresh()
    opened = (time.perf_counter() - began) * 1000
    found: dict[str, list[list[float]]] = {}
    asked = list(questions(seed, queries))
    for round_ in range(2):
        for question in asked:
            wall, worked = timed(lambda question=question: put(index, question))
            found.setdefault(question.kind, [[], [], []])[round_].append(wall)
            found[question.kind][2].append(worked)
    status = Path("/proc/self/status").read_text()
    memory = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    found["open"] = [[opened], [memory]]
    print(json.dumps(found))


def put(index: Index, question: Question) -> object:
    """One question of any class."""
    if question.prefix:
        return index.complete(question.prefix)
    assert question.query is not None  # noqa: S101
    return index.search(question.query)


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """How many milliseconds a call takes, on the wall and of the processor."""
    began, worked = time.perf_counter_ns(), time.thread_time_ns()
    call()
    return (time.perf_counter_ns() - began) / 1e6, (time.thread_time_ns() - worked) / 1e6


def print_table(passes: list[dict[str, list[list[float]]]]) -> None:
    """The times of all processes pooled, by class and pass."""
    opened = statistics.mean(one["open"][0][0] for one in passes)
    memory = statistics.mean(one["open"][1][0] for one in passes)
    print(f"opened in {opened:.1f} ms; {memory:.0f} MB resident at most\n")
    print(f"{'':34}{'first pass':>16}{'second pass':>18}{'processor':>18}")
    print(f"{'ms':34}{'p50':>8}{'p95':>8}" + f"{'p50':>10}{'p95':>8}" * 2)
    pooled: list[list[float]] = [[], [], []]
    for kind, name in CLASSES:
        rounds = [[ms for one in passes for ms in one[kind][which]] for which in range(3)]
        for which in range(3):
            pooled[which] += rounds[which]
        print_row(f"({kind}) {name}", rounds)
    print_row("all", pooled)


def print_row(name: str, rounds: list[list[float]]) -> None:
    """p50 and p95 of the two passes, and of the processor."""
    cells = [f"{statistics.median(ms):8.2f}{percentile(ms, 0.95):8.2f}" for ms in rounds]
    print(f"{name:34}" + "  ".join(cells))


def percentile(values: list[float], share: float) -> float:
    """The value below which a share of the values lies."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def report_agreement(count: int, seed: int) -> None:
    """Totals, facets and order of a sample, engine against reference, at a size it can bear."""
    reference = MemoryIndex()
    reference.rebuild(offers(count, seed))
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        engine = WhooshIndex(Path(folder) / "index")
        engine.rebuild(offers(count, seed))
        for question in sample(seed):
            wrong += answers(reference, question) != answers(engine, question)
    print(f"\n{SAMPLE} questions over {count} offers against the reference: {wrong} differ")
    sys.exit(1 if wrong else 0)


def sample(seed: int) -> Iterator[Question]:
    """Some questions of every class."""
    every = list(questions(seed, 210))
    yield from random.Random(seed).sample(every, SAMPLE)


def answers(index: Index, question: Question) -> object:
    """What must be equal."""
    if question.prefix:
        return index.complete(question.prefix)
    assert question.query is not None  # noqa: S101
    found = index.search(question.query)
    ids = [(hit.id, hit.location_index) for hit in found.hits]
    return found.total, dict(found.facets), ids, found.remote_from, found.corrected


if __name__ == "__main__":
    main()

"""How fast the embedded search engine answers: `python -m tests.bench.search --n 10000`.

Builds an index of seeded offers in a temporary folder, asks nine classes of questions in two
passes of a fresh process, and prints p50 and p95 in milliseconds for each, by the clock on the wall
and, for both passes together, by the processor's: on a busy machine only the second says something
of the engine. Every question asks 20 hits, the total and all facets. Then one offer after the other
is changed while another process asks all the time. Unless `--no-check`, a sample is compared with
the reference.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from search.document import Document
from search.index import Index
from search.memory import MemoryIndex
from search.whoosh import WhooshIndex
from tests.bench.offers import Question, offers, questions
from tests.bench.updating import CHANGES, timed, told
from tests.bench.updating import measured as updating

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
        print(f"one changed offer, {CHANGES} times, median and most in ms:")
        for line in told(updating(home, offers(CHANGES, options.seed + 1))):
            print(f"  {line}")
    if not options.no_check:
        report_agreement(min(options.n, CHECKED), options.seed)


def report_build(home: Path, count: int, seed: int) -> None:
    """Index everything, and say how long it took, without the making of the offers, and what it weighs."""
    made: list[float] = []
    began, before = time.perf_counter(), os.times()
    done = WhooshIndex(home).rebuild(clocked(offers(count, seed), made))
    took, now = time.perf_counter() - began, os.times()
    own, builders = (sum(now[at : at + 2]) - sum(before[at : at + 2]) for at in (0, 2))
    sizes = [path.stat().st_size for path in home.rglob("*") if path.is_file()]
    sidecars = [path.stat().st_size for path in home.rglob("*.sidecar")]
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(f"{done} offers, made in {sum(made):.1f} s of processor, indexed with")
    print(f"  {own - sum(made) + builders:.1f} s of processor, {builders:.1f} s of it in builders")
    print(f"  {took:.1f} s on the wall with the making; {most:.0f} MB in a builder at most")
    print(f"{sum(sizes) / 1e6:.1f} MB on disk, of which sidecars {sum(sidecars) / 1e6:.1f} MB")


def clocked(documents: Iterator[Document], made: list[float]) -> Iterator[Document]:
    """The documents; to `made` goes what the processor took for each thousand."""
    while True:
        worked = time.process_time()
        some = list(islice(documents, 1000))
        made.append(time.process_time() - worked)
        if not some:
            return
        yield from some


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

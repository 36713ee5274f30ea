"""One offer after the other is changed while another process asks all the time: `python -m tests.bench.updating FOLDER`
is that process. How long a change takes to be written and found, and what the longest answer is while the index refreshes.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from search.document import Document
from search.index import Index
from search.query import Circle, Query
from search.whoosh import WhooshIndex
from search.words import parse
from tests.bench.offers import NOW
from tests.bench.rivals.asking import memory

CHANGES = 12
FOUND_MS, PAUSE_MS = (
    2000,
    20,
)  # to reach: found by another process, and the longest answer of that process


def measured(home: Path, changed: Iterable[Document]) -> dict[str, Any]:
    """Milliseconds (written, found, pause: [wall, processor] of each change; quiet), and megabytes of the process that asks.

    The index stays as it is: what is written to is a copy of its names, for a writer replaces files and changes none.
    """
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        copy = Path(folder) / "index"
        shutil.copytree(home, copy, copy_function=os.link)
        writer, found = WhooshIndex(copy), {"written": [], "found": [], "pause": []}
        command = [sys.executable, "-m", __name__, str(copy)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
            assert reader.stdout is not None
            quiet = json.loads(reader.stdout.readline())
            for number, offer in zip(range(CHANGES), changed, strict=False):
                began = time.monotonic()
                title = f"{offer.title} {marked(number)}"
                writer.update([replace(offer, title=title, is_ongoing=True, expires_at=None)])
                written = time.monotonic()
                seen, pause = json.loads(reader.stdout.readline())
                found["written"].append((written - began) * 1000)
                found["found"].append((seen - began) * 1000)
                found["pause"].append(pause)
            used = json.loads(reader.stdout.readline())
    return {**found, "quiet": quiet, "memory": used}


def told(found: dict[str, Any]) -> Iterator[str]:
    """The same in words, a line each."""

    def both(values: Iterable[float], digits: int) -> str:
        values = list(values)
        return f"{statistics.median(values):.{digits}f}, {max(values):.{digits}f}"

    wall, worked = zip(*found["pause"], strict=True)
    private, shared = found["memory"]
    quiet = found["quiet"]
    yield f"written {both(found['written'], 0)}"
    yield f"found by another process {both(found['found'], 0)} (to reach: {FOUND_MS})"
    yield f"longest answer of that process {both(wall, 1)}, by the processor {both(worked, 1)} (to reach: {PAUSE_MS})"
    yield f"while nothing changes {quiet[0]:.1f}, by the processor {quiet[1]:.1f}"
    yield f"that process has {private:.0f} MB private and {shared:.0f} shared, beyond Python's"


def marked(number: int) -> str:
    """A word that no other offer has, and that is never taken for a slip."""
    return f"changé{number}"


def watch(home: Path) -> None:
    """What the process does that asks meanwhile; prints when it found each change, and the longest wait.

    First the longest of some hundred answers while nothing changes, last its memory.
    """
    before = memory("self")
    index = WhooshIndex(home)
    plain = Query(now=NOW, circle=Circle(48.8566, 2.3522, 25.0))
    quiet = [timed(partial(index.search, plain)) for _ in range(400)][100:]
    print(json.dumps(most(quiet)), flush=True)
    for number in range(CHANGES):
        asked = Query(now=NOW, words=parse(marked(number)))
        waits, totals = [], [0]
        while not totals[-1]:
            # Whichever of the two comes first after a change is the one that waits for it.
            waits.append(timed(partial(index.search, plain)))
            waits.append(timed(partial(look, index, asked, totals)))
        print(json.dumps([time.monotonic(), most(waits)]), flush=True)
    used = [now - then for now, then in zip(memory("self"), before, strict=True)]
    print(json.dumps(used), flush=True)


def most(waits: list[tuple[float, float]]) -> list[float]:
    """The longest on the wall, and the longest of the processor."""
    return [max(column) for column in zip(*waits, strict=True)]


def look(index: Index, query: Query, totals: list[int]) -> None:
    """Ask, and keep the total."""
    totals.append(index.search(query).total)


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """How many milliseconds a call takes, on the wall and of the processor."""
    began, worked = time.perf_counter_ns(), time.thread_time_ns()
    call()
    return (time.perf_counter_ns() - began) / 1e6, (time.thread_time_ns() - worked) / 1e6


if __name__ == "__main__":
    watch(Path(sys.argv[1]))

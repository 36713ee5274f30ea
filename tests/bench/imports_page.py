"""What `make bench-feeds` prints, and docs/feeds-bench.md, which keeps the newest run."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table

from portal import clock
from tests.bench.running import ROOT, machine

PAGE = ROOT / "docs" / "feeds-bench.md"
BY_WORKER = "all new, read by the worker"
SECONDS = {"all new": 60.0, "unchanged": 15.0, BY_WORKER: 60.0}
SHARES = "the same, pages that programs share counted in parts"
IMPORT_MIB, GROWTH_MIB, SEARCH_MS = 250.0, 128.0, 300.0


@dataclass
class Measured:
    """One import: seconds until read, found and settled, MiB and processor seconds of each process, the seconds of each
    search until the last offer could be found.

    `..._shares`: the most that was seen of a process when pages that programs share count in equal parts (Pss)."""

    what: str
    records: int
    are_new: bool = False
    read_seconds: float = 0.0
    seconds: float = 0.0
    settled_seconds: float = 0.0
    searches: list[float] = field(default_factory=list)
    import_start: float = 0.0
    import_peak: float = 0.0
    import_shares: float = 0.0
    import_processor: float = 0.0
    worker_start: float = 0.0
    worker_peak: float = 0.0
    worker_shares: float = 0.0
    worker_processor: float = 0.0

    @property
    def is_by_worker(self) -> bool:
        """Does the worker read the feed too, by its timetable?"""
        return self.what == BY_WORKER

    @property
    def p95(self) -> float:
        """Milliseconds of a search meanwhile."""
        ranked = sorted(self.searches) or [0.0]
        return ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))] * 1000

    def figures(self) -> Iterable[tuple[str, float, str, float]]:
        """What it is held to: name, value, unit, bound."""
        name = f"{self.records:,} records, {self.what}"
        if self.what in SECONDS:
            end = "all can be found" if self.are_new else "read"
            yield f"{name}: {end}", self.seconds, "s", SECONDS[self.what] * self.records / 20_000
            if self.is_by_worker:
                yield f"{name}: memory of the worker", self.worker_peak, "MiB", IMPORT_MIB
                yield f"{name}: {SHARES}", self.worker_shares, "MiB", IMPORT_MIB
            else:
                yield f"{name}: memory of the import", self.import_peak, "MiB", IMPORT_MIB
            if self.what == "all new":
                both = self.import_peak + self.worker_peak
                yield f"{name}: with the indexing worker's", both, "MiB", IMPORT_MIB
                both = self.import_shares + self.worker_shares
                yield f"{name}: {SHARES}", both, "MiB", IMPORT_MIB
        else:
            grown = self.import_peak - self.import_start
            yield f"{name}: memory of the import above its start", grown, "MiB", GROWTH_MIB
        yield f"{name}: p95 of {len(self.searches)} searches meanwhile", self.p95, "ms", SEARCH_MS

    def taken(self) -> tuple[str, ...]:
        """What `TAKEN` names."""
        return (
            *(f"{self.records:,}", f"{self.read_seconds:.1f}", f"{self.seconds:.1f}"),
            *(f"{self.settled_seconds:.1f}", f"{self.records / self.seconds:.0f}"),
            *(f"{self.import_processor:.1f}", f"{self.worker_processor:.1f}"),
            *(f"{self.import_start:.0f}", f"{self.import_peak:.0f}", f"{self.import_shares:.0f}"),
            *(f"{self.worker_start:.0f}", f"{self.worker_peak:.0f}", f"{self.worker_shares:.0f}"),
        )


HELD = ("figure", "measured", "bound", "of the bound")
TAKEN = (
    *("records", "seconds until read", "seconds until found", "seconds until settled"),
    *(
        "records found a second",
        "processor seconds of the import",
        "processor seconds of the worker",
    ),
    *("MiB of the import at its start", "MiB of the import at its most"),
    "MiB of the import at its most, shared pages in parts",
    *("MiB of the worker before", "MiB of the worker at its most, so far"),
    "MiB of the worker at its most meanwhile, shared pages in parts",
)


def held(done: Iterable[Measured]) -> list[tuple[str, ...]]:
    """Each figure beside its bound, and their ratio: below 1 it is kept."""
    return [
        (name, f"{value:.1f} {unit}", f"{bound:.0f} {unit}", f"{value / bound:.2f}")
        for one in done
        for name, value, unit, bound in one.figures()
    ]


def each(done: Sequence[Measured]) -> tuple[Sequence[str], list[tuple[str, ...]]]:
    """What each feed took: the head and the rows."""
    rows = zip(TAKEN, *(one.taken() for one in done), strict=True)
    return ("", *(one.what for one in done)), list(rows)


def show(done: Sequence[Measured], load: tuple[float, float, float]) -> None:
    """The tables, with the machine's load beside them: who shares it shares its time."""
    console = Console()
    for title, head, rows in (
        (f"Feeds into a served portal, load before {load[0]:.1f}", HELD, held(done)),
        ("What each took", *each(done)),
    ):
        table = Table(*head, title=title)
        for row in rows:
            table.add_row(*row)
        console.print(table)


def write(done: Sequence[Measured], load: tuple[float, float, float]) -> None:
    """The page."""
    before, after = (" ".join(f"{value:.1f}" for value in one) for one in (load, os.getloadavg()))
    told = f"{clock.now():%Y-%m-%d %H:%M} UTC, {machine()}, load {before} before and {after} after."
    parts = [
        *(_HEAD, f"{told}\n"),
        *_rows(HELD, held(done)),
        "\nWhat each took:\n",
        *_rows(*each(done)),
    ]
    PAGE.write_text("\n".join(parts) + "\n")


def _rows(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(row)} |"


_HEAD = """# Feeds into a portal at work

`make bench-feeds` measures this again and writes this page. A portal as `make run` starts it (two web processes, one worker,
the embedded index, SQLite) is searched ten times a second, its pages whole, while the command `feeds import` reads a table:
20,000 new records, the same ones again, then 200 MiB of records with 10 kB of text each. In a second portal the worker itself
reads the 20,000 from an address on loopback, as it does by its timetable, and indexes them: one program, as in production.
*Found* is when the index holds the last of them, *settled* when their twins have been looked for as well. All of them share the
machine's two cores with whoever else is at work: the processor's seconds say more than the clock's.

Memory is the most that a program had in use at once (VmHWM), to which pages of libraries belong that the other programs use
too; where it says *in parts* (Pss, looked at five times a second) each such page is shared out among those that use it.
"""

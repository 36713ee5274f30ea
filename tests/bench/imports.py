"""`make bench-feeds`: how long a feed takes, in what memory, and what searches take meanwhile.

A whole portal as `make run` starts it (web server, worker, embedded index), and `feeds import` as a partner's run beside
it: all records new, then all unchanged, then a feed of 200 MiB. Time counts until the worker has indexed the last offer.
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.bench.running import ROOT, Servers, make_demo, served
from tests.ports import free_port

HEADER = (
    "identifiant;titre;description;association;date_debut;date_fin;places;ville;code_postal;themes"
)
TOWNS = (
    ("Lyon", "69007"),
    ("Lille", "59000"),
    ("Nantes", "44000"),
    ("Rennes", "35000"),
    ("Dijon", "21000"),
)
TEXT = "On trie, on range et on répare des livres avec l’équipe du mardi. "
ASKED = ("livres", "jardin", "aide aux devoirs", "maraude", "trier")
PAUSE = 0.1  # seconds between two searches: ten a second, beside the import
MIB = 1024 * 1024


@dataclass
class Measured:
    """One import: seconds until indexed, MiB of each process, and the seconds of each search meanwhile."""

    what: str
    records: int
    bound: str
    seconds: float = 0.0
    searches: list[float] = field(default_factory=list)
    import_mib: tuple[float, float] = (0.0, 0.0)  # at its beginning, at its most
    worker_mib: float = 0.0

    def row(self) -> tuple[str, ...]:
        ranked = sorted(self.searches) or [0.0]
        p95 = ranked[min(len(ranked) - 1, int(len(ranked) * 0.95))]
        start, peak = self.import_mib
        return (
            self.what,
            f"{self.records:,}",
            f"{self.seconds:.1f}",
            f"{self.records / self.seconds:.0f}",
            f"{peak:.0f} ({peak - start:+.0f})",
            f"{self.worker_mib:.0f}",
            f"{p95 * 1000:.0f} ({len(self.searches)})",
            self.bound,
        )


def write_table(path: Path, records: int, description: str = TEXT) -> None:
    """A seeded feed of a few hundred associations in five towns."""
    with path.open("w", encoding="utf-8") as file:
        file.write(HEADER + "\n")
        for n in range(records):
            town, postcode = TOWNS[n % len(TOWNS)]
            file.write(
                f"{n};Trier des livres pour la bibliothèque {n};{description};Lire ensemble {n % 400}"
                f";12/09/2031 14:00;12/09/2031 17:00;{n % 20 + 1};{town};{postcode};education\n"
            )


def main() -> None:
    """Measure and print, each figure beside its bound."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--big", type=int, default=200, help="MiB of the big feed; 0 leaves it out")
    given = parser.parse_args()
    done = []
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        # In a process of its own: the gazetteer's memory is not the import's.
        subprocess.run(
            [sys.executable, "-m", "tests.bench.imports", "--make", str(folder), str(port)],
            cwd=ROOT,
            check=True,
        )
        small, big = folder / "feed.csv", folder / "big.csv"
        write_table(small, given.records)
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with served(folder, port) as servers, Progress(*columns, transient=True) as bar:
            plan = [
                Measured("all new", given.records, "20,000 in 60 s, 250 MiB, p95 300 ms"),
                Measured("unchanged", given.records, "20,000 in 15 s"),
            ]
            for one in plan:
                done.append(measure(one, servers, folder, small, "bench", bar))
            if given.big:
                text = TEXT * 150
                count = given.big * MIB // (len(text.encode()) + 150)
                write_table(big, count, text)
                one = Measured(
                    f"{big.stat().st_size // MIB} MiB", count, "128 MiB more than at its start"
                )
                done.append(measure(one, servers, folder, big, "big", bar))
    show(done)


def measure(
    one: Measured, servers: Servers, folder: Path, feed: Path, name: str, bar: Progress
) -> Measured:
    """Import a file by the command while pages are searched, until the worker has nothing left to index."""
    task = bar.add_task(one.what, total=one.records)
    over = threading.Event()
    asking = threading.Thread(target=ask, args=(servers.address, over, one.searches))
    before = stored(folder)
    began = time.perf_counter()
    asking.start()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "feeds", "import", str(feed)]
    with subprocess.Popen(
        [*command, "--name", name],
        cwd=ROOT,
        env=servers.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            now = memory(process.pid, "VmHWM")
            if stored(folder) == before:
                one.import_mib = (max(now, one.import_mib[0]), now)
            one.import_mib = (one.import_mib[0], max(now, one.import_mib[1]))
            bar.update(task, completed=stored(folder) - before)
            time.sleep(0.1)
    while waiting(folder):
        bar.update(task, completed=one.records)
        time.sleep(0.1)
    one.seconds = time.perf_counter() - began
    over.set()
    asking.join()
    one.worker_mib = memory(servers.worker.pid, "VmHWM")
    return one


def ask(address: str, over: threading.Event, seconds: list[float]) -> None:
    """Search again and again, as visitors do."""
    n = 0
    while not over.wait(PAUSE):
        n += 1
        town = TOWNS[n % len(TOWNS)][0]
        url = f"{address}/search?q={quote(ASKED[n % len(ASKED)])}&place={town}"
        began = time.perf_counter()
        # One that is never answered counts as long as it was waited for.
        with suppress(OSError), urllib.request.urlopen(url, timeout=30) as page:
            page.read()
        seconds.append(time.perf_counter() - began)


def stored(folder: Path) -> int:
    """How many offers of feeds the database holds."""
    return read(folder, "SELECT count(*) FROM offers WHERE feed_id IS NOT NULL")


def waiting(folder: Path) -> int:
    """How many offers the index has not looked at."""
    return read(
        folder,
        "SELECT count(*) FROM outbox WHERE kind = 'index' AND done_at IS NULL AND failed_at IS NULL",
    )


def read(folder: Path, sql: str) -> int:
    """One number out of the database, beside everybody."""
    connection = sqlite3.connect(f"file:{folder / 'relais.db'}?mode=ro", uri=True, timeout=10)
    try:
        return int(connection.execute(sql).fetchone()[0])
    finally:
        connection.close()


def memory(pid: int, which: str) -> float:
    """MiB of a process; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(which)), 0.0)


def show(done: list[Measured]) -> None:
    """The table, with the machine's load beside it: who shares it shares its time."""
    report = Table(
        *("feed", "records", "seconds", "records/s", "import MiB", "worker MiB"),
        *("search p95 ms (n)", "bound"),
        title=f"Feeds into a served portal, load {os.getloadavg()[0]:.1f}",
    )
    for one in done:
        report.add_row(*one.row())
    Console().print(report)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make_demo(Path(sys.argv[2]), 600, int(sys.argv[3]))
    else:
        main()

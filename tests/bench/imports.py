"""`make bench-feeds`: how long a feed takes, in what memory, and what searches take meanwhile.

A whole portal as `make run` starts it (web server, worker, embedded index), and `feeds import` as a partner's run beside
it: all records new, then all unchanged, then a feed of 200 MiB. Time counts until the last offer can be found; then until
nothing waits any more, twins included. A run at full size keeps its figures in docs/feeds-bench.md.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.bench import imports_page
from tests.bench.imports_page import Measured
from tests.bench.running import ROOT, Servers, make_demo, served
from tests.bench.watching import Portal, memory, processor
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
LOOK = 0.2  # seconds between two looks at the portal
MIB = 1024 * 1024
RECORDS, BIG = 20_000, 200


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
    parser.add_argument("--records", type=int, default=RECORDS)
    parser.add_argument("--big", type=int, default=BIG, help="MiB of the big feed; 0 leaves it out")
    given = parser.parse_args()
    done = []
    load = os.getloadavg()
    with tempfile.TemporaryDirectory() as name:
        folder, port = Path(name), free_port()
        # In a process of its own: the gazetteer's memory is not the import's.
        subprocess.run(
            [sys.executable, "-m", "tests.bench.imports", "--make", str(folder), str(port)],
            cwd=ROOT,
            check=True,
        )
        columns = (
            TextColumn("{task.description:>30}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
        )
        with served(folder, port) as servers, Progress(*columns) as bar:
            for one, feed, description in plan(given.records, given.big):
                path = folder / f"{feed}.csv"
                if not path.exists():
                    write_table(path, one.records, description)
                measure(one, servers, folder, path, bar)
                done.append(one)
    imports_page.show(done, load)
    if (given.records, given.big) == (RECORDS, BIG):
        imports_page.write(done, load)


def plan(records: int, big: int) -> list[tuple[Measured, str, str]]:
    """What is imported in turn: what it is called, the name of its feed, the text of its records."""
    found = [
        (Measured("all new", records, are_new=True), "small", TEXT),
        (Measured("unchanged", records), "small", TEXT),
    ]
    if big:
        text = TEXT * 150
        count = big * MIB // (len(text.encode()) + 150)
        found.append((Measured(f"{big} MiB", count, are_new=True), "big", text))
    return found


def measure(one: Measured, servers: Servers, folder: Path, feed: Path, bar: Progress) -> None:
    """Import a file by the command while pages are searched, until the worker has nothing left to do."""
    portal = Portal(folder)
    reading = bar.add_task(f"{one.what}: read", total=one.records)
    over = threading.Event()
    asking = threading.Thread(target=ask, args=(servers.address, over, one.searches))
    stored, worked = portal.stored(), processor(servers.worker.pid)
    began = time.perf_counter()
    asking.start()
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "feeds", "import", str(feed)]
    with subprocess.Popen(
        [*command, "--name", feed.stem],
        cwd=ROOT,
        env=servers.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            now = memory(process.pid, "VmHWM")
            if portal.stored() == stored:
                one.import_start = max(now, one.import_start)
            one.import_peak = max(now, one.import_peak)
            one.import_processor = max(processor(process.pid), one.import_processor)
            bar.update(reading, completed=portal.stored() - stored)
            time.sleep(LOOK)
    one.read_seconds = time.perf_counter() - began
    bar.update(reading, completed=one.records)
    if process.returncode:
        raise SystemExit(f"The import of {feed.name} ended with {process.returncode}.")
    if one.are_new:
        finding = bar.add_task(f"{one.what}: can be found", total=one.records)
        while unfound := portal.unfound():
            bar.update(finding, completed=one.records - unfound)
            time.sleep(LOOK)
        bar.update(finding, completed=one.records)
    one.seconds = time.perf_counter() - began
    over.set()
    asking.join()
    most = max(1, portal.waiting())
    settling = bar.add_task(f"{one.what}: twins looked for", total=most)
    while waiting := portal.waiting():
        bar.update(settling, total=max(most, waiting), completed=most - min(most, waiting))
        time.sleep(LOOK)
    bar.update(settling, completed=most)
    one.settled_seconds = time.perf_counter() - began
    one.worker_processor = processor(servers.worker.pid) - worked
    one.worker_peak = memory(servers.worker.pid, "VmHWM")


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


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make_demo(Path(sys.argv[2]), 600, int(sys.argv[3]))
    else:
        main()

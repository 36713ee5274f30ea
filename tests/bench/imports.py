"""`make bench-feeds`: how long a feed takes, in what memory, and what searches take meanwhile.

A whole portal as `make run` starts it (web server, worker, embedded index), and `feeds import` as a partner's run beside
it: all records new, then all unchanged, then a feed of 200 MiB. In a second portal the worker itself reads the first feed
from an address, as it does by its timetable. Time counts until the last offer can be found; then until nothing waits any
more, twins included. A run at full size keeps its figures in docs/feeds-bench.md.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
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
        second = folder / "second"
        shutil.copytree(folder, second)
        with Progress(*columns) as bar:
            with served(folder, port) as servers:
                for one, feed, description in plan(given.records, given.big):
                    path = folder / f"{feed}.csv"
                    if not path.exists():
                        write_table(path, one.records, description)
                    measure(one, servers, folder, path, bar)
                    done.append(one)
            one = Measured(imports_page.BY_WORKER, given.records, are_new=True)
            with served(second, port) as servers:
                measure(one, servers, second, folder / "small.csv", bar)
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
    """Have a file read while pages are searched, until the worker has nothing left to do."""
    portal, worker = Portal(folder), servers.worker.pid
    settle(portal, lambda: None)
    reading = bar.add_task(f"{one.what}: read", total=one.records)
    over = threading.Event()
    asking = threading.Thread(target=ask, args=(servers.address, over, one.searches))
    stored, worked = portal.stored(), processor(worker)
    one.worker_start = memory(worker, "VmRSS")

    def look() -> int:
        one.worker_shares = max(one.worker_shares, memory(worker, "Pss"))
        return portal.stored() - stored

    began = time.perf_counter()
    asking.start()
    read = by_worker if one.is_by_worker else by_command
    for count in read(one, servers, portal, feed, look):
        bar.update(reading, completed=count)
    one.read_seconds = time.perf_counter() - began
    bar.update(reading, completed=one.records)
    if one.are_new:
        if portal.stored() - stored != one.records:
            raise SystemExit(f"Of {one.records} records {portal.stored() - stored} came in.")
        finding = bar.add_task(f"{one.what}: can be found", total=one.records)
        while unfound := portal.unfound():
            look()
            bar.update(finding, completed=one.records - unfound)
            time.sleep(LOOK)
        bar.update(finding, completed=one.records)
    one.seconds = time.perf_counter() - began
    over.set()
    asking.join()
    most = max(1, portal.waiting())
    settling = bar.add_task(f"{one.what}: twins looked for", total=most)

    def look_again() -> None:
        look()
        bar.update(settling, completed=most - min(most, portal.waiting()))

    settle(portal, look_again)
    bar.update(settling, completed=most)
    one.settled_seconds = time.perf_counter() - began
    one.worker_processor = processor(worker) - worked
    one.worker_peak = memory(worker, "VmHWM")


def settle(portal: Portal, look: Callable[[], object]) -> None:
    """Until the worker has nothing left to do."""
    while portal.waiting():
        look()
        time.sleep(LOOK)


def by_command(
    one: Measured, servers: Servers, portal: Portal, feed: Path, look: Callable[[], int]
) -> Iterator[int]:
    """The command `feeds import` reads the file; gives how many records are stored by now."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "feeds", "import", str(feed)]
    with subprocess.Popen(
        [*command, "--name", feed.stem],
        cwd=ROOT,
        env=servers.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while process.poll() is None:
            now, count = memory(process.pid, "VmHWM"), look()
            if not count:
                one.import_start = max(now, one.import_start)
            one.import_peak = max(now, one.import_peak)
            one.import_shares = max(memory(process.pid, "Pss"), one.import_shares)
            one.import_processor = max(processor(process.pid), one.import_processor)
            yield count
            time.sleep(LOOK)
    if process.returncode:
        raise SystemExit(f"The import of {feed.name} ended with {process.returncode}.")


def by_worker(
    one: Measured, servers: Servers, portal: Portal, feed: Path, look: Callable[[], int]
) -> Iterator[int]:
    """The feed is added with an address on loopback, and the worker finds that its time has come."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "feeds", "add", feed.stem]
    with offered(feed.parent) as address:
        subprocess.run(
            [*command, f"{address}/{feed.name}"],
            cwd=ROOT,
            env=servers.environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )
        while not portal.read(feed.stem):
            yield look()
            time.sleep(LOOK)


@contextmanager
def offered(folder: Path) -> Iterator[str]:
    """The address of a web server for the files of a folder, as a partner has one."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Partner, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


class Partner(SimpleHTTPRequestHandler):
    """Files, without a word on the screen."""

    def log_message(self, format: str, *args: object) -> None:
        return


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

"""How long a feed takes: `python -m tests.bench.imports [--records 5000]`, all new, then all unchanged, with the indexing."""

from __future__ import annotations

import argparse
import io
import resource
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from portal import config, create_app, db, migrate
from portal.cli import places
from portal.jobs import outbox
from portal.services import feeds
from portal.services.feeds import Limits

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
LIMITS = Limits(max_bytes=10**9, max_seconds=600, max_records=10**6)


def table(records: int) -> bytes:
    """A seeded feed of a few hundred associations in five towns."""
    lines = [HEADER]
    for n in range(records):
        town, postcode = TOWNS[n % len(TOWNS)]
        lines.append(
            f"{n};Trier des livres pour la bibliothèque {n};On trie, on range et on répare des livres avec l’équipe du mardi."
            f";Lire ensemble {n % 400};12/09/2031 14:00;12/09/2031 17:00;{n % 20 + 1};{town};{postcode};education"
        )
    return "\n".join([*lines, ""]).encode()


def main() -> None:
    """Print seconds for new and unchanged records, and the peak memory of the process."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--records", type=int, default=5_000)
    records = parser.parse_args().records
    report = Table(
        "what", "seconds", "records/s", "bound", title=f"A feed of {records} records (table)"
    )
    with tempfile.TemporaryDirectory() as folder, Progress(transient=True) as bar:
        wanted = {"DATA": Path(folder), "QUEUE_URL": "immediate:"}
        app = create_app(config.from_environment({}, wanted))
        with app.app_context():
            migrate.upgrade(db.database().engine)
            places.import_shipped()
            body = table(records)
            for what, bound in (
                ("all new", "30 s and 250 MiB for 5,000, indexed"),
                ("unchanged", "15 s for 20,000"),
            ):
                task = bar.add_task(what, total=records)
                spent = run(body, lambda count, task=task: bar.update(task, completed=count))  # type: ignore[misc]
                report.add_row(what, f"{spent:.1f}", f"{records / spent:.0f}", bound)
    console = Console()
    console.print(report)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    console.print(f"peak memory of the process, index included: {peak:.0f} MiB")


def run(body: bytes, progress: feeds.Progress) -> float:
    """One run, then the outbox until it is empty."""
    began = time.perf_counter()
    with db.database().writing() as session:
        try:
            feed = feeds.by_name("bench")
        except feeds.NotFound:
            feed = feeds.add("bench", "", "table")
        started = feeds.begin(feed)
        session.commit()
        tally = feeds.read(feed, io.BytesIO(body), LIMITS, session.commit, progress)
        feeds.finish(feed, started, tally, session.commit)
    outbox.drain()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()

"""Server time and SQL statements of the main pages on the demo: `python -m tests.bench.pages`."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from flask import Flask
from rich.console import Console
from rich.table import Table
from sqlalchemy import event, select

from portal.models import Offer, OfferState
from tests.bench.places import PREFIXES
from tests.bench.running import make_demo

ROUNDS = 120
BASE = "http://127.0.0.1:8000"


def main() -> None:
    """Ask each page many times in this process, warm, and print p50, p95 (on the clock and on the core) and the statements of one."""
    with tempfile.TemporaryDirectory() as folder:
        app = make_demo(Path(folder))
        table = Table(
            *("page", "p50 ms", "p95 ms", "CPU p50", "CPU p95", "SQL", "bound"),
            title="Pages on the demo, one process, warm",
        )
        for name, paths, bound in pages(app):
            times, worked, statements = measured(app, paths)
            cuts = [statistics.quantiles(one, n=20) for one in (times, worked)]
            figures = [f"{cut[at]:.1f}" for cut in cuts for at in (9, 18)]
            table.add_row(name, *figures, str(statements), bound)
        Console().print(table)


def pages(app: Flask) -> list[tuple[str, list[str], str]]:
    """The pages, with several addresses each so that no cache of one answer flatters."""
    with app.app_context(), app.extensions["database"].reading() as session:
        offers = session.scalars(
            select(Offer).where(Offer.state == OfferState.LIVE).order_by(Offer.id).limit(40)
        ).all()
    towns = ("Lyon", "Paris", "Lille", "Nantes", "Toulouse", "Marseille")
    words = ("jardin", "lecture", "collecte", "enfants", "maraude", "sport")
    searches = [f"/search?q={w}&place={t}" for w in words for t in towns]
    around = [f"/search?place={t}&radius=25" for t in towns]
    return [
        ("/", ["/"], ""),
        ("/search", ["/search", *searches], "p95 40 ms, 4 SQL"),
        ("/search?q=", [f"/search?q={w}" for w in words], ""),
        ("/search?place=", around, ""),
        ("/search.json", [s.replace("/search?", "/search.json?") for s in searches], ""),
        ("/offers/<id>", [f"/offers/{o.id}-{o.slug}" for o in offers], "6 SQL"),
        ("/places?q=", [f"/places?q={quote(p)}" for p in PREFIXES], "p95 2 ms"),
        ("/words?q=", [f"/words?q={w[:n]}" for w in words for n in (1, 2, 3, 5)], "p95 2 ms"),
    ]


def measured(app: Flask, paths: list[str]) -> tuple[list[float], list[float], int]:
    """Milliseconds of each request, those of them that this thread had a core, and the most statements that one needed.

    On a machine that does other things as well, the second are what the server itself takes.
    """
    client, counted, most = app.test_client(), [0], 0

    def count(_c: object, _cursor: object, sql: str, *_rest: object) -> None:
        counted[0] += not sql.startswith(("PRAGMA", "BEGIN", "SAVEPOINT"))

    event.listen(app.extensions["database"].engine, "before_cursor_execute", count)
    times, worked = [], []
    for n in range(ROUNDS + len(paths)):
        counted[0] = 0
        began, at_work = time.perf_counter(), time.thread_time()
        answer = client.get(paths[n % len(paths)], base_url=BASE)
        spent = (time.perf_counter() - began) * 1000
        worked_for = (time.thread_time() - at_work) * 1000
        assert answer.status_code in (200, 410), (paths[n % len(paths)], answer.status_code)
        if n >= len(paths):
            times.append(spent)
            worked.append(worked_for)
        most = max(most, counted[0])
    event.remove(app.extensions["database"].engine, "before_cursor_execute", count)
    return times, worked, most


if __name__ == "__main__":
    main()

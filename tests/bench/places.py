"""How fast places answer: `python -m tests.bench.places`.

Loads the shipped gazetteer into a temporary SQLite file, then times each kind of question, p50 and p95 in milliseconds.
The peer beside the completion is what is usually written first: `LIKE 'prefix%' ORDER BY population` by the driver alone.
"""

from __future__ import annotations

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from portal import migrate
from portal.db import Database
from portal.services import places

PREFIXES = (
    "ly",
    "sa",
    "saint",
    "saint m",
    "paris",
    "la ro",
    "rue",
    "ville",
    "l'h",
    "mont",
    "69",
    "750",
    "lon",
    "brux",
    "gene",
)
NAMES = ("Lyon", "Saint-Denis", "Rhône", "Bretagne", "L'Haÿ-les-Roses", "st etienne", "Le Havre")
ABROAD_OR_SHORT = (
    "Bruxelles",
    "Geneva",
    "Londres (Royaume-Uni)",
    "Cologne",
    "Aix",
    "Vitry",
    "Bourg",
)
OTHERS = (
    "paris xv",
    "75015",
    "01400",
    "Saint-Denis (974)",
    "saint denis 93",
    "Lyon cedex 07",
    "2A",
)
UNKNOWN = ("Marseile", "Nulle-Part-sur-Rien", "jardinage")
POSITIONS = ((45.76, 4.84), (48.85, 2.35), (46.5, 2.1), (42.2, 9.1), (-20.9, 55.5))
ADDRESSES = (
    ("69003", "Lyon", 45.75, 4.85),
    ("93200", "Saint-Denis", 2.35, 48.93),
    ("21206", "Beaune Cedex", None, None),
    ("01400", "", 46.15, 5.0),
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=60)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "places.db"
        database = Database(f"sqlite:///{path}")
        migrate.upgrade(database.engine)
        print(f"load {_load(database):.2f} s, {path.stat().st_size / 1e6:.1f} MB")
        with database.reading():
            ours = _timed("complete", rounds, places.complete, [(prefix,) for prefix in PREFIXES])
            peer = _timed("  peer: LIKE", rounds, _peer(path), [(prefix,) for prefix in PREFIXES])
            print(f"{'  ours / peer':<22}{ours / peer:>8.2f}")
            _timed("resolve a name", rounds, places.resolve, [(name,) for name in NAMES])
            _timed(
                "abroad or for short", rounds, places.resolve, [(text,) for text in ABROAD_OR_SHORT]
            )
            _timed("resolve the rest", rounds, places.resolve, [(text,) for text in OTHERS])
            _timed("propose for unknown", rounds, places.resolve, [(text,) for text in UNKNOWN])
            _timed("near", rounds, places.near, POSITIONS)
            _timed("locate", rounds, _locate, ADDRESSES)
        database.engine.dispose()


def _load(database: Database) -> float:
    started = time.perf_counter()
    with database.writing() as session:
        places.load(places.shipped())
        session.commit()
    return time.perf_counter() - started


def _locate(code: str, city: str, lat: float | None, lon: float | None) -> None:
    places.locate("", code, city, "", "FR", lat, lon)


def _peer(path: Path) -> Callable[[str], list[object]]:
    """A plain table of keys, names and people, asked as most completions are."""
    connection = sqlite3.connect(":memory:")
    connection.execute("ATTACH ? AS full", (str(path),))
    connection.execute("CREATE TABLE towns AS SELECT key, name, population FROM full.places")
    connection.execute("CREATE INDEX towns_key ON towns (key)")
    asked = "SELECT * FROM towns WHERE key LIKE ? ORDER BY population DESC LIMIT 8"
    return lambda prefix: connection.execute(asked, (f"{prefix}%",)).fetchall()


def _timed(
    name: str, rounds: int, ask: Callable[..., object], questions: Sequence[tuple[object, ...]]
) -> float:
    """Print p50 and p95 of all questions, in milliseconds; answers p50."""
    for question in questions:
        ask(*question)
    taken = []
    for _ in range(rounds):
        for question in questions:
            started = time.perf_counter()
            ask(*question)
            taken.append((time.perf_counter() - started) * 1000)
    taken.sort()
    middle, high = taken[len(taken) // 2], taken[len(taken) * 95 // 100]
    print(f"{name:<22}{middle:>8.3f}{high:>8.3f} ms")
    return middle


if __name__ == "__main__":
    main()

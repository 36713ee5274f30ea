"""R12: a process killed in the middle of an import loses nothing and doubles nothing; the next run finishes the work."""

from __future__ import annotations

import contextlib
import hashlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

HEADER = "identifiant;titre;description;association;date_debut;date_fin;places;a_distance"


@pytest.fixture
def feed_file(tmp_path: Path, full: bool) -> tuple[Path, int]:
    """A table of many records, and how many they are."""
    count = 5_000 if full else 600
    lines = [
        f"{n};Trier des livres {n};On trie, on range, on lit.;Lire ensemble {n % 7};12/09/2031 14:00;12/09/2031 17:00;5;oui"
        for n in range(count)
    ]
    path = tmp_path / "feed.csv"
    path.write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    return path, count


@pytest.fixture
def folder(migrated: Path, tmp_path: Path) -> Callable[[str], Path]:
    """A data folder of its own for each run."""

    def make(name: str) -> Path:
        made = tmp_path / name
        made.mkdir()
        shutil.copy(migrated, made / "relais.db")
        return made

    return make


def start(folder: Path, file: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.trust.importer", str(folder), str(file), *more],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def kill_at_random(
    folder: Path, file: Path, chance: random.Random, within: float, *more: str
) -> None:
    """Start an import, let it begin, and end it as a power cut would, wherever it is."""
    with start(folder, file, *more) as process:
        assert process.stdout is not None
        process.stdout.readline()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.02, within))
        process.send_signal(signal.SIGKILL)


def finish(folder: Path, file: Path, *more: str) -> float:
    with start(folder, file, *more) as process:
        assert process.stdout is not None
        process.stdout.readline()
        began = time.monotonic()
        assert process.wait() == 0
    return time.monotonic() - began


def state_of(folder: Path) -> tuple[int, str]:
    """How many offers there are, and a checksum of what they and their parts say."""
    with sqlite3.connect(folder / "relais.db") as database:
        assert database.execute("PRAGMA quick_check").fetchone() == ("ok",)
        rows = database.execute(
            "SELECT o.external_id, o.title, o.description, o.state, a.name, s.starts_at, s.ends_at, s.capacity "
            "FROM offers o JOIN associations a ON a.id = o.association_id LEFT JOIN shifts s ON s.offer_id = o.id "
            "ORDER BY o.external_id, s.starts_at"
        ).fetchall()
    return len(rows), hashlib.sha256(repr(rows).encode()).hexdigest()


def test_r12_kills_at_random_moments_lose_and_double_nothing(
    folder: Callable[[str], Path],
    feed_file: tuple[Path, int],
    full: bool,
    record_property: Callable[[str, object], None],
) -> None:
    file, count = feed_file
    clean = folder("clean")
    seconds = finish(clean, file)
    kills, chance = (100 if full else 6), random.Random(12)
    battered = folder("battered")
    for _ in range(kills):
        kill_at_random(battered, file, chance, seconds / 2)
    finish(battered, file)
    record_property("n", kills)
    assert state_of(battered) == state_of(clean)
    assert state_of(battered)[0] == count
    with sqlite3.connect(battered / "relais.db") as database:
        unindexed = database.execute(
            "SELECT count(*) FROM offers WHERE 'index:' || id NOT IN (SELECT key FROM outbox)"
        ).fetchone()
    assert unindexed == (0,)


def test_r12_control_without_the_key_the_same_kill_doubles_offers(
    folder: Callable[[str], Path], feed_file: tuple[Path, int]
) -> None:
    file, count = feed_file
    battered = folder("battered")
    seconds = finish(folder("measure"), file)
    kill_at_random(battered, file, random.Random(12), seconds / 2, "--without-key")
    finish(battered, file, "--without-key")
    assert state_of(battered)[0] > count

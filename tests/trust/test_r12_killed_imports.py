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

from portal import config, create_app
from portal.services import feed_answers, feeds
from tests.conftest import settings_for

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


NUMBERED = 100


@pytest.fixture
def renumbered(folder: Callable[[str], Path], tmp_path: Path) -> tuple[Path, Path]:
    """A folder that has a hundred offers, and a file of the same ones with other ids."""
    files = []
    for name, first in (("old", 0), ("new", 1_000)):
        lines = [
            f"{first + n};Trier des livres {n};On trie.;Lire ensemble;12/09/2031 14:00;12/09/2031 17:00;5;oui"
            for n in range(NUMBERED)
        ]
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_text("\n".join([HEADER, *lines, ""]), encoding="utf-8")
    made = folder("renumbered")
    finish(made, files[0])
    return made, files[1]


def shown(folder: Path) -> tuple[int, int]:
    """How many offers of the old numbering are live, and of the new one."""
    with sqlite3.connect(folder / "relais.db") as database:
        old, new = database.execute(
            "SELECT sum(CAST(external_id AS int) < 1000), sum(CAST(external_id AS int) >= 1000) "
            "FROM offers WHERE state = 'live'"
        ).fetchone()
    return old or 0, new or 0


def kill_at(folder: Path, file: Path, saving: int, *more: str) -> None:
    with start(folder, file, f"--die-at={saving}", *more) as process:
        assert process.wait() == -signal.SIGKILL


def answer(folder: Path, verb: str) -> None:
    """What a person says of the run that waits."""
    made = create_app(config.from_environment({}, settings_for(folder)))
    with made.app_context(), made.extensions["database"].writing() as session:
        getattr(feed_answers, verb)(feeds.by_name("essai"), session.commit)
    made.extensions["database"].engine.dispose()


@pytest.mark.parametrize(("verb", "savings"), [("confirm", (7,)), ("dismiss", (4,))])
def test_r12_a_renumbering_killed_anywhere_never_shows_both_numberings(
    renumbered: tuple[Path, Path], full: bool, verb: str, savings: tuple[int, ...]
) -> None:
    made, file = renumbered
    for saving in range(1, 9) if full else savings:  # it saves nine times
        kill_at(made, file, saving)
        assert shown(made) == (NUMBERED, 0)
    finish(made, file)
    assert shown(made) == (NUMBERED, 0)
    answer(made, verb)
    assert shown(made) == ((0, NUMBERED) if verb == "confirm" else (NUMBERED, 0))


def test_r12_control_without_the_hold_both_numberings_stay(renumbered: tuple[Path, Path]) -> None:
    made, file = renumbered
    kill_at(made, file, 6, "--without-hold")
    assert shown(made)[0] == NUMBERED and shown(made)[1] > 0
    finish(made, file, "--without-hold")
    answer(made, "dismiss")
    assert shown(made) == (NUMBERED, NUMBERED)

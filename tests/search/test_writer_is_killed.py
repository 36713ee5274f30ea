"""A writer killed at any moment leaves a whole generation: the one before or the new one."""

import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from search.index import IndexUnavailable
from search.query import Query
from search.whoosh import WhooshIndex
from search.words import parse
from tests.search.asking import offer
from tests.search.worlds import NOW
from tests.search.writer_process import OFFERS, batch

KILLS = 9


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of version 1."""
    WhooshIndex(tmp_path / "index").rebuild(batch(1))
    return tmp_path / "index"


def write(folder: Path, version: int, kill_at: int, *manner: str) -> subprocess.CompletedProcess:
    command = [sys.executable, "-m", "tests.search.writer_process", str(folder)]
    command += [str(version), str(kill_at), *manner]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603


def seen_version(folder: Path) -> int:
    """The one version that all offers have, by their words and by their numbers."""
    index = WhooshIndex(folder)
    (version,) = {version for _, version in index.versions()}
    found = index.search(Query(now=NOW, words=parse(f"version{version}")))
    assert found.total == OFFERS
    return version


def killed_at(folder: Path, kill_at: int, *manner: str) -> Path:
    """A copy of the folder whose writer of version 2 was killed on the way."""
    copy = folder.with_name(f"killed-{kill_at}")
    shutil.copytree(folder, copy)
    done = write(copy, 2, kill_at, *manner)
    assert done.returncode == (-signal.SIGKILL if kill_at else 0), done.stderr
    return copy


def calls_of_an_update(folder: Path, *manner: str) -> int:
    """How many calls the same update takes when it is let live."""
    copy = folder.with_name("alive")
    shutil.copytree(folder, copy)
    return int(write(copy, 2, 0, *manner).stdout)


def test_a_reader_sees_a_whole_generation_whenever_the_writer_was_killed(folder: Path) -> None:
    calls, seen = calls_of_an_update(folder), set()
    early = [calls * part // KILLS for part in range(1, KILLS)]
    late = [calls - before for before in (800, 400, 200, 100, 50)]
    for kill_at in early + late:
        copy = killed_at(folder, kill_at)
        seen.add(seen_version(copy))
        WhooshIndex(copy).update(batch(3))
        assert seen_version(copy) == 3
    assert seen <= {1, 2}
    assert 1 in seen


def test_control_a_manifest_written_in_place_is_seen_half_written(folder: Path) -> None:
    calls, broken = calls_of_an_update(folder, "careless"), 0
    for before in (150, 300, 450, 600):
        try:
            seen_version(killed_at(folder, calls - before, "careless"))
        except IndexUnavailable:
            broken += 1
    assert broken


def test_what_a_killed_writer_leaves_behind_is_swept_by_the_next(folder: Path) -> None:
    (folder / "build-leftover" / "whoosh").mkdir(parents=True)
    (folder / "manifest.json.draft123").write_text("half")
    WhooshIndex(folder).update([offer(99)])
    assert len(list(folder.glob("build-*"))) == 1
    assert not list(folder.glob("*.draft*"))

"""A writer killed at any moment leaves a whole generation: the one before or the new one."""

import json
import os
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

KILLS = 46 if os.environ.get("TRUST_N") == "full" else 9  # spread over all, and five at the end
REBUILDS = 50 if os.environ.get("TRUST_N") == "full" else 5


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


def test_a_reader_sees_the_old_index_or_the_new_whenever_a_rebuild_was_killed(folder: Path) -> None:
    calls = calls_of_an_update(folder, "rebuild")
    late = [calls - before for before in (400, 150, 50)]
    for kill_at in [calls * part // REBUILDS for part in range(1, REBUILDS)] + late:
        copy = killed_at(folder, kill_at, "rebuild")
        assert seen_version(copy) in {1, 2}
        WhooshIndex(copy).rebuild(batch(3))
        assert seen_version(copy) == 3
        assert len(list(copy.glob("build-*"))) == 1


def test_no_search_fails_while_indexes_are_rebuilt_and_swapped_in(folder: Path) -> None:
    """Two processes ask all the time; the third replaces the index under them, again and again."""
    command = [sys.executable, "-m", "tests.search.reader_process", str(folder)]
    readers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True)  # noqa: S603
        for _ in range(2)
    ]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    writer = WhooshIndex(folder)
    for version in range(2, 12):
        writer.rebuild(batch(version))
        writer.update(batch(version))
    Path(f"{folder}.stop").touch()
    for reader in readers:
        said = json.loads(reader.communicate(timeout=60)[0])
        assert said["wrong"] == []
        assert said["answers"] > 10


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

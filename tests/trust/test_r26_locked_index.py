"""R26: an index that cannot be written or read for a time: locked by another, on a disk for reading only, without rights."""

from __future__ import annotations

import ctypes
import fcntl
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.jobs import upkeep
from search.index import IndexUnavailable
from search.whoosh import WhooshIndex
from tests.trust import broken
from tests.trust.forks import processes

CAPABILITIES_VERSION = 0x20080522


@pytest.fixture
def whole(settings: object, tmp_path: Path) -> Iterator[Flask]:
    with broken.opened(tmp_path) as app:
        yield app


@contextmanager
def held(app: Flask, folder: Path) -> Iterator[None]:
    """Another writer holds the lock, for longer than the app's own has patience."""
    folder.mkdir(exist_ok=True)
    with (folder / "writer.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        be_impatient(app, folder)
        yield
    app.extensions.pop("index")


def be_impatient(app: Flask, folder: Path) -> None:
    app.extensions["index"] = WhooshIndex(folder, patience=0.05)


def test_r26_pages_do_not_wait_for_a_writer_and_what_changes_meanwhile_is_found_later(
    whole: Flask, tmp_path: Path
) -> None:
    before = broken.all_shown(whole)
    with held(whole, tmp_path / "index"):
        broken.change(whole)
        assert broken.all_shown(whole) == before
        assert broken.found_by(whole) == "index"
        assert broken.shown(whole, "/search?q=xylophone") == []
    assert broken.heal(whole) == 0
    assert len(broken.shown(whole, "/search?q=xylophone")) == 1


def test_r26_an_index_that_is_missing_and_locked_is_healed_when_the_lock_is_free(
    whole: Flask, tmp_path: Path
) -> None:
    """Within the lock is the control: without a writer that may write, nothing heals."""
    before = broken.all_shown(whole)
    broken.SEEN["missing"](tmp_path / "index")
    with held(whole, tmp_path / "index"):
        assert broken.all_shown(whole) == before
        be_impatient(whole, tmp_path / "index")
        with pytest.raises(IndexUnavailable, match="Another writer"):
            upkeep.reconcile_index()
        assert broken.found_by(whole) == "database"
    assert broken.heal(whole) == 0
    assert broken.found_by(whole) == "index"


def test_r26_control_without_the_outbox_what_changes_while_the_lock_is_held_is_lost(
    whole: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.services.outbox.failed", lambda job, *_, **__: False)
    monkeypatch.setattr("portal.services.outbox.reindex_all", lambda *_: None)
    with held(whole, tmp_path / "index"):
        broken.change(whole)
    assert broken.heal(whole) > 0


def seen_with(folder: Path, rights: tuple[str, int, int], answers: Any) -> None:
    """What a service sees whose index has these rights: (pattern of files, of files, of folders), in a process of its own."""
    app = broken.made(folder)
    index, (pattern, of_file, of_folder) = folder / "index", rights
    with app.app_context():
        before = broken.all_shown(app)
        for path in (*index.rglob(pattern), index):
            path.chmod(of_folder if path.is_dir() else of_file)
        give_up_privileges()
        seen = [broken.all_shown(app) == before, broken.found_by(app)]
        broken.change(app)
        seen += [len(broken.shown(app, "/search?q=xylophone")), broken.found_by(app)]
    answers.put(seen)


def give_up_privileges() -> None:
    """Be bound by the rights of files, as every service is; root is not, unless it gives up its capabilities."""
    header = struct.pack("Ii", CAPABILITIES_VERSION, 0)
    if ctypes.CDLL(None, use_errno=True).capset(header, bytes(24)):
        raise OSError(ctypes.get_errno(), "capset")


@pytest.mark.parametrize(
    ("rights", "answers_before", "answers_after"),
    [
        (("*", 0o444, 0o555), "index", (0, "index")),
        (("*.sidecar", 0, 0o700), "database", (1, "index")),
    ],
    ids=["read-only", "unreadable"],
)
def test_r26_an_index_that_may_not_be_written_is_read_and_one_that_may_not_be_read_is_replaced(
    whole: Flask,
    tmp_path: Path,
    rights: tuple[str, int, int],
    answers_before: str,
    answers_after: tuple[int, str],
) -> None:
    """What changed is not found as long as nobody may write: that is the control. Once they may, it is."""
    answers = processes.Queue()
    child = processes.Process(target=seen_with, args=(tmp_path, rights, answers))
    child.start()
    assert answers.get(timeout=60) == [True, answers_before, *answers_after]
    child.join(60)
    for path in (tmp_path / "index", *(tmp_path / "index").rglob("*")):
        path.chmod(0o700)
    assert broken.heal(whole) == 0
    assert broken.found_by(whole) == "index"
    assert len(broken.shown(whole, "/search?q=xylophone")) == 1

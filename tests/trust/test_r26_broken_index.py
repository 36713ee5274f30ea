"""R26: whatever happens to the index, the search page answers rightly, by the database, and the index heals itself."""

from __future__ import annotations

import fcntl
import json
import os
import random
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import clock, config, create_app
from portal.jobs import outbox as outbox_job
from portal.jobs import upkeep
from portal.models import Offer
from portal.services import finding, indexing, outbox
from search.index import IndexUnavailable
from search.whoosh import WhooshIndex
from tests import factories
from tests.trust.forks import processes
from tests.trust.indexer import whoosh_settings

QUESTIONS = ("/search?q=jardin", "/search?lat=45.76&lon=4.84&radius=20", "/search?sort=newest")
NOBODY = 65534


@pytest.fixture
def whole(settings: object, tmp_path: Path) -> Iterator[Flask]:
    """The app on the engine of production, its jobs waiting for a worker, with 30 offers in the index."""
    wanted = {**whoosh_settings(tmp_path), "QUEUE_URL": f"sqlite:///{tmp_path / 'queue.db'}"}
    app = create_app(config.from_environment({}, wanted))
    with app.app_context():
        with app.extensions["database"].writing() as session:
            titles = ("Entretenir le jardin", "Lire à des enfants", "Trier au jardin partagé")
            session.add_all([factories.offer(title=f"{titles[n % 3]} {n}") for n in range(30)])
            session.commit()
        with app.extensions["database"].reading():
            indexing.rebuild()
        yield app
    app.extensions["database"].engine.dispose()


def shown(app: Flask, question: str) -> list[str]:
    """The offers on the page, as a web process that has just started shows them."""
    app.extensions.pop("index", None)
    answer = app.test_client().get(question, base_url="http://127.0.0.1:8000")
    assert answer.status_code == 200, question
    return [
        piece.split('"')[0] for piece in answer.get_data(as_text=True).split('data-offer="')[1:]
    ]


def heal(app: Flask) -> int:
    """What the worker does by itself, every ten minutes or when a search nudged it; the differences left."""
    upkeep.reconcile_index()
    outbox_job.drain()
    app.extensions.pop("index", None)
    with app.extensions["database"].reading():
        return indexing.check().count


def newest(folder: Path, kind: str) -> Path:
    return max(folder.rglob(f"*.{kind}"), key=lambda path: path.stat().st_mtime_ns)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def older(folder: Path) -> None:
    """A manifest of another schema, whole and signed."""
    sealed = (folder / "manifest.json").read_text().partition("\n")[2]
    old = json.dumps(json.loads(sealed) | {"schema": 0})
    (folder / "manifest.json").write_text(f"{zlib.crc32(old.encode()):08x}\n{old}")


DAMAGES: dict[str, Callable[[Path], object]] = {
    "missing": shutil.rmtree,
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
    "truncated sidecar": lambda folder: cut(newest(folder, "sidecar")),
    "truncated segment": lambda folder: [cut(path) for path in folder.rglob("whoosh/*")],
    "old schema": older,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES.keys())
# Whoosh leaves the file open that it could not read.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_r26_the_page_answers_as_before_and_the_index_heals(
    whole: Flask, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    before = [shown(whole, question) for question in QUESTIONS]
    assert all(before)
    damage(tmp_path / "index")
    assert [shown(whole, question) for question in QUESTIONS] == before
    change_and_drain(whole)
    assert heal(whole) == 0
    assert found_by(whole) == "index"


def change_and_drain(app: Flask) -> None:
    """An offer changes, so that a writer meets the damage too."""
    with app.extensions["database"].writing() as session:
        offer = session.get_one(Offer, 1)
        offer.version += 1
        outbox.reindex(offer.id)
        session.commit()
    outbox_job.drain()


def found_by(app: Flask) -> str:
    app.extensions.pop("index", None)
    with app.extensions["database"].reading():
        return finding.find(finding.read({"q": ["jardin"]}, now=clock.now())).backend


def test_r26_a_flipped_byte_anywhere_changes_no_answer(
    whole: Flask, tmp_path: Path, full: bool, record_property: Callable[[str, object], None]
) -> None:
    flips = 50 if full else 6
    record_property("n", flips)
    before = [shown(whole, question) for question in QUESTIONS]
    shutil.copytree(tmp_path / "index", tmp_path / "sound")
    for seed in range(flips):
        rng = random.Random(seed)
        shutil.rmtree(tmp_path / "index")
        shutil.copytree(tmp_path / "sound", tmp_path / "index")
        files = sorted(p for p in (tmp_path / "index").rglob("*") if p.is_file())
        path = rng.choice([p for p in files if p.stat().st_size])
        data = bytearray(path.read_bytes())
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
        path.write_bytes(data)
        assert [shown(whole, question) for question in QUESTIONS] == before, path.name
        assert heal(whole) == 0


def test_r26_readers_do_not_wait_for_a_writer_that_holds_the_lock(
    whole: Flask, tmp_path: Path
) -> None:
    before = [shown(whole, question) for question in QUESTIONS]
    with (tmp_path / "index" / "writer.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert [shown(whole, question) for question in QUESTIONS] == before
        assert found_by(whole) == "index"
        impatient = WhooshIndex(tmp_path / "index", patience=0.05)
        with pytest.raises(IndexUnavailable, match="Another writer"):
            impatient.rebuild([])
    assert heal(whole) == 0


def test_r26_a_folder_that_cannot_be_written_is_read(whole: Flask, tmp_path: Path) -> None:
    answers = processes.Queue()
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home) / "index"
        shutil.copytree(tmp_path / "index", folder)
        for path in (*folder.rglob("*"), folder, Path(home)):
            path.chmod(0o555 if path.is_dir() else 0o444)
        child = processes.Process(target=read_as_nobody, args=(folder, answers))
        child.start()
        assert answers.get(timeout=60) == (30, "IndexUnavailable", "IndexUnavailable")
        child.join(60)
        for path in (Path(home), folder, *folder.rglob("*")):
            path.chmod(0o700)


def read_as_nobody(folder: Path, answers: object) -> None:
    """What a process sees that may read the index and write nothing."""
    if os.getuid() == 0:
        os.setuid(NOBODY)
    index = WhooshIndex(folder, patience=0.05)
    failed = []
    for write in (lambda: index.update([], [1]), lambda: index.rebuild([])):
        try:
            write()
        except IndexUnavailable as why:
            failed.append(type(why).__name__)
    answers.put((len(list(index.versions())), *failed))  # type: ignore[attr-defined]


def test_r26_control_without_the_fallback_the_page_fails(
    whole: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine alone, as a page would ask it that had no other way."""
    shutil.rmtree(tmp_path / "index")

    def engine_only(*_: object) -> None:
        raise IndexUnavailable("there is no other way")

    monkeypatch.setattr("portal.services.finding.answering._by_database", engine_only)
    whole.testing = False
    whole.extensions.pop("index", None)
    answer = whole.test_client().get(QUESTIONS[0], base_url="http://127.0.0.1:8000")
    assert answer.status_code >= 500


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_r26_control_without_the_note_damaged_files_of_whoosh_stay_damaged(
    whole: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody but a writer opens them: unless it leaves a note, all looks well and nothing new is found."""
    monkeypatch.setattr("search.whoosh.manifest.ask_for_repair", lambda *_: None)
    DAMAGES["truncated segment"](tmp_path / "index")
    change_and_drain(whole)
    assert heal(whole) > 0

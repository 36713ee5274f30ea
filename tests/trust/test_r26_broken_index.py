"""R26: whatever happens to the index, the search page answers rightly, by the database, and the index heals itself."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask

from search.index import IndexUnavailable
from tests.trust import broken
from tests.trust.broken import SEEN, UNSEEN, Damage

# Whoosh leaves the file open that it could not read.
LEFT_OPEN = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.fixture
def whole(settings: object, tmp_path: Path) -> Iterator[Flask]:
    with broken.opened(tmp_path) as app:
        yield app


@LEFT_OPEN
@pytest.mark.parametrize("damage", SEEN.values(), ids=SEEN.keys())
def test_r26_the_database_answers_the_same_pages_and_they_have_the_index_healed(
    whole: Flask, tmp_path: Path, damage: Damage
) -> None:
    before = broken.all_shown(whole)
    assert all(before)
    damage(tmp_path / "index")
    assert broken.all_shown(whole) == before
    assert broken.found_by(whole) == "database"
    broken.change(whole)
    assert broken.do_what_was_nudged(whole) == ["index"], "once, however many pages asked"
    assert broken.found_by(whole) == "index"
    assert len(broken.shown(whole, "/search?q=xylophone")) == 1


@LEFT_OPEN
@pytest.mark.parametrize("damage", UNSEEN.values(), ids=UNSEEN.keys())
def test_r26_the_index_answers_on_until_what_only_writers_see_is_healed(
    whole: Flask, tmp_path: Path, damage: Damage
) -> None:
    before = broken.all_shown(whole)
    damage(tmp_path / "index")
    assert broken.all_shown(whole) == before
    assert broken.found_by(whole) == "index"
    broken.change(whole)
    assert broken.heal(whole) == 0
    assert broken.found_by(whole) == "index"
    assert len(broken.shown(whole, "/search?q=xylophone")) == 1


def test_r26_a_flipped_byte_anywhere_changes_no_answer(
    whole: Flask, tmp_path: Path, full: bool, record_property: Callable[[str, object], None]
) -> None:
    flips = 50 if full else 6
    record_property("n", flips)
    before = broken.all_shown(whole)
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
        assert broken.all_shown(whole) == before, path.name
        assert broken.heal(whole) == 0


@LEFT_OPEN
def test_r26_control_without_the_fallback_the_page_fails(
    whole: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The engine alone, as a page would ask it that had no other way."""

    def engine_only(*_: object) -> None:
        raise IndexUnavailable("there is no other way")

    monkeypatch.setattr("portal.services.finding.answering._by_database", engine_only)
    whole.testing = False
    shutil.copytree(tmp_path / "index", tmp_path / "sound")
    for damage in SEEN.values():
        damage(tmp_path / "index")
        whole.extensions.pop("index", None)
        answer = whole.test_client().get(broken.QUESTIONS[0], base_url="http://127.0.0.1:8000")
        assert answer.status_code >= 500
        shutil.rmtree(tmp_path / "index", ignore_errors=True)
        shutil.copytree(tmp_path / "sound", tmp_path / "index")
    assert broken.all_shown(whole)


@LEFT_OPEN
@pytest.mark.parametrize("damage", UNSEEN.values(), ids=UNSEEN.keys())
def test_r26_control_without_the_note_damaged_files_of_whoosh_stay_damaged(
    whole: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Damage
) -> None:
    """Nobody but a writer opens them: unless it leaves a note, all looks well and nothing new is found."""
    monkeypatch.setattr("search.whoosh.manifest.ask_for_repair", lambda *_: None)
    damage(tmp_path / "index")
    broken.change(whole)
    assert broken.heal(whole) > 0


def test_r26_control_without_the_pages_nudge_the_index_stays_broken(
    whole: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.index.ask_for_repair", lambda: None)
    SEEN["missing"](tmp_path / "index")
    assert all(broken.all_shown(whole))
    assert broken.do_what_was_nudged(whole) == []
    assert broken.found_by(whole) == "database"

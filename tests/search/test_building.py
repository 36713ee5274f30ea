"""An index built anew by several processes: the same as one built alone, and all of it or nothing."""

import os
import random
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from search.document import Document
from search.index import IndexUnavailable
from search.text import accented, all_forms, exact_words, pieces
from search.whoosh import WhooshIndex, building, manifest
from tests.search.asking import offer
from tests.search.test_writer_is_killed import calls_of_an_update, killed_at, seen_version
from tests.search.worlds import question, world
from tests.search.writer_process import batch

KILLS = 20 if os.environ.get("TRUST_N") == "full" else 3
TEXT = some.text(
    some.sampled_from("aéœE\u0301sS.'’-_#49 \n,;:!?()«»/…·\u200b\u00ad½İΣ"), max_size=40
)


@pytest.fixture
def shared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few offers count as many."""
    share(monkeypatch)


def share(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(building, "ALONE", 2)
    patch.setattr(building, "SEGMENT", 5)
    patch.setattr(building, "TOGETHER", 2)


@given(TEXT | some.text(max_size=40))
def test_a_text_is_the_sum_of_its_pieces(text: str) -> None:
    cut = pieces(text)
    for language in ("fr", "en"):
        whole = list(all_forms(text, language))
        assert whole == [forms for piece in cut for forms in all_forms(piece, language)]
    assert exact_words(text) == [word for piece in cut for word in exact_words(piece)]
    assert list(accented(text)) == [word for piece in cut for word in accented(piece)]


def test_builders_build_the_index_that_one_process_builds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = world(7, 60)
    alone, together = WhooshIndex(tmp_path / "alone"), WhooshIndex(tmp_path / "together")
    alone.rebuild(documents)
    share(monkeypatch)
    heard: list[int] = []
    assert together.rebuild(documents, heard.append) == 60
    assert heard == list(range(1, 61))
    assert len(manifest.read(tmp_path / "together").segments) == 12
    assert list(together.versions()) == list(alone.versions())
    rng = random.Random(7)
    for query in (question(rng, documents) for _ in range(60)):
        assert together.search(query) == alone.search(query)
    together.update([offer(1, "Jardin", version=5)], [2])
    assert dict(together.versions())[1] == 5


@pytest.mark.usefixtures("shared")
def test_a_builder_that_is_killed_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "index")
    index.rebuild(batch(1))
    for after in (4, 6, 11):
        with pytest.raises(IndexUnavailable):
            index.rebuild(killing(after))
        assert seen_version(tmp_path / "index") == 1
    index.rebuild(batch(3))
    assert seen_version(tmp_path / "index") == 3
    assert len(list((tmp_path / "index").glob("build-*"))) == 1


@pytest.mark.usefixtures("shared")
def test_control_without_a_look_at_how_builders_ended_half_an_index_is_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = WhooshIndex(tmp_path / "index")
    index.rebuild(batch(1))
    monkeypatch.setattr(building, "well_ended", lambda process: process.communicate()[0])
    index.rebuild(killing(12))
    assert len(list(WhooshIndex(tmp_path / "index").versions())) < 12


def killing(after: int) -> Iterator[Document]:
    """The twelve offers; once so many were given, the builders there are by then are killed.

    They alone: the browser of other tests may be a child of this process too.
    """
    others = set(children())

    def given() -> Iterator[Document]:
        for number, document in enumerate(batch(2), start=1):
            yield document
            if number == after:
                for pid in set(children()) - others:
                    os.kill(pid, signal.SIGKILL)

    return given()


def children() -> list[int]:
    """The processes that this one started."""
    return [
        int(pid)
        for task in Path("/proc/self/task").iterdir()
        for pid in (task / "children").read_text().split()
    ]


def test_what_documents_raise_is_raised_and_no_builder_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    share(monkeypatch)
    before = children()
    with pytest.raises(ValueError, match="came twice"):
        WhooshIndex(tmp_path / "index").rebuild([*batch(1), *batch(1)])
    assert children() == before


def test_a_rebuild_killed_beside_its_builders_leaves_the_old_index_or_the_new(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "index"
    WhooshIndex(folder).rebuild(batch(1))
    calls = calls_of_an_update(folder, "rebuild", "shared")
    for kill_at in [calls * part // (KILLS + 1) for part in range(1, KILLS + 1)]:
        copy = killed_at(folder, kill_at, "rebuild", "shared")
        assert seen_version(copy) in {1, 2}
        WhooshIndex(copy).rebuild(batch(3))
        assert seen_version(copy) == 3

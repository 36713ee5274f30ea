"""The rivals of the search bench do the same work: what they count is what the engine counts."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from search.text import analyse
from search.whoosh import WhooshIndex
from tests.bench.offers import Question, offers, questions
from tests.bench.rivals import figures, material, picture, sqlite
from tests.bench.rivals.asked import Answer, Asked, Rival, asks, prepared
from tests.bench.rivals.asking import Ours

COUNT, SEED, ASKED = 2000, 3, 90


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The rows of 2,000 offers, and the engine's index of them."""
    folder = tmp_path_factory.mktemp("rivals")
    material.write(folder, offers(COUNT, SEED, small=True))
    WhooshIndex(folder / "ours").rebuild(offers(COUNT, SEED, small=True))
    return folder


def otherwise(folder: Path, rival: Rival) -> list[tuple[Question, object, object]]:
    """The questions that the engine and a rival count differently."""
    ours = Ours(folder / "ours")
    ours.open()
    asked = list(questions(SEED, ASKED))
    pairs = zip(asked, prepared(asked, folder), strict=True)
    both = ((question, ours.check(question), counted(rival, one)) for question, one in pairs)
    return [(question, our, their) for question, our, their in both if our != their]


def counted(rival: Rival, asked: Asked) -> object:
    found = asks(rival, asked)
    return found.counts if isinstance(found, Answer) else found


@contextmanager
def opened(folder: Path) -> Iterator[sqlite.Sqlite]:
    sqlite.build(folder)
    rival = sqlite.Sqlite(folder)
    rival.open()
    yield rival
    rival.close()


def test_sqlite_counts_totals_facets_and_words_as_the_engine_does(folder: Path) -> None:
    with opened(folder) as rival:
        assert otherwise(folder, rival) == []


def test_one_offer_less_is_noticed_by_the_comparison(folder: Path, tmp_path: Path) -> None:
    for name in ("tokens.pickle", "rows.jsonl"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    lines = (folder / "rows.jsonl").read_text().splitlines(keepends=True)
    (tmp_path / "rows.jsonl").write_text("".join(lines[1:]))
    (tmp_path / "ours").symlink_to(folder / "ours")
    with opened(tmp_path) as rival:
        assert otherwise(tmp_path, rival)


@pytest.mark.skipif(
    importlib.util.find_spec("tantivy") is None, reason="tantivy is the bench's own to fetch"
)
def test_tantivy_counts_as_the_engine_does(folder: Path) -> None:
    from tests.bench.rivals import tantivy_building, tantivy_index

    tantivy_building.build(folder)
    rival = tantivy_index.Tantivy(folder)
    rival.open()
    assert otherwise(folder, rival) == []


def test_a_text_of_the_bench_has_a_token_for_each_word_and_a_hole_for_each_stop_word() -> None:
    tokens = material.Tokens()
    text = "distribution de repas aux sans-abri et collecte"
    found = tokens.text(text)
    places = [at for at, _ in analyse(text, "fr")]
    assert [at for at, token in enumerate(found) if token != material.HOLE] == places


def test_the_picture_has_a_line_for_each_engine_in_each_class() -> None:
    run = {"kinds": list(figures.KINDS), "passes": [[(1.0, 1.0)] * 9, [(2.0, 2.0)] * 9]}
    found = {size: {"runs": {"ours": [run], "sqlite": [run]}} for size in ("10000", "100000")}
    assert picture.drawn(found, ["10000", "100000"]).count("<polyline") == 2 * len(figures.KINDS)

"""What a writer merges at once fits into memory, whatever the length of the texts, and pieces do not pile up for it."""

from pathlib import Path

import pytest

from search.query import Query
from search.whoosh import WhooshIndex, manifest, sidecar, writer
from search.words import parse
from tests.search.asking import offer
from tests.search.worlds import NOW

LONG = "On trie, on range et on répare des livres avec l’équipe du mardi. " * 40
BATCHES, SIZE = 30, 4


def grown(
    folder: Path, monkeypatch: pytest.MonkeyPatch, most: int, batches: int = BATCHES
) -> tuple[WhooshIndex, list[int]]:
    """An index of many small changes with long texts; and the numbers in each of its pieces."""
    monkeypatch.setattr(writer, "_MOST", most)
    monkeypatch.setattr(writer, "_LARGE", most // 2)
    index = WhooshIndex(folder)
    index.rebuild([])
    for n in range(batches):
        index.update([offer(n * SIZE + k + 1, description=LONG) for k in range(SIZE)], [])
    pieces = manifest.read(folder)
    return index, [
        sidecar.values(folder / pieces.build / f"{one.name}.sidecar") for one in pieces.segments
    ]


def test_a_merge_holds_no_more_than_fits_and_still_joins_what_is_small(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _index, (one,) = grown(tmp_path / "one", monkeypatch, 10**9, batches=1)
    most = 5 * one
    index, sizes = grown(tmp_path / "index", monkeypatch, most)
    assert max(sizes) <= most + 2 * one  # with those that were just written
    assert len(sizes) <= BATCHES // 2
    index.refresh()
    assert index.search(Query(now=NOW, words=parse("livres"))).total == BATCHES * SIZE


def test_control_without_the_bound_one_merge_holds_many(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _index, (one,) = grown(tmp_path / "one", monkeypatch, 10**9, batches=1)
    _index, sizes = grown(tmp_path / "index", monkeypatch, 10**9)
    assert max(sizes) > 7 * one

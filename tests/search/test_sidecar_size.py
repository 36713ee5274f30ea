"""What a sidecar keeps: nothing that nobody reads, in few bytes, and what few bytes cannot hold is there all the same."""

import random
from pathlib import Path
from typing import Any

import pytest

from search.memory import MemoryIndex
from search.query import Circle, Query
from search.whoosh import WhooshIndex, candidates, manifest, sidecar
from search.whoosh.schema import Arrays
from search.words import parse
from tests.search.asking import LYON, ids, offer
from tests.search.worlds import NOW, WORDS, question, world

FRANCE = Circle(46.5, 2.5, 600.0)


class Watched(dict[str, Any]):
    """The arrays of a sidecar, and which of them somebody asked for."""

    def __init__(self, arrays: Arrays) -> None:
        super().__init__(arrays)
        self.read: set[str] = set()

    def __getitem__(self, key: str) -> Any:
        self.read.add(key)
        return super().__getitem__(key)


def arrays_of(folder: Path) -> Arrays:
    """The arrays of an index of one segment."""
    published = manifest.read(folder)
    (segment,) = published.segments
    path = folder / published.build / f"{segment.name}.sidecar"
    return sidecar.load(path, segment.name, segment.crc)[0]


def test_a_sidecar_has_no_array_that_no_question_reads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, rng = world(5, 200), random.Random(5)
    index = WhooshIndex(tmp_path / "index")
    index.rebuild(documents)
    opened: list[Watched] = []

    def watching(path: Path, name: str, crc: int) -> tuple[Arrays, Any]:
        arrays, names = load(path, name, crc)
        opened.append(Watched(arrays))
        return opened[-1], names

    load = sidecar.load
    monkeypatch.setattr(sidecar, "load", watching)
    for name in ("FEW", "SPARE"):  # also what only large indexes are asked
        monkeypatch.setattr(candidates, name, 0)
    index.update(documents[:20], [30])
    for query in (question(rng, documents) for _ in range(300)):
        index.search(query)
    index.search(Query(now=NOW, circle=FRANCE, start=NOW, sort="date", limit=1))
    for word in WORDS:
        index.complete(word[:3])
    list(index.versions())
    for_the_writer = {"order"}
    read = {key for arrays in opened for key in arrays.read}
    assert set(opened[0]) - read == for_the_writer


def test_where_positions_begin_and_which_document_it_is_take_few_bytes(tmp_path: Path) -> None:
    WhooshIndex(tmp_path / "index").rebuild(world(5, 200))
    arrays = arrays_of(tmp_path / "index")
    for group in ("text", "exact"):
        kept = [arrays[f"{group}_{name}"] for name in ("doc", "place_marks", "place_steps")]
        assert sum(one.nbytes for one in kept) < 3 * len(arrays[f"{group}_code"])


@pytest.mark.parametrize("often", [30, 40, 300, 70_000])
def test_an_expression_is_found_after_a_word_that_comes_hundreds_of_times(
    tmp_path: Path, often: int
) -> None:
    documents = [offer(n, description="jardin " * often + "partagé") for n in range(1, 10)]
    documents += [offer(n, description="partagé " * (often - 1) + "jardin") for n in range(10, 20)]
    index = WhooshIndex(tmp_path / "index")
    index.rebuild(documents)
    found = index.search(Query(now=NOW, words=parse('"jardin partagé"'), limit=50))
    assert sorted(ids(found)) == list(range(1, 10))


def test_offers_without_a_word_that_went_count_for_no_word(tmp_path: Path) -> None:
    """They have the highest numbers: cut to the bytes of the others' they would be some of these."""
    spoken = [offer(n, f"Jardin {n}") for n in range(1, 201)]
    mute = {"title": "", "association": "", "description": "", "locations": ()}
    silent = [offer(n, **mute) for n in range(201, 401)]
    assert spoken[0].locations == (LYON,), "those without a place come last"
    engine, reference = WhooshIndex(tmp_path / "index"), MemoryIndex()
    for index in (engine, reference):
        index.rebuild(spoken + silent)
        index.update([], range(201, 401))
    query = Query(now=NOW, words=parse("jardin"), limit=5)
    ours, theirs = engine.search(query), reference.search(query)
    assert [hit.score for hit in ours.hits] == pytest.approx([hit.score for hit in theirs.hits])
    assert engine.complete("jar") == reference.complete("jar")

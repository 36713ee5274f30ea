"""What only the embedded engine can be asked: its scores, its sidecars, its segments."""

import random
import threading
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest
from whoosh import index as whoosh_index
from whoosh import query as whoosh_query
from whoosh import scoring

from search.plan import Slot, make_plan
from search.query import Query
from search.ranking import FIELDS, K1, WEIGHTS, B
from search.whoosh import WhooshIndex, bits, manifest, postings
from search.whoosh.gathering import Arranged, Gathering
from search.whoosh.matching import Matched, Words
from search.whoosh.sidecar import load
from search.whoosh.snapshot import Snapshot
from search.whoosh.vocabulary import Vocabulary
from search.words import parse
from tests.search.asking import offer
from tests.search.worlds import NOW, WORDS, changed, world


def open_both(folder: Path) -> tuple[Snapshot, object]:
    """Our snapshot of an index, and Whoosh's own view of it."""
    published = manifest.read(folder)
    whoosh = whoosh_index.open_dir(str(folder / published.build / "whoosh"))
    return Snapshot(folder, published), whoosh


def asked_of_whoosh(searcher: object, slot: Slot) -> dict[int, float]:
    """The score of one word: Whoosh's BM25F over the fields for each form, the best form counts."""
    best: dict[int, float] = {}
    for form in slot.forms:
        fields = zip(FIELDS, WEIGHTS, strict=True)
        asked = whoosh_query.Or([whoosh_query.Term(name, form, boost=w) for name, w in fields])
        for hit in searcher.search(asked, limit=None):
            best[hit.docnum] = max(best.get(hit.docnum, 0.0), hit.score)
    return best


@pytest.mark.parametrize("seed", range(3))
def test_scores_are_those_of_whoosh(tmp_path: Path, seed: int) -> None:
    WhooshIndex(tmp_path / "index").rebuild(world(seed, 120))
    snapshot, whoosh = open_both(tmp_path / "index")
    rng, compared = random.Random(seed), 0
    with whoosh.searcher(weighting=scoring.BM25F(B=B, K1=K1)) as searcher:
        for _ in range(40):
            text = " ".join(rng.sample(WORDS, rng.randint(1, 2)))
            plan = make_plan(Query(now=NOW, words=parse(text)), Vocabulary(snapshot))
            french = [
                [lit for lit in need.literals if lit.language == "fr"] for need in plan.wanted
            ]
            if any(len(one) != 1 or len(one[0].slots) > 1 for one in french):
                continue
            theirs = [asked_of_whoosh(searcher, literal.slots[0]) for (literal,) in french]
            (part,) = snapshot.parts
            matched = Matched(Words(snapshot, plan), part, 0)
            if matched.mask is None:
                continue
            docs = bits.docs_of(matched.mask & ~part.planes["english"], part.count)
            for doc, ours in zip(part.arrays["order"][docs], matched.scores(docs), strict=True):
                assert ours == pytest.approx(sum(scores[doc] for scores in theirs), rel=1e-6)
                compared += 1
    assert compared > 100


def test_what_is_kept_on_the_way_is_what_whoosh_gives_back(tmp_path: Path) -> None:
    WhooshIndex(tmp_path / "index").rebuild(world(5, 300))
    published = manifest.read(tmp_path / "index")
    (segment,) = published.segments
    path = tmp_path / "index" / published.build / f"{segment.name}.sidecar"
    kept, names = load(path, segment.name, segment.crc)
    whoosh = whoosh_index.open_dir(str(tmp_path / "index" / published.build / "whoosh"))
    with whoosh.reader() as reader:
        again = Gathering()
        again.read_back(reader)
    read: dict = {}
    arranged = Arranged(again, read.update)
    for _ in arranged.fields():
        pass
    assert names == arranged.names
    assert kept.keys() == read.keys()
    for key, values in kept.items():
        assert np.array_equal(values, read[key]), key


def test_blocks_and_the_public_interface_of_whoosh_give_the_same_postings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [offer(n, f"Jardin {n % 7}") for n in range(2500)]
    WhooshIndex(tmp_path / "index").rebuild(many)
    _, whoosh = open_both(tmp_path / "index")
    with whoosh.reader() as reader:
        by_blocks = list(postings.terms(reader, "title"))
        monkeypatch.setattr(postings, "BY_BLOCKS", False)
        one_by_one = list(postings.terms(reader, "title"))
    assert by_blocks == one_by_one
    assert max(len(docs) for _, docs, _ in by_blocks) == 2500


def test_what_our_writer_of_postings_writes_is_what_that_of_whoosh_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [offer(n, f"Jardin {n % 7}") for n in range(1500)]
    found = []
    for known in (True, False):
        monkeypatch.setattr(postings, "BY_BLOCKS", known)
        WhooshIndex(tmp_path / str(known)).rebuild(many)
        _, whoosh = open_both(tmp_path / str(known))
        with whoosh.reader() as reader:
            names = ("oid", "title", "exact")
            found.append([list(postings.terms(reader, name)) for name in names])
    assert found[0] == found[1]


def test_one_distribution_of_whoosh_is_installed() -> None:
    names = {distribution.name.lower() for distribution in metadata.distributions()}
    assert len(names & {"whoosh-reloaded", "whoosh3", "whoosh"}) == 1


def test_segments_stay_few_and_answers_right_over_many_small_updates(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "index")
    documents = world(1, 40)
    index.rebuild(documents)
    rng, versions = random.Random(1), {document.id: 0 for document in documents}
    for _ in range(40):
        one = changed(rng, documents, rng.randint(1, 60))
        index.update([one])
        versions[one.id] = 1
    assert dict(index.versions()) == versions
    assert len(manifest.read(tmp_path / "index").segments) < 15


def test_small_segments_are_joined_and_answers_stay_the_same(tmp_path: Path) -> None:
    index, rng, documents = WhooshIndex(tmp_path / "index"), random.Random(4), world(4, 60)
    index.rebuild(documents)
    for size in (40, 20, 9, 4, 2, 1):
        index.update([changed(rng, documents, rng.randint(1, 80)) for _ in range(size)], [size])
    reader = WhooshIndex(tmp_path / "index")
    query = Query(now=NOW, limit=100)
    before, pieces = (reader.search(query), list(reader.versions())), len(segments_of(tmp_path))
    assert pieces > 3
    assert index.tidy() == 0
    assert len(segments_of(tmp_path)) == 1
    assert (reader.search(query), list(reader.versions())) == before
    assert index.tidy() == 0, "and once more changes nothing"


def segments_of(folder: Path) -> list[Path]:
    return list(folder.glob("index/build-*/*.sidecar"))


def test_every_answer_given_while_a_writer_writes_is_of_one_generation(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "index")
    index.rebuild([offer(n, "Jardin version0", version=0) for n in range(1, 9)])
    writing, wrong = threading.Event(), []

    def read() -> None:
        while not writing.is_set():
            found = index.search(Query(now=NOW, words=parse("jardin")))
            versions = {version for _, version in index.versions()}
            if found.total != 8 or len(versions) != 1:
                wrong.append((found.total, versions))

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    writer = WhooshIndex(tmp_path / "index")
    for version in range(1, 13):
        writer.update([offer(n, f"Jardin version{version}", version=version) for n in range(1, 9)])
    writing.set()
    for reader in readers:
        reader.join()
    assert not wrong


def test_web_processes_never_open_the_files_of_whoosh(tmp_path: Path) -> None:
    index = WhooshIndex(tmp_path / "index")
    index.rebuild([offer(1, "Jardin")])
    for path in (tmp_path / "index").rglob("*"):
        if path.parent.name == "whoosh":
            path.unlink()
    again = WhooshIndex(tmp_path / "index")
    assert again.search(Query(now=NOW, words=parse("jardin"))).total == 1

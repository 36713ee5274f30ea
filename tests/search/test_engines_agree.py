"""The embedded engine and the reference give the same answers to thousands of random questions.

Every other world is asked in the ways that only large indexes take (masks for frequent words and
busy days, lists walked piece by piece, cuts by rough scores), with their thresholds set so low that
some dozen offers are many.
"""

import os
import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from search.index import Index
from search.memory import MemoryIndex
from search.query import Query
from search.results import Results
from search.whoosh import WhooshIndex, bits, candidates, expressions, gathering, layout, standing
from tests.search.worlds import changed, lopsided, question, slip, world

WORLDS = 200 if os.environ.get("TRUST_N") == "full" else 13
QUESTIONS = 80


@settings(
    max_examples=WORLDS,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(seed=st.integers(0, 2**32), count=st.sampled_from((1, 12, 60, 200)), large=st.booleans())
def test_both_answer_alike_after_a_rebuild_and_after_changes(
    seed: int, count: int, large: bool
) -> None:
    rng = random.Random(seed)
    documents = world(seed, count)
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        if large:
            take_the_ways_of_large_indexes(rng, patch)
        reference, engine = MemoryIndex(), WhooshIndex(Path(folder) / "index")
        for index in (reference, engine):
            index.rebuild(documents)
        ask_both(rng, reference, engine, documents)

        for _ in range(5):
            put = [changed(rng, documents, rng.randint(1, count + 9)) for _ in range(8)]
            taken = [rng.randint(1, count + 9) for _ in range(3)]
            for index in (reference, engine):
                index.update(put, taken)
        ask_both(rng, reference, engine, documents)
        engine.tidy()
        ask_both(rng, reference, engine, documents)


@pytest.mark.parametrize("large", [False, True])
def test_both_propose_alike_the_word_that_ten_times_as_many_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: bool
) -> None:
    proposed = []
    for seed in range(WORLDS // 3):
        rng = random.Random(seed)
        if large:
            take_the_ways_of_large_indexes(rng, monkeypatch)
        documents = lopsided(seed, 60)
        reference, engine = MemoryIndex(), WhooshIndex(tmp_path / f"index{seed}")
        for index in (reference, engine):
            index.rebuild(documents)
        for _ in range(QUESTIONS):
            query = slip(rng, documents)
            found = reference.search(query)
            agree(query, found, engine.search(query))
            proposed.append(found.suggestion is not None and found.total > 0)
    # Both ways: a world in which a word is always proposed, or never, compares little.
    assert len(proposed) / 20 < sum(proposed) < len(proposed) / 2


def take_the_ways_of_large_indexes(rng: random.Random, patch: pytest.MonkeyPatch) -> None:
    patch.setattr(candidates, "FEW", rng.choice((0, 3)))
    patch.setattr(candidates, "CHUNK", rng.choice((1, 7, 50)))
    patch.setattr(candidates, "SPARE", rng.choice((0, 2)))
    patch.setattr(bits, "STEP", rng.choice((1, 2, 8)))
    patch.setattr(expressions, "MANY", rng.choice((0, 5)))
    patch.setattr(standing, "LISTED", rng.choice((1, 9, 25, 60)))
    patch.setattr(candidates, "MUCH_LONGER", rng.choice((0, 1, 8)))
    patch.setattr(gathering, "FREQUENT", rng.choice((1, 3, 10**6)))
    patch.setattr(layout, "HEAVY", rng.choice((1, 5, 10**6)))
    for module in (gathering, layout):
        patch.setattr(module, "RARE", rng.choice((0, 3)))


def test_both_answer_alike_when_everything_is_gone(tmp_path: Path) -> None:
    rng = random.Random(0)
    documents = world(0, 10)
    reference, engine = MemoryIndex(), WhooshIndex(tmp_path / "index")
    for index in (reference, engine):
        index.rebuild(documents)
        index.update([], range(1, 11))
    ask_both(rng, reference, engine, documents)
    assert list(engine.versions()) == []


def ask_both(rng: random.Random, reference: Index, engine: Index, documents: list) -> None:
    assert list(reference.versions()) == list(engine.versions())
    for _ in range(QUESTIONS):
        query = question(rng, documents)
        agree(query, reference.search(query), engine.search(query))
    for prefix in ("j", "jar", "ben", "hô", "été", "l", "#4", "zz", "", "OE"):
        assert reference.complete(prefix, 5) == engine.complete(prefix, 5), prefix


def agree(query: Query, one: Results, other: Results) -> None:
    """Everything equal; scores and kilometres but for the last bits."""
    assert one.total == other.total, query
    assert one.remote_from == other.remote_from, query
    assert dict(one.facets) == dict(other.facets), query
    assert (one.corrected, one.suggestion) == (other.corrected, other.suggestion), query
    assert [card(hit) for hit in one.hits] == [card(hit) for hit in other.hits], query
    for hit, twin in zip(one.hits, other.hits, strict=True):
        assert hit.score == pytest.approx(twin.score, rel=1e-9)
        assert (hit.distance_km is None) == (twin.distance_km is None)
        assert (hit.distance_km or 0) == pytest.approx(twin.distance_km or 0, rel=1e-9, abs=1e-9)


def card(hit: object) -> tuple[object, ...]:
    return (hit.id, hit.cluster, hit.location_index, hit.next_at, hit.matched)

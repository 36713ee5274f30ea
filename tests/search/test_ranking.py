"""What makes an offer rank higher, factor by factor, said in words and added up."""

import math

import pytest

from search import ranking
from search.explaining import explain
from search.index import Index
from search.memory import MemoryIndex
from search.query import Circle, Query
from search.words import parse
from tests.search.asking import VILLEURBANNE, offer
from tests.search.worlds import DAY, NOW


def test_a_score_is_explained_factor_by_factor_and_they_multiply_to_it(index: Index) -> None:
    tomorrow = ((NOW + DAY, NOW + 2 * DAY),)
    dated = offer(
        1,
        "Jardin",
        is_ongoing=False,
        shifts=tomorrow,
        locations=(VILLEURBANNE,),
        published_at=NOW - 30 * DAY,
        has_places=False,
    )
    documents = [dated, offer(2, "Jardin"), offer(3, "Jardin garden", language="en")]
    index.update(documents)
    reference = MemoryIndex()
    reference.update(documents)
    circle = Circle(45.764, 4.8357, 10.0)
    query = Query(now=NOW, words=parse("jardin"), circle=circle, language="en")
    hits = {hit.id: hit for hit in index.search(query).hits}
    said = explain(query, dated, hits[1])
    assert [factor.name for factor in said] == [
        *("words", "sooner", "nearer", "fresher", "waiting_list", "language")
    ]
    assert [round(factor.amount or 0, 1) for factor in said] == [0, 1.0, 4.3, 30.0, 0, 0]
    assert [f.name for f in explain(query, documents[2], hits[3])][1:] == [
        *("ongoing", "nearer", "fresher")
    ]
    for document in documents:
        asked = index.search(query).hits
        (score,) = [hit.score for hit in asked if hit.id == document.id]
        # What the words gave is what is left of the score: the reference, which adds it up, agrees.
        words, *others = reference.explain(query, document.id)
        assert math.prod(f.times for f in (words, *others)) == pytest.approx(score, rel=1e-9)
        assert explain(query, document, hits[document.id])[0].times == pytest.approx(words.times)


def test_the_factors_are_gentle() -> None:
    assert 1 < ranking.sooner(0.0) <= 1.10
    assert 1 < ranking.nearer(0.0) <= 1.20
    assert 1 < ranking.fresher(0.0) <= 1.05
    assert 0.8 < ranking.WAITING_LIST < 1
    assert 0.85 < ranking.OTHER_LANGUAGE < 1
    for factor in (ranking.sooner, ranking.nearer, ranking.fresher):
        assert factor(0.0) > factor(5.0) > factor(500.0) > 1


def test_a_title_weighs_twice_as_much_and_a_rare_word_more_than_a_common_one() -> None:
    assert dict(zip(ranking.FIELDS, ranking.WEIGHTS, strict=True))["title"] == 2
    assert ranking.idf(1000, 3) > ranking.idf(1000, 300)


def test_lengths_are_kept_on_rungs_as_whoosh_keeps_them() -> None:
    from whoosh.util.numeric import byte_to_length, length_to_byte

    for length in (*range(1, 2000), 5000, 50_000, 106_373, 200_000):
        rung = ranking.length_rung(length)
        assert rung == length_to_byte(length)
        assert ranking.LENGTHS[rung] == byte_to_length(rung)


@pytest.mark.parametrize(
    ("associations", "first"),
    [
        ([1] * 5, [0, 1, 2, 3, 4]),
        ([1, 1, 1, 1, 2], [0, 1, 2, 4, 3]),
        ([1] * 30 + [2] * 30, [0, 1, 2, 30, 31, 32]),
        ([], []),
    ],
)
def test_spreading_puts_off_the_fourth_card_while_others_match(
    associations: list[int], first: list[int]
) -> None:
    order = ranking.spread(associations)
    assert order[: len(first)] == first
    assert sorted(order) == list(range(len(associations)))

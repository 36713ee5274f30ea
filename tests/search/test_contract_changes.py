"""What every engine promises: updates, rebuilds, versions, addresses."""

import pytest

from search.index import Index, open_index
from tests.search.asking import find, ids, offer


def test_an_update_replaces_and_takes_out_and_may_be_repeated(index: Index) -> None:
    index.rebuild([offer(1, "Jardin"), offer(2, "Vélo"), offer(3, "Musique")])
    for _ in range(2):
        index.update([offer(1, "Danse", version=4), offer(4, "Chant")], [3, 99])
    assert list(index.versions()) == [(1, 4), (2, 0), (4, 0)]
    assert find(index, "jardin").total == 0
    assert ids(find(index, "danse")) == [1]


def test_an_id_that_is_both_put_and_taken_is_taken(index: Index) -> None:
    index.update([offer(1)], [1])
    assert list(index.versions()) == []


def test_of_two_documents_of_one_id_the_last_counts(index: Index) -> None:
    index.update([offer(1, "Jardin"), offer(1, "Vélo")])
    assert find(index).total == 1
    assert ids(find(index, "vélo")) == [1]


def test_a_rebuild_replaces_everything_and_tells_how_far_it_is(index: Index) -> None:
    index.update([offer(9)])
    told: list[int] = []
    assert index.rebuild((offer(n) for n in (1, 2, 3)), told.append) == 3
    assert told == [1, 2, 3]
    assert [number for number, _ in index.versions()] == [1, 2, 3]


def test_a_rebuild_that_fails_leaves_the_index_as_it_was(index: Index) -> None:
    index.rebuild([offer(1)])

    def torn() -> object:
        yield offer(2)
        raise RuntimeError("The database went away.")

    with pytest.raises(RuntimeError, match="went away"):
        index.rebuild(torn())  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="came twice"):
        index.rebuild([offer(2), offer(2)])
    assert list(index.versions()) == [(1, 0)]


def test_the_generation_grows_with_every_change(index: Index) -> None:
    before = index.generation
    index.update([offer(1)])
    assert index.generation > before


@pytest.mark.parametrize("url", ["opensearch://host:9200/offers", "whoosh://relative", "", "x"])
def test_an_address_that_is_not_built_is_refused_by_a_sentence(url: str) -> None:
    with pytest.raises(ValueError, match="No search engine is built for"):
        open_index(url)

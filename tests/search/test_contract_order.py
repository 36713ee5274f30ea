"""What every engine promises: clusters, facets, filters, order and pages."""

from dataclasses import replace

import pytest

from search.index import Index
from search.query import Query, Window
from tests.search.asking import AROUND_LYON, PARIS, VILLEURBANNE, find, ids, offer
from tests.search.worlds import DAY, NOW


def test_a_cluster_counts_once_and_shows_its_best_member(index: Index) -> None:
    index.update(
        [
            offer(1, cluster=7, locations=(VILLEURBANNE,), themes=("sport",)),
            offer(2, cluster=7, themes=("sport",)),
            offer(3, cluster=8, locations=(PARIS,)),
        ]
    )
    found = find(index, circle=AROUND_LYON, sort="distance")
    assert (ids(found), found.total) == ([2], 1)
    assert found.facets["theme"] == (("sport", 1),)


def test_asked_apart_each_member_of_a_cluster_has_its_own_card(index: Index) -> None:
    index.update([offer(1, cluster=7, themes=("sport",)), offer(2, cluster=7, themes=("sport",))])
    found = find(index, apart=True)
    assert (ids(found), found.total) == ([1, 2], 2)
    assert [hit.cluster for hit in found.hits] == [7, 7]
    assert found.facets["theme"] == (("sport", 2),)


def test_a_cluster_with_a_member_at_the_place_is_not_in_the_tail_too(index: Index) -> None:
    index.update([offer(1, cluster=7), offer(2, cluster=7, locations=(), remote="full")])
    found = find(index, circle=AROUND_LYON)
    assert (ids(found), found.total, found.remote_from) == ([1], 1, None)


def test_each_facet_count_is_the_total_that_its_click_gives(index: Index) -> None:
    windows = (Window("today", NOW, NOW + DAY), Window("week", NOW, NOW + 7 * DAY))
    index.update(
        [
            offer(1, themes=("sport", "health"), open_to_minors=True),
            offer(2, themes=("sport",), remote="possible", is_accessible=True),
            offer(3, themes=("health",), remote="full", locations=()),
            offer(4, is_ongoing=False, shifts=((NOW + 3 * DAY, NOW + 4 * DAY),)),
        ]
    )
    query = Query(now=NOW, themes=("sport",), circle=AROUND_LYON, when_windows=windows)
    facets = index.search(query).facets
    for theme, count in facets["theme"]:
        assert index.search(replace(query, themes=(theme,))).total == count
    for way, count in facets["remote"]:
        assert index.search(replace(query, remote=way)).total == count
    for (_, count), window in zip(facets["when"], windows, strict=True):
        clicked = replace(query, start=window.start, end=window.end)
        assert index.search(clicked).total == count
    assert facets["accessible"] == (("yes", 1),)
    assert facets["minors"] == (("yes", 1),)
    assert facets["theme"] == (("health", 2), ("sport", 2))


def test_ties_are_broken_by_distance_then_next_date_then_id(index: Index) -> None:
    soon, later = ((NOW + DAY, NOW + 2 * DAY),), ((NOW + 2 * DAY, NOW + 3 * DAY),)
    index.update(
        [
            offer(4, is_ongoing=False, shifts=soon),
            offer(3, is_ongoing=False, shifts=soon),
            offer(2, is_ongoing=False, shifts=later),
            offer(1, is_ongoing=False, shifts=soon, locations=(VILLEURBANNE,)),
        ]
    )
    assert ids(find(index, circle=AROUND_LYON, sort="newest")) == [3, 4, 2, 1]


@pytest.mark.parametrize("sort", ["relevance", "distance", "date", "newest"])
def test_no_offer_is_on_two_pages_and_none_is_left_out(index: Index, sort: str) -> None:
    index.update([offer(n, cluster=n - n % 5 // 4, association_id=n % 2) for n in range(1, 61)])
    shown: list[int] = []
    for at in range(0, 60, 7):
        page = find(index, circle=AROUND_LYON, sort=sort, spread=True, offset=at, limit=7)
        shown += ids(page)
    assert len(shown) == len(set(shown)) == page.total == 48


def test_no_association_has_more_than_three_of_the_first_twenty(index: Index) -> None:
    large = [offer(n, "Jardin jardin", association_id=1) for n in range(1, 31)]
    small = [offer(n, "Un jardin au loin", association_id=n) for n in range(31, 71)]
    index.update(large + small)
    plain, fair = find(index, "jardin"), find(index, "jardin", spread=True, limit=70)
    assert sum(number <= 30 for number in ids(plain)) == 20
    assert sum(number <= 30 for number in ids(fair)[:20]) == 3
    assert sorted(ids(fair)) == list(range(1, 71))


def test_when_only_one_association_matches_it_fills_the_page(index: Index) -> None:
    index.update([offer(n, association_id=1) for n in range(1, 9)])
    assert ids(find(index, spread=True)) == list(range(1, 9))


def test_sooner_nearer_fresher_and_with_places_left_ranks_higher(index: Index) -> None:
    soon, late = ((NOW + DAY, NOW + 2 * DAY),), ((NOW + 60 * DAY, NOW + 61 * DAY),)
    base = offer(9, "Jardin", is_ongoing=False, shifts=soon)
    for better, worse in (
        (base, replace(base, id=1, cluster=1, shifts=late)),
        (base, replace(base, id=1, cluster=1, locations=(VILLEURBANNE,))),
        (base, replace(base, id=1, cluster=1, published_at=NOW - 300 * DAY)),
        (base, replace(base, id=1, cluster=1, has_places=False)),
    ):
        index.rebuild([better, worse])
        assert ids(find(index, "jardin", circle=AROUND_LYON)) == [9, 1]


def test_filters_narrow_and_join(index: Index) -> None:
    index.update(
        [
            offer(1, themes=("sport",), feed_id=5, association_id=3, campaigns=("été",)),
            offer(2, themes=("health",), open_to_minors=True, is_accessible=True),
        ]
    )
    assert ids(find(index, themes=("sport", "none"))) == [1]
    assert ids(find(index, feed_id=5)) == ids(find(index, association_id=3)) == [1]
    assert ids(find(index, campaign="été")) == [1]
    assert ids(find(index, minors=True)) == ids(find(index, accessible=True)) == [2]
    assert find(index, themes=("sport",), minors=True).total == 0


def test_among_equals_the_visitors_language_comes_first_and_nothing_is_lost(index: Index) -> None:
    index.update([offer(1, "Bike ride", language="en"), offer(2, "Balade à vélo")])
    assert ids(find(index)) == [1, 2]  # the control: nobody's language, so the lower id
    assert ids(find(index, language="fr")) == [2, 1]
    assert ids(find(index, language="en")) == [1, 2]
    assert ids(find(index, language="fr", sort="newest")) == [1, 2]


def test_a_foreign_offer_that_is_much_nearer_still_comes_first(index: Index) -> None:
    index.update(
        [offer(1, "Bike ride", language="en"), offer(2, "Vélo", locations=(VILLEURBANNE,))]
    )
    far = replace(AROUND_LYON, radius_km=100.0)
    assert ids(find(index, circle=far, language="fr")) == [2, 1]
    index.update([offer(2, "Vélo", locations=(PARIS,))])
    assert ids(find(index, circle=replace(far, radius_km=1000.0), language="fr")) == [1, 2]


def test_the_language_decides_among_thousands_as_it_does_among_few(index: Index) -> None:
    """Both the many of the visitor's language and the handful are found first without sorting all."""
    index.rebuild(
        [
            offer(
                n,
                language="en" if n % 100 == 0 else "fr",
                is_ongoing=False,
                shifts=((NOW + n * DAY // 50, NOW + n * DAY // 50 + 3600),),
            )
            for n in range(1, 1201)
        ]
    )
    assert ids(find(index, language="fr", limit=3)) == [1, 2, 3]
    assert ids(find(index, language="en", limit=3)) == [100, 200, 300]


def test_an_ongoing_offer_whose_shifts_are_not_asked_for_counts_as_in_14_days(index: Index) -> None:
    """Its next shift is later than that: what it scores is more than its shifts would give."""
    far = ((NOW + 40 * DAY, NOW + 40 * DAY + 3600),)
    index.rebuild(
        [offer(1, shifts=far), *(offer(n, published_at=NOW - 3600) for n in range(2, 405))]
    )
    assert ids(find(index, end=NOW + 7 * DAY, limit=1)) == [1]


def test_pages_by_date_show_each_of_many_equals_once(index: Index) -> None:
    index.rebuild(
        [
            offer(n, is_ongoing=False, shifts=((NOW + DAY, NOW + DAY + 3600),))
            for n in range(1, 4301)
        ]
    )
    shown = [n for at in (0, 100, 200) for n in ids(find(index, sort="date", offset=at, limit=100))]
    assert shown == list(range(1, 301))

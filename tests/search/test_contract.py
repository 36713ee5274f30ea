"""What every engine promises, said one promise at a time."""

import math
from dataclasses import replace

import pytest

from search.document import Point
from search.geo import distance_km
from search.index import Index, open_index
from search.query import Area, Box, Circle, Query, Window
from search.results import Results
from search.words import parse
from tests.search.conftest import LYON, PARIS, VILLEURBANNE, offer
from tests.search.worlds import DAY, HOUR, NOW

AROUND_LYON = Circle(45.764, 4.8357, 10.0)


def ids(results: Results) -> list[int]:
    return [hit.id for hit in results.hits]


def find(index: Index, text: str = "", **parts: object) -> Results:
    return index.search(Query(now=NOW, words=parse(text), **parts))  # type: ignore[arg-type]


# Words


def test_words_are_found_in_title_association_tags_and_description(index: Index) -> None:
    index.update(
        [
            offer(1, "Jardin partagé"),
            offer(2, association="Jardins du Rhône"),
            offer(3, tags=("jardin",)),
            offer(4, description="Entretenir un jardin."),
            offer(5, "Tri de vêtements"),
        ]
    )
    assert sorted(ids(find(index, "jardin"))) == [1, 2, 3, 4]
    assert ids(find(index, "jardin"))[0] == 1


def test_all_words_must_be_there(index: Index) -> None:
    index.update([offer(1, "Jardin pour enfants"), offer(2, "Jardin"), offer(3, "Enfants")])
    assert ids(find(index, "enfants jardin")) == [1]


def test_a_word_that_is_refused_is_not_there(index: Index) -> None:
    index.update([offer(1, "Jardin pour enfants"), offer(2, "Jardin potager")])
    assert ids(find(index, "jardin -enfants")) == [2]


def test_one_of_the_words_between_parentheses_is_enough(index: Index) -> None:
    index.update([offer(1, "Jardin"), offer(2, "Vélo"), offer(3, "Musique")])
    assert sorted(ids(find(index, "(jardin OR vélo)"))) == [1, 2]


def test_a_quoted_phrase_keeps_its_order_and_stays_in_one_field(index: Index) -> None:
    index.update(
        [
            offer(1, "Soutien scolaire"),
            offer(2, "Scolaire soutien"),
            offer(3, "Un soutien", description="Scolaire, chaque soir."),
            offer(4, tags=("soutien", "scolaire")),
        ]
    )
    assert ids(find(index, '"soutien scolaire"')) == [1]


def test_accents_and_case_do_not_matter(index: Index) -> None:
    index.update([offer(1, "BÉNÉVOLE à l’HÔPITAL")])
    assert ids(find(index, "benevole hopital")) == [1]


def test_a_word_that_nothing_contains_is_corrected_and_said(index: Index) -> None:
    index.update([offer(1, "Jardin"), offer(2, "Musique")])
    found = find(index, "jradin")
    assert (ids(found), found.corrected) == ([1], (("jradin", "jardin"),))


def test_a_word_of_three_letters_is_never_corrected(index: Index) -> None:
    index.update([offer(1, "Vélo pour tri")])
    assert find(index, "tru").total == 0


def test_a_word_that_only_a_deleted_offer_had_is_corrected(index: Index) -> None:
    index.update([offer(1, "Jardon"), offer(2, "Jardin")])
    index.update([], [1])
    assert find(index, "jardon").corrected == (("jardon", "jardin"),)


def test_a_synonym_is_found_and_ranks_below_the_word_itself(index: Index) -> None:
    index.update([offer(1, "Visiter des seniors"), offer(2, "Visiter des personnes âgées")])
    found = find(index, "personnes âgées")
    assert ids(found) == [2, 1]
    assert found.hits[1].matched == ("seniors",)


def test_each_offer_is_compared_in_its_own_language(index: Index) -> None:
    index.update(
        [
            offer(1, "Gardening with children", description="Help us.", language="en"),
            offer(2, "Boire le thé avec les anciens"),
        ]
    )
    assert ids(find(index, "the gardens")) == [1]
    assert ids(find(index, "thé")) == [2]


def test_stop_words_alone_ask_for_nothing(index: Index) -> None:
    index.update([offer(1), offer(2)])
    assert find(index, "de la").total == find(index, "the").total == 2


def test_exact_words_have_no_stems_no_corrections_and_no_stop_words(index: Index) -> None:
    index.update([offer(1, "Help in the garden #49"), offer(2, "Gardens #4")])

    def exactly(text: str) -> list[int]:
        words = parse(text, exact=True)
        return ids(index.search(Query(now=NOW, words=words, exact=True)))

    assert exactly("garden") == [1]
    assert exactly("IN") == [1]
    assert exactly("#4") == [2]
    assert exactly("gardne") == []
    assert exactly('"the garden"') == [1]


def test_when_nothing_is_found_a_shorter_text_that_finds_is_suggested(index: Index) -> None:
    index.update([offer(1, "Jardin"), offer(2, "Jardin"), offer(3, "Vélo")])
    assert find(index, "jardin vélo").suggestion == "jardin"
    assert find(index, "xylophone").suggestion is None


# Where


def test_nothing_beyond_the_circle_and_the_edge_is_inside(index: Index) -> None:
    index.update([offer(1, locations=(VILLEURBANNE,))])
    edge = distance_km(LYON.lat, LYON.lon, VILLEURBANNE.lat, VILLEURBANNE.lon)
    inside = Circle(LYON.lat, LYON.lon, edge)
    outside = replace(inside, radius_km=math.nextafter(edge, 0))
    assert find(index, circle=inside).total == 1
    assert find(index, circle=outside).total == 0


def test_an_offer_with_several_locations_is_shown_once_by_the_nearest(index: Index) -> None:
    index.update([offer(1, locations=(PARIS, VILLEURBANNE, LYON))])
    found = find(index, circle=Circle(45.772, 4.89, 20.0))
    assert (found.total, found.hits[0].location_index) == (1, 1)
    assert found.hits[0].distance_km == pytest.approx(0.02, abs=0.02)


def test_a_circle_crosses_the_date_line_and_holds_the_pole(index: Index) -> None:
    index.update(
        [
            offer(1, locations=(Point(-16.8, 179.9),)),
            offer(2, locations=(Point(-16.8, -179.9),)),
            offer(3, locations=(Point(89.9, 90.0),)),
            offer(4, locations=(Point(89.9, -90.0),)),
        ]
    )
    assert sorted(ids(find(index, circle=Circle(-16.8, 180.0, 15.0)))) == [1, 2]
    assert sorted(ids(find(index, circle=Circle(90.0, 0.0, 15.0)))) == [3, 4]


def test_a_box_may_cross_the_date_line(index: Index) -> None:
    index.update(
        [
            offer(1, locations=(Point(-16.8, 179.0),)),
            offer(2, locations=(Point(-16.8, -179.0),)),
            offer(3, locations=(Point(-16.8, 0.0),)),
        ]
    )
    assert sorted(ids(find(index, box=Box(-20, 178, -10, -178)))) == [1, 2]


def test_an_area_is_found_by_its_code_even_without_a_position(index: Index) -> None:
    index.update(
        [offer(1), offer(2, locations=(Point(None, None, "69", "ARA"),)), offer(3, locations=())]
    )
    assert sorted(ids(find(index, area=Area("departement", "69")))) == [1, 2]
    assert ids(find(index, circle=AROUND_LYON)) == [1]


def test_no_position_is_never_taken_for_zero_zero(index: Index) -> None:
    index.update([offer(1, locations=(Point(None, None, "69", "ARA"),)), offer(2, locations=())])
    assert find(index, circle=Circle(0, 0, 50.0)).total == 0
    assert find(index, circle=Circle(0, 0, math.inf)).total == 0


# When


def test_only_what_can_still_be_done_is_found(index: Index) -> None:
    over, coming = (NOW - DAY, NOW - HOUR), (NOW + DAY, NOW + DAY + HOUR)
    index.update(
        [
            offer(1, is_ongoing=False, shifts=(over,)),
            offer(2, is_ongoing=False, shifts=(over, coming)),
            offer(3, is_ongoing=False),
            offer(4, expires_at=NOW),
            offer(5, expires_at=NOW + 1),
        ]
    )
    found = find(index)
    assert sorted(ids(found)) == [2, 5]
    assert {hit.id: hit.next_at for hit in found.hits} == {2: NOW + DAY, 5: None}


def test_dates_overlap_a_shift_and_ongoing_offers_always_match(index: Index) -> None:
    index.update(
        [
            offer(1, is_ongoing=False, shifts=((NOW + DAY, NOW + 2 * DAY),)),
            offer(2, is_ongoing=False, shifts=((NOW + 5 * DAY, NOW + 6 * DAY),)),
            offer(3),
        ]
    )
    assert sorted(ids(find(index, start=NOW + 2 * DAY - 1, end=NOW + 5 * DAY))) == [1, 3]
    assert sorted(ids(find(index, start=NOW + 2 * DAY))) == [2, 3]


def test_place_and_date_belong_together_only_for_a_shift_with_its_own_location(
    index: Index,
) -> None:
    shifts = ((NOW + DAY, NOW + 2 * DAY), (NOW + 9 * DAY, NOW + 10 * DAY))
    free = offer(1, is_ongoing=False, locations=(LYON, PARIS), shifts=shifts)
    own = replace(free, id=2, cluster=2, shift_locations=(0, 1))
    index.update([free, own])
    tomorrow = {"start": NOW, "end": NOW + 3 * DAY}
    assert ids(find(index, circle=Circle(PARIS.lat, PARIS.lon, 5), **tomorrow)) == [1]
    assert sorted(ids(find(index, circle=AROUND_LYON, **tomorrow))) == [1, 2]


# Remote


def test_remote_offers_come_after_under_their_own_heading(index: Index) -> None:
    index.update(
        [
            offer(1, locations=(PARIS,), remote="full"),
            offer(2),
            offer(3, remote="possible"),
            offer(4, locations=(), remote="full"),
            offer(5, locations=(PARIS,)),
        ]
    )
    found = find(index, circle=AROUND_LYON)
    assert (ids(found), found.remote_from, found.total) == ([2, 3, 1, 4], 2, 4)
    assert [hit.location_index for hit in found.hits] == [0, 0, None, None]
    assert ids(find(index, circle=AROUND_LYON, remote="no")) == [2, 3]
    assert sorted(ids(find(index, circle=AROUND_LYON, remote="only"))) == [1, 3, 4]
    assert find(index).total == 5
    assert find(index).remote_from is None


def test_a_page_in_the_tail_goes_on_where_the_last_one_ended(index: Index) -> None:
    index.update([offer(1), *(offer(n, locations=(), remote="full") for n in range(2, 9))])
    pages = [find(index, circle=AROUND_LYON, offset=at, limit=3) for at in range(0, 9, 3)]
    assert [number for page in pages for number in ids(page)] == list(range(1, 9))


# Clusters


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


def test_a_cluster_with_a_member_at_the_place_is_not_in_the_tail_too(index: Index) -> None:
    index.update([offer(1, cluster=7), offer(2, cluster=7, locations=(), remote="full")])
    found = find(index, circle=AROUND_LYON)
    assert (ids(found), found.total, found.remote_from) == ([1], 1, None)


# Facets, order, pages


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


# Filters


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


# Completion


def test_words_are_completed_with_their_accents_most_used_first(index: Index) -> None:
    index.update([offer(1, "Hôpital"), offer(2, "Hôpital"), offer(3, "hopital"), offer(4, "Hôte")])
    assert index.complete("ho") == ("hôpital", "hôte")
    assert index.complete("HÔP", limit=1) == ("hôpital",)
    assert index.complete("") == index.complete("zz") == ()


# Changing


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

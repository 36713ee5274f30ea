"""What every engine promises: where, when and from afar."""

import math
from dataclasses import replace

import pytest

from search.document import Point
from search.geo import distance_km
from search.index import Index
from search.query import Area, Box, Circle
from tests.search.asking import AROUND_LYON, LYON, PARIS, VILLEURBANNE, find, ids, offer
from tests.search.worlds import DAY, HOUR, NOW


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

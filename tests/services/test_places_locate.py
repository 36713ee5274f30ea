"""Where a feed says an offer happens: coordinates against the address, and what is left when they disagree."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models import Precision
from portal.services import places
from portal.services.places import Located, Repair

NAN = float("nan")


pytestmark = pytest.mark.usefixtures("in_gazetteer")


def position(found: Located) -> tuple[float | None, float | None]:
    return found.lat, found.lon


def test_coordinates_that_agree_with_the_address_are_kept_exactly() -> None:
    found = places.locate("1 rue Haute", "69003", "Lyon", "", "France", 45.7601, 4.8512)
    assert position(found) == (45.7601, 4.8512)
    assert found.precision is Precision.EXACT
    assert (found.departement, found.region, found.repairs) == ("69", "84", ())


@pytest.mark.parametrize(
    "address", [{"postal_code": "75015", "city": "Paris"}, {"city": "Paris"}, {}, {"country": "FR"}]
)
def test_the_sea_off_somalia_is_not_paris(address: dict[str, str]) -> None:
    found = places.locate(**address, lat=2.35, lon=48.85)
    assert position(found) == (48.85, 2.35)
    assert found.repairs == (Repair.SWAPPED,)
    assert (found.departement, found.country) == ("75", "FR")


def test_zero_is_a_longitude_like_any_other() -> None:
    found = places.locate(postal_code="72000", city="Le Mans", lat=48.01, lon=0.0)
    assert position(found) == (48.01, 0.0)
    assert found.repairs == ()
    england = places.locate(country="GB", city="Greenwich", lat=51.48, lon=0)
    assert position(england) == (51.48, 0)


def test_zero_zero_is_a_missing_position() -> None:
    found = places.locate(city="Brest", lat=0, lon=0)
    assert found.precision is Precision.TOWN
    assert found.departement == "29"
    assert found.repairs == (Repair.IMPOSSIBLE,)


def test_a_lost_minus_is_put_back_when_the_address_says_so() -> None:
    found = places.locate(postal_code="35000", city="Rennes", lat=48.11, lon=1.68)
    assert position(found) == (48.11, -1.68)
    assert found.repairs == (Repair.SIGN,)


def test_coordinates_far_from_the_address_give_way_to_its_town() -> None:
    found = places.locate(postal_code="33000", city="Bordeaux", lat=48.85, lon=2.35)
    assert found.precision is Precision.TOWN
    assert found.place is not None and found.place.code == "33063"
    assert found.repairs == (Repair.ELSEWHERE,)


@pytest.mark.parametrize(
    ("lat", "lon"), [(NAN, 2.0), (float("inf"), 2.0), (91.0, 200.0), (48.8, None)]
)
def test_impossible_numbers_are_reported_and_not_used(lat: Any, lon: Any) -> None:
    found = places.locate(city="Lyon", lat=lat, lon=lon)
    assert found.precision is Precision.TOWN
    assert found.repairs == (Repair.IMPOSSIBLE,)
    nowhere = places.locate(lat=lat, lon=lon)
    assert position(nowhere) == (None, None)
    assert nowhere.precision is Precision.NONE


def test_a_place_that_cannot_be_found_leaves_no_position() -> None:
    found = places.locate(city="Nulle-Part-sur-Rien")
    assert position(found) == (None, None)
    assert (found.precision, found.repairs) == (Precision.NONE, (Repair.UNKNOWN,))


def test_a_name_that_many_towns_share_is_not_drawn_by_lot() -> None:
    assert places.locate(city="Saint-Denis").repairs == (Repair.AMBIGUOUS,)
    by_region = places.locate(city="Saint-Denis", region="La Réunion")
    by_code = places.locate(city="Saint-Denis", postal_code="93200")
    by_position = places.locate(city="Saint-Denis", lat=48.93, lon=2.36)
    assert by_region.departement == "974"
    assert (by_code.departement, by_position.departement) == ("93", "93")
    assert by_position.precision is Precision.EXACT


@pytest.mark.parametrize("country", ["FR", "France", "FRA", "Réunion", ""])
def test_a_postal_code_that_lost_its_zero_is_repaired(country: str) -> None:
    found = places.locate(postal_code="1000", city="Bourg-en-Bresse", country=country)
    assert (found.postal_code, found.departement) == ("01000", "01")
    assert found.repairs == (Repair.POSTCODE,)


def test_four_digits_without_a_country_or_a_town_may_be_swiss_and_stay_as_they_are() -> None:
    assert places.locate(postal_code="1200", city="Genève").postal_code == "1200"
    assert places.locate(postal_code="1000", country="BE").postal_code == "1000"


@pytest.mark.parametrize("written", ["F-75015", "75 015", "FR-75015", "75015.0"])
def test_a_postal_code_in_other_clothes_is_read(written: str) -> None:
    found = places.locate(postal_code=written, city="Paris")
    assert found.postal_code == "75015"


def test_a_leading_zero_that_is_there_stays() -> None:
    found = places.locate(postal_code="04100", city="Manosque")
    assert (found.postal_code, found.repairs) == ("04100", ())
    assert found.place is not None and found.place.code == "04112"


def test_an_area_alone_is_no_position() -> None:
    for text in ("Bretagne", "Finistère", "29"):
        found = places.locate(region=text)
        assert position(found) == (None, None)
        assert (found.precision, found.region) == (Precision.AREA, "53")
    exact = places.locate(region="Bretagne", lat=48.39, lon=-4.49)
    assert (exact.precision, exact.departement) == (Precision.EXACT, "29")


def test_a_field_for_towns_means_the_town_where_an_area_has_the_same_name() -> None:
    vienne, bretagne = places.locate(city="Vienne"), places.locate(city="Bretagne")
    assert vienne.departement == "38"
    assert (bretagne.precision, bretagne.region) == (Precision.AREA, "53")


def test_a_whole_address_on_one_line_is_read() -> None:
    found = places.locate(street="3 place Carnot, 21200 Beaune")
    assert found.place is not None and found.place.code == "21054"


def test_a_cedex_code_is_found_by_its_town() -> None:
    found = places.locate(postal_code="21206", city="BEAUNE CEDEX")
    assert found.place is not None and found.place.code == "21054"


def test_a_country_without_gazetteer_is_believed_but_for_what_cannot_be() -> None:
    boston = places.locate(city="Paris", country="US", lat=42.3, lon=-71.0)
    assert (position(boston), boston.country, boston.place) == ((42.3, -71.0), "US", None)
    swapped = places.locate(country="US", lat=-105.2, lon=40.0)
    assert (position(swapped), swapped.repairs) == ((40.0, -105.2), (Repair.SWAPPED,))
    assert position(places.locate(city="Paris", country="US")) == (None, None)


def test_coordinates_of_nowhere_near_france_are_not_used_for_an_offer_in_france() -> None:
    found = places.locate(country="France", lat=40.7, lon=-74.0)
    assert position(found) == (None, None)
    assert found.repairs == (Repair.ELSEWHERE,)


def test_without_a_country_coordinates_far_from_france_are_somewhere_else() -> None:
    found = places.locate(lat=40.7, lon=-74.0)
    assert (position(found), found.country) == ((40.7, -74.0), "US")


def test_an_unknown_country_is_reported() -> None:
    found = places.locate(city="Lyon", country="Mordor")
    assert position(found) == (None, None)
    assert Repair.COUNTRY in found.repairs


def test_overseas_is_france() -> None:
    found = places.locate(
        postal_code="97400", city="Saint-Denis", country="RE", lat=-20.88, lon=55.45
    )
    assert (found.precision, found.departement, found.country) == (Precision.EXACT, "974", "FR")


def test_nothing_written_is_nothing_to_report() -> None:
    assert places.locate() == Located()


@pytest.mark.parametrize(
    ("postal_code", "city"),
    [("97400", "Paris"), ("75001", "Lyon"), ("69001", "Marseille"), ("12345", "Lyon")],
)
def test_a_town_far_from_its_postal_code_is_reported_and_not_placed(
    postal_code: str, city: str
) -> None:
    found = places.locate(postal_code=postal_code, city=city)
    assert position(found) == (None, None)
    assert (found.precision, found.repairs) == (Precision.NONE, (Repair.CONTRADICTED,))


def test_coordinates_decide_between_a_town_and_a_postal_code_that_contradict_each_other() -> None:
    lyon = places.locate(postal_code="75001", city="Lyon", lat=45.76, lon=4.84)
    paris = places.locate(postal_code="75001", city="Lyon", lat=48.86, lon=2.34)
    assert (lyon.departement, lyon.repairs) == ("69", ())
    assert (paris.departement, paris.repairs) == ("75", ())


@pytest.mark.parametrize(
    ("postal_code", "city", "departement"),
    [
        ("69007", "Lyon", "69"),  # one of several codes
        ("69000", "Lyon", "69"),  # the whole city
        ("69361", "Lyon Cedex 03", "69"),
        ("92974", "Paris La Défense Cedex", "92"),
        ("69003", "Lyon 3e", "69"),
        ("69003", "Villeurbanne", "69"),  # the code of its neighbour
        ("75015", "Boulogne-Billancourt", "92"),  # of a neighbour in another département
        ("13001", "Arles", "13"),
        ("97417", "La Montagne", "974"),  # a part of Saint-Denis, and a town near Nantes
        ("69003", "Part-Dieu", "69"),
    ],
)
def test_a_town_that_may_have_this_postal_code_contradicts_nothing(
    postal_code: str, city: str, departement: str
) -> None:
    found = places.locate(postal_code=postal_code, city=city)
    assert (found.departement, found.repairs) == (departement, ())


@pytest.mark.parametrize("city", ["Nulle", ""])
def test_a_postal_code_that_no_town_has_leaves_no_position(city: str) -> None:
    found = places.locate(postal_code="12345", city=city)
    assert position(found) == (None, None)
    assert (found.precision, found.repairs) == (Precision.NONE, (Repair.UNKNOWN,))

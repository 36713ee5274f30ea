"""Towns abroad: proposed after those of France, named in both languages, and never in the way of a French address."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.offer import Precision
from portal.models.place import PlaceKind
from portal.services import places
from portal.services.places import Repair, abroad, areas, matching, names

pytestmark = pytest.mark.usefixtures("in_gazetteer")


NAMES = {
    "Londres (Royaume-Uni)": "London (United Kingdom)",
    "Bruxelles (Belgique)": "Brussels (Belgium)",
    "Genève (Suisse)": "Geneva (Switzerland)",
    "Cologne (Allemagne)": "Cologne (Germany)",
    "Barcelone (Espagne)": "Barcelona (Spain)",
    "Turin (Italie)": "Turin (Italy)",
    "Liège (Belgique)": "Liège (Belgium)",
    "Boston (MA, États-Unis)": "Boston (MA, United States)",
}


@pytest.mark.parametrize(("french", "english"), NAMES.items())
def test_a_town_abroad_is_named_in_either_language(french: str, english: str) -> None:
    found, same = places.resolve(french).best, places.resolve(english).best
    assert found is not None and found == same
    assert (found.label_in("fr"), found.label_in("en")) == (french, english)


MEANINGS = {
    # in French, in English and as it is called there; France goes first
    "Londres": "2643743",
    "London": "2643743",
    "Londres (Royaume-Uni)": "2643743",
    "London (United Kingdom)": "2643743",
    "London, UK": "2643743",
    "London (Canada)": "6058560",
    "Bruxelles": "2800866",
    "Brussels": "2800866",
    "brussel": "2800866",
    "Genève": "2660646",
    "geneve": "2660646",
    "Geneva": "2660646",
    "Bâle": "2661604",
    "Basel": "2661604",
    "Cologne": "2886242",
    "Köln": "2886242",
    "Cologne (Gers)": "32106",
    "Barcelone": "3128760",
    "Barcelona": "3128760",
    "Vienne (Autriche)": "2761369",
    "Vienna": "2761369",
    "Valence (Espagne)": "2509954",
    "Valencia": "2509954",
    "Bruges (Belgique)": "2800931",
    "Bruges": "33075",
    "Montréal": "11254",
    "Montréal (Canada)": "6077243",
    "La Haye": "50236",
    "Portland (OR, États-Unis)": "5746545",
    "Monaco": "2993458",
    "Dakar": "2253354",
    "Brest (Biélorussie)": "629634",
}


@pytest.mark.parametrize(("text", "code"), MEANINGS.items())
def test_a_text_means_this_town(text: str, code: str) -> None:
    found = places.resolve(text).best
    assert found is not None and found.code == code


def test_a_town_of_france_has_one_name() -> None:
    found = places.resolve("Marseille").best
    assert found is not None and found.label_in("en") == found.label


def test_each_name_of_the_list_leads_to_its_town() -> None:
    named = places.Named()
    for given in areas.exonyms():
        found = {
            row.name
            for name in (given["french"], given["english"], *given["local"].split("|"))
            if name
            for row in named.of(names.key(name))
            if row.country == given["country"]
        }
        assert given["french"] in found, given


def test_no_town_of_the_table_is_in_france_or_small() -> None:
    towns = list(abroad.shipped())
    assert not [town for town in towns if areas.country(town.country) in (None, "FR")]
    small = [town for town in towns if town.population < 15_000]
    assert len(small) < 70  # capitals, and what has a French name
    assert abroad.TABLE.stat().st_size < 400_000


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("bruxe", "Bruxelles (Belgique)"),
        ("brussels", "Bruxelles (Belgique)"),
        ("lond", "Londres (Royaume-Uni)"),
        ("genèv", "Genève (Suisse)"),
        ("cologne", "Cologne (Allemagne)"),
        ("barcelo", "Barcelone (Espagne)"),
        ("nan", "Nantes (Loire-Atlantique)"),
        ("saint d", "Saint-Denis (La Réunion)"),
        ("vienne", "Vienne (département)"),
        ("ly", "Lyon (Rhône)"),
        ("tou", "Toulouse (Haute-Garonne)"),
        ("s", "Strasbourg (Bas-Rhin)"),
    ],
)
def test_completion_puts_france_before_the_world(typed: str, first: str) -> None:
    assert places.complete(typed)[0].label == first


@pytest.mark.parametrize("text", ["Valence", "Vienne", "Bruges", "Saint-Denis"])
def test_a_namesake_abroad_never_goes_before_a_town_of_france(text: str) -> None:
    found = places.resolve(text)
    assert found.best is not None and found.best.country == "FR"
    assert found.is_ambiguous


@pytest.mark.parametrize("text", ["Orléans", "Brest", "Lille"])
def test_a_namesake_abroad_that_is_no_larger_is_not_asked_about(text: str) -> None:
    found = places.resolve(text)
    assert found.best is not None and found.best.country == "FR"
    assert not found.is_ambiguous
    assert found.rivals[0].country != "FR"


def test_an_address_without_a_country_is_in_france_unless_its_coordinates_say_otherwise() -> None:
    alone = places.locate(city="Valence")
    assert (alone.country, alone.departement, alone.repairs) == ("FR", "26", ())
    spanish = places.locate(city="Valence", lat=39.47, lon=-0.37)
    assert (spanish.country, spanish.precision) == ("ES", Precision.EXACT)
    told = places.locate(city="Cologne", country="DE")
    assert told.place is not None and told.place.population > 1_000_000


def test_a_point_at_the_border_is_in_the_country_it_is_said_to_be_in() -> None:
    on_the_bridge = {"lat": 47.589, "lon": 7.588}  # three kilometres from the middle of Basel
    found = places.locate(**on_the_bridge, country="FR")
    assert (found.country, found.departement, found.repairs) == ("FR", "68", ())
    swiss = places.locate(**on_the_bridge, country="CH")
    assert (swiss.country, swiss.departement) == ("CH", "")


def test_swapped_coordinates_of_marseille_are_not_taken_for_a_town_in_africa() -> None:
    found = places.locate(lat=5.37, lon=43.30)
    assert (found.country, found.departement) == ("FR", "13")
    assert found.repairs == (Repair.SWAPPED,)
    assert places.locate(lat=51.5, lon=-0.12).country == "GB"


def test_a_swapped_point_near_two_towns_is_the_one_in_france(in_gazetteer: Session) -> None:
    # Somewhere the world has a town where a town of France would be, turned round.
    table = select(matching.Place.lat, matching.Place.lon).where(
        matching.Place.kind == PlaceKind.TOWN
    )
    turned = [
        (lat, lon)
        for lat, lon in in_gazetteer.execute(table)
        if 42.5 < lon < 50.5 and -4 < lat < 7 and places.near(lon, lat, within_km=60)
    ]
    assert turned, "no town of the table lies there: this test says nothing"
    for lat, lon in turned:
        assert places.locate(lat=lat, lon=lon).country == "FR"

"""Completion while somebody types."""

from __future__ import annotations

import pytest

from portal.services import places

pytestmark = pytest.mark.usefixtures("in_gazetteer")


def labels(prefix: str, limit: int = 8) -> list[str]:
    return [match.label for match in places.complete(prefix, limit)]


def test_the_most_populated_comes_first() -> None:
    assert labels("ly")[0] == "Lyon (Rhône)"
    assert labels("mars")[0] == "Marseille (Bouches-du-Rhône)"
    assert labels("st et")[0] == "Saint-Étienne (Loire)"


def test_the_exact_name_comes_before_a_bigger_town_that_begins_alike() -> None:
    assert labels("rue")[:2] == ["Rue (Somme)", "Rueil-Malmaison (Hauts-de-Seine)"]


def test_a_village_of_exactly_this_name_is_there_but_not_before_the_city_on_the_way() -> None:
    found = labels("mars")
    assert found[0] == "Marseille (Bouches-du-Rhône)"
    assert found[3] == "Mars (Loire)"


def test_a_common_beginning_is_ranked_as_a_full_sort_would_rank_it() -> None:
    found = [match.population for match in places.complete("saint d", 20)]
    assert len(found) == 20
    assert found == sorted(found, reverse=True)


def test_the_article_may_be_left_out() -> None:
    assert "Le Havre (Seine-Maritime)" in labels("hav")
    assert "L'Haÿ-les-Roses (Val-de-Marne)" in labels("hay les")


def test_arrondissements_do_not_fill_the_list_until_they_are_asked_for() -> None:
    assert "Parthenay (Deux-Sèvres)" in labels("par")
    assert "Paris 15e" in labels("paris ")
    assert labels("paris 15") == ["Paris 15e"]


def test_areas_are_proposed_among_the_towns() -> None:
    assert "Bretagne (région)" in labels("bretag")
    assert labels("cote d or") == ["Côte-d'Or (département)"]


def test_digits_propose_an_area_then_the_towns_of_its_postal_codes() -> None:
    assert labels("69")[:2] == ["Rhône (département)", "Lyon (Rhône)"]
    assert labels("69003")[0] == "Lyon 3e"
    assert "Châtillon-sur-Chalaronne (Ain)" in labels("01400")


def test_a_label_never_stands_twice() -> None:
    for prefix in ("s", "sa", "saint", "saint m", "la", "ville", "bo", "9", "97", "974"):
        found = labels(prefix, 20)
        assert len(found) == len(set(found)), prefix


@pytest.mark.parametrize("prefix", ["", " ", "%", "_", "🌻", "1", "123456", "zzzz", "x" * 300])
def test_what_begins_no_place_gives_an_empty_list(prefix: str) -> None:
    assert labels(prefix) == []


def test_the_limit_is_kept_within_reason() -> None:
    assert len(labels("sa", 3)) == 3
    assert len(labels("sa", 10_000)) == 20
    assert labels("sa", -1) == []


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        ("2A", "Corse-du-Sud (département)"),
        ("2b", "Haute-Corse (département)"),
        ("PACA", "Provence-Alpes-Côte d'Azur (région)"),
        ("idf", "Île-de-France (région)"),
        ("nantes centre", "Nantes (Loire-Atlantique)"),
        ("Gare de Nantes", "Nantes (Loire-Atlantique)"),
    ],
)
def test_a_code_a_short_name_or_a_part_of_a_town_completes(prefix: str, first: str) -> None:
    assert labels(prefix)[0] == first

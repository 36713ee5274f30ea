"""Places by less than their names: a région's letters, a part of a town, half of a name."""

from __future__ import annotations

import pytest

from portal.services import places
from portal.services.places import areas

pytestmark = pytest.mark.usefixtures("in_gazetteer")


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("PACA", "Provence-Alpes-Côte d'Azur (région)"),
        ("IDF", "Île-de-France (région)"),
        ("ARA", "Auvergne-Rhône-Alpes (région)"),
        ("hdf", "Hauts-de-France (région)"),
        ("BFC", "Bourgogne-Franche-Comté (région)"),
        ("CVL", "Centre-Val de Loire (région)"),
        ("NAQ", "Nouvelle-Aquitaine (région)"),
        ("nantes centre", "Nantes (Loire-Atlantique)"),
        ("Nantes centre-ville", "Nantes (Loire-Atlantique)"),
        ("centre-ville de Nantes", "Nantes (Loire-Atlantique)"),
        ("gare de Nantes", "Nantes (Loire-Atlantique)"),
        ("Nantes nord", "Nantes (Loire-Atlantique)"),
        ("Nord", "Nord (département)"),
    ],
)
def test_a_short_name_or_a_part_of_a_town_is_understood(text: str, label: str) -> None:
    found = places.resolve(text).best
    assert found is not None and found.label == label


def test_no_place_of_france_bears_the_short_name_of_a_region() -> None:
    assert not any(map(places.Named().of, areas.SHORT_NAMES))
    assert all(areas.called(name) for name in areas.SHORT_NAMES)


MEANT = {
    # What people call a large town for short, though a village has the very name.
    "Aix": "Aix-en-Provence",
    "chalon": "Chalon-sur-Saône",
    "Asnières": "Asnières-sur-Seine",
    "Aulnay": "Aulnay-sous-Bois",
    "Bourg": "Bourg-en-Bresse",
    "Champigny": "Champigny-sur-Marne",
    "Fontenay": "Fontenay-sous-Bois",
    "Montigny": "Montigny-le-Bretonneux",
    "Neuilly": "Neuilly-sur-Seine",
    "Romans": "Romans-sur-Isère",
    "Saint-Germain": "Saint-Germain-en-Laye",
    "Saint-Maur": "Saint-Maur-des-Fossés",
    "St Ouen": "Saint-Ouen-sur-Seine",
    "Salon": "Salon-de-Provence",
    "Cologne": "Cologne",
    "Le Caire": "Le Caire",
    # or no place at all has it.
    "Châlons": "Châlons-en-Champagne",
    "Boulogne": "Boulogne-Billancourt",
    "Brive": "Brive-la-Gaillarde",
    "Cagnes": "Cagnes-sur-Mer",
    "Épinay": "Épinay-sur-Seine",
    "Issy": "Issy-les-Moulineaux",
    "Ivry": "Ivry-sur-Seine",
    "La Roche": "La Roche-sur-Yon",
    "Les Sables": "Les Sables-d'Olonne",
    "Levallois": "Levallois-Perret",
    "Noisy": "Noisy-le-Grand",
    "Villefranche": "Villefranche-sur-Saône",
    "Vitry": "Vitry-sur-Seine",
    # A town keeps its name, whatever larger one goes on with it.
    "Clermont": "Clermont",
    "Villeneuve": "Villeneuve",
    "Nogent": "Nogent",
    "Grenade": "Grenade",
    "La Haye": "La Haye",
    "Montréal": "Montréal",
    "Médan": "Médan",
    "Lons": "Lons",
    "Saint-Denis": "Saint-Denis",
    "Saint-Étienne": "Saint-Étienne",
    "Montreuil": "Montreuil",
    "Tours": "Tours",
    # And a village, where no town is called so for short.
    "Bois": "Bois",
    "Mars": "Mars",
    "Pont": "Pont",
    "Roche": "Roche",
    "Rue": "Rue",
    "Saint": "Le Saint",
}


@pytest.mark.parametrize(("text", "name"), MEANT.items())
def test_a_short_name_means_the_town_that_most_people_mean(text: str, name: str) -> None:
    found = places.resolve(text).best
    assert found is not None and found.name == name


@pytest.mark.parametrize(
    ("text", "rival"),
    [
        ("Aix", "Aix (Corrèze)"),
        ("Bourg", "Bourg (Gironde)"),
        ("Cologne", "Cologne (Gers)"),
        ("Clermont", "Clermont-Ferrand (Puy-de-Dôme)"),
        ("Villeneuve", "Villeneuve-d'Ascq (Nord)"),
        ("Boulogne", "Boulogne-sur-Mer (Pas-de-Calais)"),
    ],
)
def test_whom_a_short_name_may_mean_besides_is_asked(text: str, rival: str) -> None:
    found = places.resolve(text)
    assert found.is_ambiguous and found.rivals[0].label == rival
    assert places.resolve(rival).best == found.rivals[0]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Vitry 94", "Vitry-sur-Seine (Val-de-Marne)"),
        ("Vitry (51)", "Vitry-le-François (Marne)"),
        ("Vitry, Val-de-Marne", "Vitry-sur-Seine (Val-de-Marne)"),
        ("Boulogne (Pas-de-Calais)", "Boulogne-sur-Mer (Pas-de-Calais)"),
        ("Aix 13", "Aix-en-Provence (Bouches-du-Rhône)"),
        ("aix (73)", "Aix-les-Bains (Savoie)"),
        ("Aix 19", "Aix (Corrèze)"),
        ("st germain 78", "Saint-Germain-en-Laye (Yvelines)"),
    ],
)
def test_a_short_name_with_its_departement_is_the_town_there(text: str, label: str) -> None:
    found = places.resolve(text)
    assert found.best is not None and found.best.label == label
    assert not found.is_ambiguous


@pytest.mark.parametrize("text", ["Vitry 75", "Paris 21", "Lyon 12", "Aix (Bretagne)"])
def test_a_short_name_with_another_departement_is_none(text: str) -> None:
    assert places.resolve(text).best is None


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("à Lyon", "Lyon (Rhône)"),
        ("a lyon", "Lyon (Rhône)"),
        ("au Havre", "Le Havre (Seine-Maritime)"),
        ("aux Lilas", "Les Lilas (Seine-Saint-Denis)"),
        ("près d’Aix", "Aix-en-Provence (Bouches-du-Rhône)"),
        ("à côté du Mans", "Le Mans (Sarthe)"),
        ("autour de Paris 20", "Paris 20e"),
        ("near London", "Londres (Royaume-Uni)"),
    ],
)
def test_a_word_that_leads_to_a_place_is_no_part_of_its_name(text: str, label: str) -> None:
    found = places.resolve(text).best
    assert found is not None and found.label == label


@pytest.mark.parametrize("text", ["en ligne", "sur place", "à distance", "à", "près de chez moi"])
def test_what_is_no_place_stays_none(text: str) -> None:
    assert places.resolve(text).best is None


@pytest.mark.parametrize("text", ["la", "le", "les", "l'", "sainte", "Sables", "Digne"])
def test_an_article_or_a_part_of_no_large_town_is_no_name(text: str) -> None:
    assert places.resolve(text).best is None


def test_who_says_which_village_is_not_asked_again() -> None:
    assert not places.resolve("Aix (Corrèze)").is_ambiguous
    assert not places.resolve("Rochefort").is_ambiguous


def test_the_address_of_a_feed_means_what_it_says() -> None:
    found = places.locate(city="Aix")
    assert found.place is not None and found.place.label == "Aix (Corrèze)"
    assert not found.repairs

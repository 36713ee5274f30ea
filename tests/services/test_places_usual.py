"""Places by the names that people use and no official table has: former communes, quarters, islands, massifs."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models.offer import Precision
from portal.models.place import Place, PlaceKind
from portal.services import places
from portal.services.places import matching, names, usual

pytestmark = pytest.mark.usefixtures("in_gazetteer")


MEANT = {
    # former communes
    "Annecy-le-Vieux": "Annecy (Haute-Savoie)",
    "Seynod": "Annecy (Haute-Savoie)",
    "Lomme": "Lille (Nord)",
    "Lomme (59)": "Lille (Nord)",
    "59160 Lomme": "Lille (Nord)",
    "à Hellemmes": "Lille (Nord)",
    "Pierre-Bénite": "Oullins-Pierre-Bénite (Rhône)",
    "Oullins": "Oullins-Pierre-Bénite (Rhône)",
    "Cherbourg-Octeville": "Cherbourg-en-Cotentin (Manche)",
    "Cherbourg": "Cherbourg-en-Cotentin (Manche)",
    "Pierrefitte-sur-Seine": "Saint-Denis (Seine-Saint-Denis)",
    "Moret-sur-Loing": "Moret-Loing-et-Orvanne (Seine-et-Marne)",
    "Le Château-d'Olonne": "Les Sables-d'Olonne (Vendée)",
    "Courcouronnes": "Évry-Courcouronnes (Essonne)",
    # a village that has the very name gives way
    "Évry": "Évry-Courcouronnes (Essonne)",
    "evry": "Évry-Courcouronnes (Essonne)",
    "91000 Évry": "Évry-Courcouronnes (Essonne)",
    "Évry (89)": "Évry (Yonne)",
    "Évry (Yonne)": "Évry (Yonne)",
    "Gerland": "Lyon 7e",
    "Gerland (21)": "Gerland (Côte-d'Or)",
    # new towns, quarters, resorts
    "Marne-la-Vallée": "Marne-la-Vallée",
    "Cergy-Pontoise": "Cergy (Val-d'Oise)",
    "La Défense": "La Défense (Hauts-de-Seine)",
    "sophia-antipolis": "Sophia Antipolis (Alpes-Maritimes)",
    "Montmartre": "Paris 18e",
    "la Croix-Rousse": "Lyon 4e",
    "Juan-les-Pins": "Antibes (Alpes-Maritimes)",
    "La Baule": "La Baule-Escoublac (Loire-Atlantique)",
    "Chamonix": "Chamonix-Mont-Blanc (Haute-Savoie)",
    # islands and lands
    "Île de Ré": "Île de Ré (Charente-Maritime)",
    "ile d'oléron": "Île d'Oléron (Charente-Maritime)",
    "Belle-Île": "Belle-Île-en-Mer (Morbihan)",
    "Noirmoutier": "Île de Noirmoutier (Vendée)",
    "Île de la Réunion": "La Réunion (département)",
    "Pays basque": "Le Pays basque (Pyrénées-Atlantiques)",
    "Côte d’Azur": "Côte d'Azur",
    "Vercors": "Le Vercors",
    "dans le Vercors": "Le Vercors",
    "Alsace": "Alsace",
    "Bourgogne": "Bourgogne",
    # what has its own place keeps it
    "Saint-Germain-des-Prés": "Saint-Germain-des-Prés (Loiret)",
    "Noirmoutier-en-l'Île": "Noirmoutier-en-l'Île (Vendée)",
    "Suisse": "Suisse (Moselle)",
    "Boulogne": "Boulogne-Billancourt (Hauts-de-Seine)",
    "Bourgogne-Franche-Comté": "Bourgogne-Franche-Comté (région)",
    "Marne": "Marne (département)",
    "Saint-Denis": "Saint-Denis (La Réunion)",
    "Cologne": "Cologne (Allemagne)",
    "Les Arcs": "Les Arcs (Var)",
    "L'Île-d'Yeu": "L'Île-d'Yeu (Vendée)",
    "Nogent": "Nogent (Haute-Marne)",
    "Orléans": "Orléans (Loiret)",
}


@pytest.mark.parametrize("text", MEANT)
def test_a_name_means_what_people_mean(text: str) -> None:
    best = places.resolve(text).best
    assert best is not None and best.label == MEANT[text]


def test_every_name_leads_to_the_place_that_its_table_says() -> None:
    for table in (usual.USUAL, usual.FORMER):
        rows = list(usual.table(table))
        named = places.Named()
        named.ahead(names.key(row["name"]) for row in rows)
        for row in rows:
            assert row["code"] in {one.code for one in named.of(names.key(row["name"]))}, row


def test_a_commune_that_has_the_very_name_and_is_not_tiny_stays_first(
    in_gazetteer: Session,
) -> None:
    rows = (row for table in (usual.USUAL, usual.FORMER) for row in usual.table(table))
    lands = (name for row in usual.lands() for name in (row.name, *row.other_names))
    called = {names.key(name): name for name in (*(row["name"] for row in rows), *lands)}
    own = in_gazetteer.scalars(
        select(Place.key).where(
            Place.kind == PlaceKind.COMMUNE, Place.population >= matching.A_TOWN
        )
    )
    theirs = called.keys() & set(own)
    assert theirs
    for key in theirs:
        best = places.resolve(called[key]).best
        assert best is not None and names.key(best.name) == key


def test_no_former_commune_has_the_name_of_another_place(in_gazetteer: Session) -> None:
    """So that a village of today is never taken for a part of a town, nor a town abroad for a former village here."""
    former = {names.key(row["name"]) for row in usual.table(usual.FORMER)}
    assert not former & set(in_gazetteer.scalars(select(Place.key)))


def test_each_land_has_a_label_that_leads_back_to_it_and_a_circle_of_its_own() -> None:
    for land in usual.lands():
        for text in (land.name, *land.other_names):
            best = places.resolve(text).best
            assert best is not None and (best.kind, best.code) == (places.LAND, land.code), text
        assert places.resolve(best.label).best == best == places.resolve(best.label_in("en")).best
    best = places.resolve("Île de Ré").best
    assert best is not None and (best.radius_km, best.area) == (15, "")


def test_completion_proposes_them_by_the_people_who_are_called_so() -> None:
    def labels(prefix: str) -> list[str]:
        return [match.label for match in places.complete(prefix)]

    assert labels("évr")[0] == "Évry-Courcouronnes (Essonne)"
    assert labels("annecy-le")[0] == "Annecy (Haute-Savoie)"
    assert labels("ile de r") == ["Île de Ré (Charente-Maritime)"]
    assert labels("verco")[0] == "Le Vercors"
    # Montfavet is a part of Avignon, whose 90,000 people do not come before Montauban for it.
    assert "Avignon (Vaucluse)" not in labels("mont")
    assert labels("montfa")[0] == "Avignon (Vaucluse)"


def test_a_feed_that_writes_a_former_commune_is_placed_in_the_one_of_today() -> None:
    found = places.locate(postal_code="69310", city="Pierre-Bénite")
    assert found.place is not None and found.place.code == "69149"
    assert (found.precision, found.departement) == (Precision.TOWN, "69")
    assert places.locate(city="Seynod").place == places.locate(city="Annecy").place


def test_a_feed_that_writes_a_wide_land_has_no_position_but_that_which_it_gives() -> None:
    alone = places.locate(city="Côte d'Azur")
    assert (alone.lat, alone.precision, alone.region) == (None, Precision.AREA, "93")
    beside = places.locate(city="Côte d'Azur", lat=43.775, lon=7.5)
    assert (beside.lat, beside.precision, beside.departement) == (43.775, Precision.EXACT, "06")
    island = places.locate(city="Île de Ré")
    assert (island.precision, island.departement) == (Precision.TOWN, "17")
    far = places.locate(city="Île de Ré", lat=48.85, lon=2.35)
    assert (far.lat, far.repairs) == (island.lat, (places.Repair.ELSEWHERE,))


def test_a_position_is_never_named_by_a_land(in_gazetteer: Session) -> None:
    for land in usual.lands():
        assert land.lat is not None and land.lon is not None
        near = places.near(land.lat, land.lon)
        assert near is not None and near.kind != places.LAND


def test_a_sentence_may_end_with_them() -> None:
    assert places.at_the_end("jardin à Évry") == ("jardin", "Évry")
    assert places.at_the_end("jardin évry") == ("jardin", "évry")
    assert places.at_the_end("chantier dans le Vercors") == ("chantier", "le Vercors")
    # A former village is one: it is read where it is written as a name.
    assert places.at_the_end("saut à la perche") is None
    assert places.at_the_end("don de survie") is None

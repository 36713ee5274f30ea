"""How towns and days are said inside a sentence: du Havre, d’Aix-en-Provence, le mardi 1er décembre."""

from __future__ import annotations

from datetime import date

import pytest
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from portal import clock
from portal.formatting import day
from portal.language import in_town, of_town
from portal.models.place import PlaceKind
from portal.services import places
from portal.services.places import PlaceRow
from tests.visitor import BASE, Visitor

TOWNS = {
    "Lyon": ("de Lyon", "à Lyon"),
    "Île de Ré": ("de l’Île de Ré", "à l’Île de Ré"),
    "Aix-en-Provence": ("d’Aix-en-Provence", "à Aix-en-Provence"),
    "Évreux": ("d’Évreux", "à Évreux"),
    "Œuilly": ("d’Œuilly", "à Œuilly"),
    "Yvetot": ("d’Yvetot", "à Yvetot"),
    "Yaoundé (Cameroun)": ("de Yaoundé (Cameroun)", "à Yaoundé (Cameroun)"),
    "Haguenau": ("de Haguenau", "à Haguenau"),
    "Le Havre": ("du Havre", "au Havre"),
    "Les Lilas": ("des Lilas", "aux Lilas"),
    "La Rochelle": ("de La Rochelle", "à La Rochelle"),
    "L'Haÿ-les-Roses": ("de L'Haÿ-les-Roses", "à L'Haÿ-les-Roses"),
    "Lestelle-Bétharram": ("de Lestelle-Bétharram", "à Lestelle-Bétharram"),
}


@pytest.mark.parametrize(("town", "told"), TOWNS.items())
def test_a_town_is_joined_to_its_sentence(app: Flask, town: str, told: tuple[str, str]) -> None:
    with app.test_request_context(base_url=BASE):
        assert (of_town(town), in_town(town)) == told
        with force_locale("en"):
            assert (of_town(town), in_town(town)) == (f"of {town}", f"in {town}")


def test_the_first_of_a_month_is_said_as_the_french_do(app: Flask) -> None:
    this, next_one = clock.today().year, clock.today().year + 1
    with app.test_request_context(base_url=BASE):
        assert day(date(this, 12, 1)).endswith(" 1er décembre")
        assert day(date(next_one, 12, 1)).endswith(f" 1er décembre {next_one}")
        assert day(date(this, 12, 11)).endswith(" 11 décembre")
        with force_locale("en"):
            assert day(date(this, 12, 1)).endswith(", December 1")


@pytest.fixture
def looker(app: Flask, session: Session) -> Visitor:
    havre = PlaceRow(
        "76351", PlaceKind.COMMUNE, "Le Havre", "76", "28", "FR", 166_687, 49.4938, 0.1077
    )
    places.load([havre])
    session.commit()
    return Visitor(app)


@pytest.mark.parametrize(
    ("language", "where", "when"),
    [
        ("fr", "à moins de 10 km du Havre (Seine-Maritime)", ", le dimanche 1er décembre 2030"),
        ("en", "within 10 km of Le Havre (Seine-Maritime)", ", on Sunday, December 1, 2030"),
    ],
)
def test_a_search_says_its_town_and_its_day(
    looker: Visitor, language: str, where: str, when: str
) -> None:
    page = looker.get(f"/search?place=le+havre&from=2030-12-01&to=2030-12-01&lang={language}")
    assert page.soup.title is not None
    assert f"{where}{when}" in page.soup.title.get_text()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ("theme=education", "0 besoin : Éducation"),
        ("theme=education&lang=en", "0 ways to help: Education"),
        ("minors=1", "0 besoin : ouvert aux mineurs"),
        ("area=69&remote=no", "0 besoin : Rhône, sur place"),
        ("area=69&remote=no&lang=en", "0 ways to help: Rhône, in person"),
        ("q=lire&theme=education", "0 besoin « lire », Éducation"),
        ("when=today&minors=1", "0 besoin aujourd’hui, ouvert aux mineurs"),
        ("sort=date", "0 besoin"),
    ],
)
def test_a_name_follows_the_count_after_a_colon(looker: Visitor, asked: str, told: str) -> None:
    title = looker.get(f"/search?{asked}").soup.title
    assert title is not None and title.get_text() == f"{told} – Relais"


@pytest.mark.parametrize(
    ("language", "heading"),
    [("fr", "Devenir bénévole au Havre"), ("en", "Volunteer in Le Havre")],
)
def test_the_page_of_a_town_says_it_in_its_heading(
    looker: Visitor, language: str, heading: str
) -> None:
    assert looker.get(f"/towns/le-havre-76?lang={language}").heading == heading

"""A search around a town abroad: the page, its twins and both APIs, in both languages."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.models.place import PlaceKind
from portal.services import indexing, places
from portal.services.places import PlaceRow, abroad
from tests import factories, gazetteer
from tests.visitor import Visitor

TOWNS = ("Londres", "London", "Bruxelles", "Bruges", "Genève")
IN_BRUSSELS = {
    "street": "Grand-Place 1", "postal_code": "1000", "city": "Bruxelles", "country": "BE",
    "departement": "", "region": "", "lat": 50.8467, "lon": 4.3525,
}  # fmt: skip


@pytest.fixture
def looker(app: Flask, session: Session) -> Visitor:
    """A need in Lyon, one in Brussels, and a handful of towns abroad."""
    app.config["DEMO"] = True  # its key is testkey
    session.add(factories.offer(title="Planter à Lyon"))
    session.add(
        factories.offer(title="Trier des livres", locations=[factories.location(**IN_BRUSSELS)])
    )
    bruges = PlaceRow("33075", PlaceKind.COMMUNE, "Bruges", "33", "75", "FR", 20_020, 44.9, -0.6)
    places.load([*gazetteer.ROWS, bruges, *(row for row in abroad.shipped() if row.name in TOWNS)])
    indexing.rebuild()
    session.commit()
    return Visitor(app)


@pytest.mark.parametrize(
    ("typed", "language", "label"),
    [
        ("Bruxelles", "fr", "Bruxelles (Belgique)"),
        ("Brussels", "fr", "Bruxelles (Belgique)"),
        ("Bruxelles", "en", "Brussels (Belgium)"),
        ("brussels (belgium)", "en", "Brussels (Belgium)"),
    ],
)
def test_the_page_finds_what_is_there_and_names_the_country_in_its_language(
    looker: Visitor, typed: str, language: str, label: str
) -> None:
    page = looker.get("/search", query_string={"place": typed, "lang": language})
    assert page.soup.title is not None and label in page.soup.title.get_text()
    assert "Trier des livres" in page.text and "Planter à Lyon" not in page.text
    assert (
        page.soup.select(".understood") and label in page.soup.select(".understood")[0].get_text()
    )


def test_the_twins_find_the_same(looker: Visitor) -> None:
    answer = looker.get("/search.json?place=Bruxelles&lang=en").response.get_json()
    assert [offer["title"] for offer in answer["offers"]] == ["Trier des livres"]
    assert answer["understood"]["place"] == "Brussels (Belgium)"
    assert answer["understood"]["radius_km"] == 10
    for twin in ("rss", "atom", "ics", "geojson", "csv"):
        body = looker.get(f"/search.{twin}?place=Bruxelles").response.get_data(as_text=True)
        assert "Trier des livres" in body and "Planter à Lyon" not in body, twin


def test_both_apis_find_the_same(looker: Visitor) -> None:
    ours = looker.get("/api/v1/offers?place=Brussels").response.get_json()
    assert [offer["title"] for offer in ours["offers"]] == ["Trier des livres"]
    theirs = looker.get("/api/volopps?key=testkey&vol_loc=Brussels&output=json").response
    assert "Trier des livres" in theirs.get_data(as_text=True), theirs.get_data(as_text=True)
    assert "Planter" not in theirs.get_data(as_text=True)


def test_the_other_town_of_a_name_is_a_click_away(looker: Visitor) -> None:
    page = looker.get("/search?place=Bruges&lang=en")
    assert page.soup.title is not None and "Bruges (Gironde)" in page.soup.title.get_text()
    (rival,) = page.soup.find_all("a", string="Bruges (Belgium)")
    there = looker.get(str(rival["href"]))
    assert there.soup.title is not None and "Bruges (Belgium)" in there.soup.title.get_text()


@pytest.mark.parametrize(
    ("language", "name", "country"),
    [("fr", "Londres", "Royaume-Uni"), ("en", "London", "United Kingdom")],
)
def test_a_completion_is_in_the_language_of_the_page_and_kept_apart(
    looker: Visitor, language: str, name: str, country: str
) -> None:
    answer = looker.get(f"/places?q=lond&lang={language}").response
    assert answer.json is not None
    first = answer.json[0]
    assert (first["value"], first["text"], first["more"]) == (f"{name} ({country})", name, country)
    assert {"Accept-Language", "Cookie"} <= set(answer.vary)

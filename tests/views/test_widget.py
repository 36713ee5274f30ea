"""The search in a frame on other sites: light, nameless, and nothing in it runs."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.db import Database
from portal.models import Offer
from portal.services import indexing
from tests import factories
from tests.people import Cast
from tests.signing_in import sign_in
from tests.trust.payloads import PAYLOADS
from tests.trust.reading import faults_of_page
from tests.visitor import BASE, Visitor

MOST_BYTES = 30_000


@pytest.fixture
def offers(session: Session) -> list[Offer]:
    made = [
        factories.offer(title="Planter une haie", shifts=[factories.shift(days=3)]),
        factories.offer(
            title="Trier des livres",
            themes=["education"],
            shifts=[factories.shift(days=4)],
            locations=[factories.location(city="Villeurbanne", lat=45.80, lon=4.98)],
        ),
        factories.offer(title="Répondre au téléphone", is_ongoing=True, shifts=[]),
    ]
    session.add_all(made)
    session.commit()
    indexing.rebuild()
    session.commit()
    return made


def frame(visitor: Visitor, query: str = "") -> Any:
    return visitor.client.get(f"/widget?{query}", base_url=BASE, headers={"Accept-Encoding": "br"})


def test_it_lists_what_the_search_finds_and_every_link_leaves_the_frame(
    visitor: Visitor, offers: list[Offer]
) -> None:
    page = visitor.get("/widget?theme=education")
    assert "Trier des livres" in page.words and "Planter une haie" not in page.words
    links = page.soup.select("a")
    assert links and all(link["target"] == "_blank" for link in links)
    assert all(str(link["href"]).startswith(BASE) for link in links)


def test_its_form_keeps_what_its_site_chose(visitor: Visitor, offers: list[Offer]) -> None:
    page = visitor.get("/widget?theme=education&view=calendar&num=2")
    assert page.soup.select_one("form")["action"] == "/widget"
    found = visitor.submit("/widget", q="haie")
    assert found.status == 200 and "Rien ici" in found.words
    assert found.soup.select_one("input[name=view]")["value"] == "calendar"


def test_the_calendar_goes_by_day_and_the_map_has_a_dot_for_each_place(
    visitor: Visitor, offers: list[Offer]
) -> None:
    days = [head.text for head in visitor.get("/widget?view=calendar").soup.select(".widget__date")]
    assert len(days) == 3 and days[-1] == "Toute l’année, à convenir"
    drawn = visitor.get("/widget?view=map").soup
    dots = drawn.select("circle.widget__dot")
    assert len(dots) == 2
    assert all(0 < float(dot["cx"]) < 640 and 0 < float(dot["cy"]) < 400 for dot in dots)


def test_it_weighs_little_runs_nothing_and_any_site_may_frame_it(
    visitor: Visitor, offers: list[Offer]
) -> None:
    response = frame(visitor, "view=map&num=20")
    text = visitor.client.get("/widget?view=map&num=20", base_url=BASE).get_data(as_text=True)
    assert "<script" not in text and "X-Frame-Options" not in response.headers
    assert "frame-ancestors *" in response.headers["Content-Security-Policy"]
    [sheet] = re.findall(r'<link rel="stylesheet" href="([^"]+)"', text)
    style = visitor.client.get(sheet, base_url=BASE, headers={"Accept-Encoding": "br"})
    assert len(response.data) + len(style.data) < MOST_BYTES
    assert re.findall(r'(?:src|preload)[^>]*="(?!/static)', text) == []


def test_it_knows_nobody_even_with_a_session(
    visitor: Visitor, offers: list[Offer], cast: Cast, database: Database
) -> None:
    stranger = frame(visitor).data
    sign_in(visitor, cast.alice)
    assert cast.alice.first_name in visitor.get("/").words  # the control: other pages do know her
    response = frame(visitor)
    assert response.data == stranger and "Set-Cookie" not in response.headers
    assert "no-store" not in response.headers["Cache-Control"]


@pytest.mark.parametrize("payload", PAYLOADS[::4])
def test_no_parameter_becomes_markup(visitor: Visitor, offers: list[Offer], payload: str) -> None:
    for name in ("q", "place", "theme", "view", "num", "radius", "box", "association"):
        for path in ("/widget", "/widget/new"):
            page = visitor.client.get(path, base_url=BASE, query_string={name: payload})
            assert page.status_code == 200
            assert faults_of_page(page.get_data(as_text=True)) == []


def test_the_snippet_is_the_address_that_was_chosen(visitor: Visitor) -> None:
    visitor.get("/widget/new")
    page = visitor.submit("/widget/new", place="Lyon", theme="education", view="map")
    snippet = html.unescape(
        page.soup.select_one("textarea").text
    )  # as a browser reads the attribute
    assert "<iframe" in snippet and "/widget?place=Lyon&theme=education&view=map" in snippet
    assert visitor.get(re.search(r'src="([^"]+)"', snippet)[1].removeprefix(BASE)).status == 200

"""The search page: what it shows, says and proposes; and that no address makes it fail."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock
from portal.models import Offer, Remote
from portal.services import indexing
from search.index import IndexUnavailable
from search.memory import MemoryIndex
from search.query import Query
from search.results import Results
from tests import factories, gazetteer
from tests.visitor import BASE, Visitor


@pytest.fixture
def offers(session: Session) -> list[Offer]:
    """Twenty-five gardens around Lyon, a library, a translation from afar."""
    gardens = [
        factories.offer(
            title=f"Jardin numéro {n}",
            locations=[factories.location(lat=45.75 + n / 1000, lon=4.85)],
        )
        for n in range(25)
    ]
    library = factories.offer(title="Lire des histoires", themes=["education"])
    remote = factories.offer(
        title="Traduire des notices",
        themes=["skills"],
        remote=Remote.FULL,
        is_ongoing=True,
        locations=[],
        shifts=[factories.undated_shift()],
    )
    session.add_all([*gardens, library, remote])
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()  # ends the reading: what a page asks the worker may write
    return [*gardens, library, remote]


@pytest.fixture
def looker(app: Flask) -> Iterator[Visitor]:
    yield Visitor(app)


def test_the_page_lists_offers_with_their_count(looker: Visitor, offers: list[Offer]) -> None:
    page = looker.get("/search?q=jardin")
    assert page.status == 200 and page.heading
    assert page.soup.find(id="search-status").get_text() == "25 besoins"  # type: ignore[union-attr]
    assert len(page.soup.select("article.card")) == 20


def test_the_second_page_shows_the_rest(looker: Visitor, offers: list[Offer]) -> None:
    first = looker.get("/search?q=jardin").soup.select("article.card")
    second = looker.get("/search?q=jardin&page=2").soup.select("article.card")
    assert len(second) == 5
    assert not {c["data-offer"] for c in first} & {c["data-offer"] for c in second}


def test_distance_and_remote_heading(looker: Visitor, offers: list[Offer]) -> None:
    page = looker.get("/search?lat=45.75&lon=4.85&radius=5&sort=distance")
    assert "m" in page.soup.select("article.card")[0].get_text()
    assert page.soup.find(id="remote-title") is None  # the tail is on the last page
    last = looker.get("/search?lat=45.75&lon=4.85&radius=5&sort=distance&page=2")
    assert last.soup.find(id="remote-title") is not None


def test_counts_of_filters_agree_with_the_click(looker: Visitor, offers: list[Offer]) -> None:
    page = looker.get("/search")
    for box in page.soup.select("input[name=theme]"):
        count = box.find_parent("label").select_one(".check__count").get_text()  # type: ignore[union-attr]
        clicked = looker.get(f"/search?theme={box['value']}")
        assert clicked.soup.find(id="search-status").get_text().startswith(count)  # type: ignore[union-attr]


def test_nothing_found_is_no_dead_end(looker: Visitor, offers: list[Offer]) -> None:
    page = looker.get("/search?q=histoires&theme=environment")
    links = page.soup.select(".empty a")
    assert {looker.get(str(a["href"])).status for a in links} == {200}
    assert "1 besoin sans" in page.words


def test_where_no_single_filter_helps_everything_is_proposed(
    looker: Visitor, offers: list[Offer]
) -> None:
    page = looker.get("/search?q=zzzzz&minors=1&accessible=1")
    assert page.soup.find(id="search-status").get_text() == "0 besoin"  # type: ignore[union-attr]
    assert page.soup.select('.empty a[href="/search"]')


def test_a_filter_is_undone_by_its_pill(looker: Visitor, offers: list[Offer]) -> None:
    page = looker.get("/search?q=jardin&theme=education")
    pills = {
        a.get_text().split("enlever")[0].strip(): a["href"]
        for a in page.soup.select("#understood a.pill")
    }
    assert pills["« jardin »"] == "/search?theme=education"


@pytest.mark.parametrize(
    "query",
    ["radius=-1&lat=45&lon=4", "radius=0&lat=45&lon=4", "radius=40000&lat=45&lon=4"]
    + ["radius=nan&lat=45&lon=4", "lat=91&lon=0", "from=2026-12-31&to=2026-01-01", "page=-3"]
    + ["page=1000000000", "theme=astrology", "place=Zzyzx", "sort=price", "area=999"]
    + ["q=%00%27%22%3Cscript%3E", "box=1,2", "q=" + "a+" * 200],
)  # fmt: skip
def test_a_bad_value_gets_a_sentence_and_never_an_error(
    looker: Visitor, offers: list[Offer], query: str
) -> None:
    page = looker.get(f"/search?{query}")
    assert page.status == 200
    assert page.soup.select(".understood__note") or "Rien ici" in page.words


def test_htmx_gets_the_swapped_parts_only(looker: Visitor, offers: list[Offer]) -> None:
    response = looker.client.get("/search?q=jardin", headers={"HX-Request": "true"}, base_url=BASE)
    text = response.get_data(as_text=True)
    assert "HX-Request" in response.headers["Vary"]
    assert "<html" not in text and "<h1" not in text
    for part in ("results", "search-status", "understood", "filters-body"):
        assert f'id="{part}"' in text


def test_an_unchanged_page_is_answered_304(looker: Visitor, offers: list[Offer]) -> None:
    first = looker.client.get("/search?q=jardin", base_url=BASE)
    assert "Set-Cookie" not in first.headers
    again = looker.client.get(
        "/search?q=jardin", base_url=BASE, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304 and again.get_data() == b""


def test_a_changed_page_is_answered_anew(
    looker: Visitor, offers: list[Offer], session: Session
) -> None:
    first = looker.client.get("/search?q=histoires", base_url=BASE)
    offers[25].title = "Lire des histoires à voix haute"
    session.commit()
    again = looker.client.get(
        "/search?q=histoires", base_url=BASE, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 200


def test_the_page_is_the_same_when_the_engine_cannot_answer(
    app: Flask, looker: Visitor, offers: list[Offer]
) -> None:
    class Broken(MemoryIndex):
        def search(self, query: Query) -> Results:
            raise IndexUnavailable("locked")

    cards = [c["data-offer"] for c in looker.get("/search?q=jardin").soup.select("article.card")]
    app.extensions["index"] = Broken()
    app.extensions["index_asked_at"] = clock.epoch()  # a repair was asked for just now
    page = looker.get("/search?q=jardin")
    assert page.status == 200
    assert [c["data-offer"] for c in page.soup.select("article.card")] == cards


def test_a_place_is_understood_and_its_namesakes_are_proposed(
    looker: Visitor, offers: list[Offer]
) -> None:
    page = looker.get("/search?place=saint-denis")
    assert "km de Saint-Denis" in page.words
    rivals = page.soup.select(".understood__rivals a")
    assert len(rivals) == 1 and looker.get(str(rivals[0]["href"])).status == 200


def test_the_page_of_a_town_has_one_address(looker: Visitor, offers: list[Offer]) -> None:
    assert "Lyon" in looker.get("/towns/lyon-69").heading
    moved = looker.get("/towns/lyon", follow=False)
    assert (moved.status, moved.response.headers["Location"]) == (301, "/towns/lyon-69")
    assert looker.get("/towns/atlantis").status == 404


@pytest.mark.parametrize(
    ("typed", "used"),
    [
        ("(jardn)", "jardin"),
        ("JARDN!", "jardin"),
        ("jardi*", "jardin"),
        ("numéro,JARDN", "numéro jardin"),
        ('"jardin numéro" -vélo jardn', '"jardin numéro" -vélo jardin'),
    ],
)
def test_a_correction_says_what_was_searched(
    looker: Visitor, offers: list[Offer], typed: str, used: str
) -> None:
    page = looker.get(f"/search?{urlencode({'q': typed})}")
    (said,) = page.soup.select("#understood .understood__rivals strong")
    assert said.get_text() == used


def test_words_complete_the_last_word(looker: Visitor, offers: list[Offer]) -> None:
    found = looker.get("/words?q=lire+des+hist").response.get_json()
    assert found["words"][0] == {"value": "lire des histoires", "text": "histoires"}


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("l'hist", "l'histoires"),
        ("l’hist", "l'histoires"),
        ("jardin -hist", "jardin -histoires"),
        ("(hist", "(histoires"),
        ("(hist)", None),
        ('"des hist', '"des histoires'),
        ("jardin,hist", "jardin,histoires"),
        ("jardin ", None),
    ],
)
def test_what_is_before_the_word_that_is_completed_stays(
    looker: Visitor, offers: list[Offer], typed: str, value: str | None
) -> None:
    found = looker.get(f"/words?{urlencode({'q': typed})}").response.get_json()
    assert [word["value"] for word in found["words"][:1]] == ([value] if value else [])


def test_a_theme_has_a_page_and_an_unknown_one_has_none(
    looker: Visitor, offers: list[Offer]
) -> None:
    assert "Éducation" in looker.get("/themes/education").heading
    assert looker.get("/themes/astrology").status == 404


@pytest.mark.parametrize("language", ["fr", "en"])
def test_without_words_offers_in_the_visitors_language_come_first(
    looker: Visitor, session: Session, language: str
) -> None:
    spoken = ("fr", "en") if language == "en" else ("en", "fr")  # the other one has the lower id
    session.add_all(factories.offer(title=f"Offer in {one}", language=one) for one in spoken)
    indexing.rebuild()
    session.commit()
    titles = looker.get(f"/search?lang={language}").soup.select("article.card .card__title")
    assert [title.get_text()[-2:] for title in titles] == [*reversed(spoken)]

"""The All for Good API: what its clients ask, in their words, and what they get."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from lxml import etree
from sqlalchemy.orm import Session

from portal import clock
from portal.models import Feed, Offer, Remote
from portal.services import indexing
from search.geo import distance_km
from tests import factories, gazetteer
from tests.visitor import BASE, Visitor

KEYS = (
    "id title description pubDate groupid provider startDate endDate base_url xml_url url_short latlong "
    "location_name interest_count impressions quality_score categories skills virtual addr1 addrname1 "
    "sponsoringOrganizationName openEnded startTime endTime contactNoneNeeded contactEmail contactPhone "
    "contactName detailUrl audienceAll audienceAge minAge audienceSexRestricted street1 street2 city region "
    "postalCode country volunteers_needed micro self_directed distance categoryTags audienceTags"
)
FP = "{http://www.allforgood.org/}"


@pytest.fixture
def offers(app: Flask, session: Session) -> list[Offer]:
    app.config["DEMO"] = True
    feed = Feed(name="demo-partner")
    session.add(feed)
    session.flush()
    lille = {"city": "Lille", "departement": "59", "lat": 50.6366, "lon": 3.0635}
    made = [
        factories.offer(
            title=f"Garden day #{n}",
            locations=[factories.location(lat=45.7578 + n / 100)],
            shifts=[factories.shift(days=n + 1)],
            tags=["seniors"] if n == 3 else [],
        )
        for n in range(12)
    ]
    made += [
        factories.offer(title="Garden in Lille", locations=[factories.location(**lille)]),
        factories.offer(title="Gardens online", remote=Remote.FULL, locations=[], feed_id=feed.id),
    ]
    session.add_all(made)
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()  # ends the reading: what a page asks the worker may write
    return made


def ask(visitor: Visitor, query: str) -> dict[str, Any]:
    response = visitor.client.get(f"/api/volopps?key=testkey&{query}", base_url=BASE)
    assert response.status_code == 200
    answer: dict[str, Any] = json.loads(response.get_data())
    return answer


def titles(visitor: Visitor, query: str) -> set[str]:
    return {item["title"] for item in ask(visitor, f"num=999&{query}")["items"]}


def test_the_document_has_the_keys_that_clients_read(visitor: Visitor, offers: list[Offer]) -> None:
    answer = ask(visitor, "q=garden&output=json")
    assert set(answer) == {
        "version",
        "href",
        "description",
        "language",
        "lastBuildDate",
        "num",
        "TotalMatch",
        "items",
    }
    assert (answer["version"], answer["num"], answer["TotalMatch"]) == (1.0, 10, 13)
    assert set(KEYS.split()) == set(answer["items"][0])
    assert isinstance(answer["items"][0]["categories"], list)


def test_words_are_exact_but_for_case_and_accents(visitor: Visitor, offers: list[Offer]) -> None:
    assert len(titles(visitor, "q=GÁRDEN")) == 13  # not "Gardens"
    assert titles(visitor, "q=gardens") == {"Gardens online"}
    assert titles(visitor, "q=in+garden") == {"Garden in Lille"}


def test_a_hash_token_is_a_word_of_its_own(visitor: Visitor, offers: list[Offer]) -> None:
    assert titles(visitor, "q=%231") == {"Garden day #1"}


def test_exclusion_phrases_and_alternatives(visitor: Visitor, offers: list[Offer]) -> None:
    assert titles(visitor, "q=garden+-day") == {"Garden in Lille"}
    assert titles(visitor, "q=%22garden+in%22") == {"Garden in Lille"}
    assert titles(visitor, "q=(lille+OR+online)") == {"Garden in Lille", "Gardens online"}


def test_a_category_is_one_of_our_themes(visitor: Visitor, offers: list[Offer]) -> None:
    assert ask(visitor, "q=category:Environment")["TotalMatch"] == 14
    assert ask(visitor, "q=category:Astrology")["TotalMatch"] == 0


@pytest.mark.parametrize("miles", [1, 3, 5, 50])
def test_nothing_is_farther_than_the_miles_asked(
    visitor: Visitor, offers: list[Offer], miles: int
) -> None:
    items = ask(visitor, f"vol_loc=Lyon&vol_dist={miles}&num=999")["items"]
    near = [o for o in offers[:12] if _km(o) <= miles * 1.609344]
    assert {item["title"] for item in items} == {offer.title for offer in near}
    assert all(item["distance"] <= miles for item in items)


@pytest.mark.parametrize("typed", ["3mi", "3 mi", "3 miles", "3MI.", "3,0mi"])
def test_a_distance_may_say_that_it_is_miles(
    visitor: Visitor, offers: list[Offer], typed: str
) -> None:
    plain = ask(visitor, "vol_loc=Lyon&vol_dist=3&num=999")
    found = ask(visitor, f"vol_loc=Lyon&vol_dist={typed}&num=999")
    assert found["items"] == plain["items"] != [] and "notes" not in found


@pytest.mark.parametrize("typed", ["3km", "mi", "3 m", "-3mi"])
def test_what_is_no_distance_in_miles_is_said(
    visitor: Visitor, offers: list[Offer], typed: str
) -> None:
    assert ask(visitor, f"vol_loc=Lyon&vol_dist={typed}")["notes"]


def test_two_whole_numbers_are_no_position(visitor: Visitor, offers: list[Offer]) -> None:
    assert ask(visitor, "vol_loc=45 4&q=garden")["notes"]


def _km(offer: Offer) -> float:
    at = offer.locations[0]
    assert at.lat is not None and at.lon is not None
    return distance_km(45.7578, 4.8320, at.lat, at.lon)


def test_positions_virtual_and_anywhere(visitor: Visitor, offers: list[Offer]) -> None:
    assert titles(visitor, "vol_loc=50.63,3.06,12") == {"Garden in Lille"}
    assert titles(visitor, "vol_loc=virtual") == {"Gardens online"}
    assert ask(visitor, "vol_loc=anywhere")["TotalMatch"] == 14


def test_a_place_that_cannot_be_found_finds_nothing_and_says_so(
    visitor: Visitor, offers: list[Offer]
) -> None:
    answer = ask(visitor, "vol_loc=Zzyzx&q=garden")
    assert answer["TotalMatch"] == 0 and "Zzyzx" in answer["notes"][0]


def test_nothing_asked_finds_nothing(visitor: Visitor, offers: list[Offer]) -> None:
    assert ask(visitor, "")["TotalMatch"] == 0


def test_paging_is_stable(visitor: Visitor, offers: list[Offer]) -> None:
    whole = [item["id"] for item in ask(visitor, "q=garden&num=13")["items"]]
    for start in (2, 5, 11):
        part = [item["id"] for item in ask(visitor, f"q=garden&num=3&start={start}")["items"]]
        assert part == whole[start - 1 : start + 2]


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%m/%d/%Y"])
def test_dates_are_read_both_ways(visitor: Visitor, offers: list[Offer], form: str) -> None:
    starts_at = offers[2].shifts[0].starts_at
    assert starts_at is not None
    day = starts_at.astimezone(clock.PARIS)
    query = f"q=day&vol_startdate={day.strftime(form)}&vol_enddate={day.strftime(form)}"
    assert "Garden day #2" in titles(visitor, query)
    assert "Garden day #6" not in titles(visitor, query)


def test_a_period_wins_over_dates(visitor: Visitor, offers: list[Offer]) -> None:
    assert titles(visitor, "timeperiod=today&vol_startdate=2000-01-01") == set()


def test_a_provider_is_a_feed_by_its_name(visitor: Visitor, offers: list[Offer]) -> None:
    assert titles(visitor, "vol_provider=demo-partner") == {"Gardens online"}
    assert ask(visitor, "source=demo-partner")["items"][0]["provider"] == "demo-partner"
    assert ask(visitor, "vol_provider=nobody&q=garden")["TotalMatch"] == 0


def test_rss_tells_the_same_with_fp_elements(visitor: Visitor, offers: list[Offer]) -> None:
    response = visitor.client.get(
        "/api/volopps?key=testkey&output=rss&vol_loc=Lyon&vol_dist=50", base_url=BASE
    )
    items = etree.fromstring(response.get_data()).findall("channel/item")
    assert len(items) == 10
    for item in items:
        assert set(KEYS.split()) <= {child.tag.removeprefix(FP) for child in item}
        lat, _comma, lon = item.findtext(f"{FP}latlong").partition(",")
        assert 45 < float(lat) < 46 and float(lon) == 4.8424


def test_a_remote_offer_has_no_position(visitor: Visitor, offers: list[Offer]) -> None:
    [item] = ask(visitor, "vol_loc=virtual")["items"]
    assert (item["latlong"], item["virtual"]) == ("", True)


def test_an_unknown_output_is_refused_with_the_known_ones(
    visitor: Visitor, offers: list[Offer]
) -> None:
    page = visitor.get("/api/volopps?key=testkey&q=garden&output=yaml")
    assert page.status == 400 and "rss" in page.text


@pytest.mark.parametrize("key", ["", "wrong", "testkey2"])
def test_without_a_valid_key_a_readable_401(
    visitor: Visitor, offers: list[Offer], key: str
) -> None:
    assert visitor.get(f"/api/volopps?key={key}&q=garden").status == 401
    rss = visitor.get(f"/api/volopps?key={key}&q=garden&output=rss")
    assert rss.status == 401
    assert "clé" in etree.fromstring(rss.response.get_data()).findtext("channel/title")


READERS: dict[str, Callable[[bytes], str]] = {
    "json": lambda body: json.loads(body)["error"],
    "rss": lambda body: etree.fromstring(body).findtext("channel/description") or "",
    "xml": lambda body: etree.fromstring(body).findtext("channel/description") or "",
    "csv": lambda body: next(csv.DictReader(io.StringIO(body.decode())))["error"],
    "tsv": lambda body: next(csv.DictReader(io.StringIO(body.decode()), delimiter="\t"))["error"],
    "html": lambda body: BeautifulSoup(body, "lxml").h1.get_text(),  # type: ignore[union-attr]
}


@pytest.mark.parametrize("output", READERS)
def test_a_refusal_is_read_like_an_answer_of_its_output(
    app: Flask, visitor: Visitor, offers: list[Offer], output: str
) -> None:
    address = f"/api/volopps?q=garden&output={output}"
    good = visitor.client.get(f"{address}&key=testkey", base_url=BASE)
    app.config["API_PER_MINUTE"] = 1  # of whoever has no key
    without = [visitor.client.get(address, base_url=BASE) for _ in range(2)]
    assert [one.status_code for one in without] == [401, 429]
    for one, said in zip(without, ("clé valide", "beaucoup en une minute"), strict=True):
        assert said in READERS[output](one.get_data())
        assert one.content_type == good.content_type
    assert without[1].headers["Retry-After"] == "60"


def test_the_demo_key_opens_nothing_outside_the_demo(
    app: Flask, visitor: Visitor, offers: list[Offer]
) -> None:
    app.config["DEMO"] = False
    assert visitor.get("/api/volopps?key=testkey&q=garden").status == 401


def test_the_answer_may_be_kept_five_minutes_and_is_tagged(
    visitor: Visitor, offers: list[Offer]
) -> None:
    response = visitor.client.get("/api/volopps?key=testkey&q=garden", base_url=BASE)
    assert response.headers["Cache-Control"] == "public, max-age=300" and response.headers["ETag"]


@pytest.mark.parametrize("output", ["json", "rss", "xml", "csv", "tsv", "html"])
def test_every_output_answers(visitor: Visitor, offers: list[Offer], output: str) -> None:
    response = visitor.client.get(
        f"/api/volopps?key=testkey&q=garden&output={output}&num=-4&start=x&vol_dist=nan&sort=?",
        base_url=BASE,
    )
    assert response.status_code == 200 and b"Garden day" in response.get_data()

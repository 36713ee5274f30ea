"""The twins of a search: the same offers as JSON, RSS, Atom, ICS, GeoJSON and CSV."""

from __future__ import annotations

import csv
import io
import json

import pytest
import requests
from icalendar import Calendar
from lxml import etree
from sqlalchemy.orm import Session

from portal import clock, db
from portal.api import calendar as api_calendar
from portal.api import offers as api_offers
from portal.formats import FeedItem, ReadSettings
from portal.formats import read as read_feed
from portal.models import Offer, Remote
from portal.services import indexing, signups
from portal.services import offers as offers_service
from tests import factories, gazetteer
from tests.statements import counted
from tests.visitor import BASE, Visitor

TWINS = ("json", "rss", "atom", "ics", "geojson", "csv")


@pytest.fixture
def offers(session: Session) -> list[Offer]:
    made = [
        factories.offer(title=f"Jardin {n}", shifts=[factories.shift(days=n + 1)])
        for n in range(24)
    ]
    made.append(factories.offer(title="Lecture", remote=Remote.FULL, locations=[]))
    session.add_all(made)
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()  # ends the reading: what a page asks the worker may write
    return made


def asked(visitor: Visitor, path: str) -> bytes:
    response = visitor.client.get(path, base_url=BASE)
    assert response.status_code == 200, path
    return response.get_data()


def test_the_json_pages_hold_every_offer_once(visitor: Visitor, offers: list[Offer]) -> None:
    first = json.loads(asked(visitor, "/search.json?q=jardin"))
    assert (first["total"], first["pages"], len(first["offers"])) == (24, 2, 20)
    second = json.loads(asked(visitor, first["next"].removeprefix(BASE)))
    ids = [offer["id"] for offer in first["offers"] + second["offers"]]
    assert len(set(ids)) == 24 and second["next"] is None


def test_the_json_says_how_the_question_was_read(visitor: Visitor, offers: list[Offer]) -> None:
    answer = json.loads(asked(visitor, "/search.json?place=Lyon&radius=-1&remote=no"))
    assert answer["understood"]["place"] == "Lyon (Rhône)"
    assert answer["understood"]["radius_km"] == 10
    assert any("-1" in note for note in answer["understood"]["notes"])
    offer = answer["offers"][0]
    assert offer["distance_km"] < 10 and offer["shifts"][0]["places_left"] == 10
    counts = {facet["value"]: facet["count"] for facet in answer["facets"]["theme"]}
    assert counts["environment"] == answer["total"] == 24


def test_the_own_api_is_the_same_answer(visitor: Visitor, offers: list[Offer]) -> None:
    mine = json.loads(asked(visitor, "/api/v1/offers?q=lecture"))
    assert mine["offers"] == json.loads(asked(visitor, "/search.json?q=lecture"))["offers"]
    ident = mine["offers"][0]["id"]
    assert json.loads(asked(visitor, f"/api/v1/offers/{ident}"))["title"] == "Lecture"
    assert visitor.get("/api/v1/offers/99999").status == 404


def test_rss_and_atom_hold_titles_addresses_and_places(
    visitor: Visitor, offers: list[Offer]
) -> None:
    rss = etree.fromstring(asked(visitor, "/search.rss?q=jardin"))
    assert len(rss.findall("channel/item")) == 24
    assert rss.find("channel/item/{http://www.georss.org/georss}point").text == "45.7458 4.8424"
    atom = etree.fromstring(asked(visitor, "/search.atom?q=jardin"))
    assert len(atom.findall("{http://www.w3.org/2005/Atom}entry")) == 24


def test_the_calendar_has_an_event_a_shift_in_local_time(
    visitor: Visitor, offers: list[Offer]
) -> None:
    calendar = Calendar.from_ical(asked(visitor, "/search.ics?q=jardin"))
    events = calendar.walk("VEVENT")
    assert len(events) == 24 and len({str(event["UID"]) for event in events}) == 24
    assert [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")] == ["Europe/Paris"]
    one = Calendar.from_ical(asked(visitor, f"/offers/{offers[0].id}-{offers[0].slug}.ics"))
    assert str(one.walk("VEVENT")[0]["UID"]) in {str(event["UID"]) for event in events}


def test_data_has_all_the_dates_of_an_offer_and_another_portal_keeps_them(
    visitor: Visitor, session: Session
) -> None:
    weekly = [factories.shift(days=7 * n + 1) for n in range(26)]
    daily = [factories.shift(days=n + 1) for n in range(201)]
    session.add_all([factories.offer(title="Chorale", shifts=weekly)])
    session.add_all([factories.offer(title="Veille", shifts=daily)])
    session.commit()
    indexing.rebuild()
    session.commit()  # ends the reading: what a page asks the worker may write
    for path in ("/search.json", "/api/v1/offers"):
        body = asked(visitor, f"{path}?q=chorale")
        [one] = json.loads(body)["offers"]
        assert (len(one["shifts"]), one["has_more_shifts"]) == (26, False)
        [item] = read_feed(io.BytesIO(body), ReadSettings())
        assert isinstance(item, FeedItem) and len(item.shifts) == 26
    assert len(Calendar.from_ical(asked(visitor, "/search.ics?q=chorale")).walk("VEVENT")) == 26
    [more] = json.loads(asked(visitor, "/search.json?q=veille"))["offers"]
    assert (len(more["shifts"]), more["has_more_shifts"]) == (200, True)


def test_a_calendar_of_too_many_dates_gives_the_next_ones_and_says_so(
    visitor: Visitor, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for title, first in (("Veille du soir", 1), ("Veille du matin", 3)):
        dates = [factories.shift(days=first + 4 * n) for n in range(6)]
        session.add(factories.offer(title=title, shifts=dates))
    session.commit()
    indexing.rebuild()
    session.commit()

    def told() -> tuple[list[int], str]:
        calendar = Calendar.from_ical(asked(visitor, "/search.ics?q=veille"))
        starts = sorted(event["DTSTART"].dt for event in calendar.walk("VEVENT"))
        days = [(start - clock.now()).days for start in starts]
        return days, str(calendar.get("X-WR-CALDESC", ""))

    monkeypatch.setattr(api_calendar, "MOST_DATES", 12)
    assert (len(told()[0]), told()[1]) == (12, "")
    monkeypatch.setattr(api_calendar, "MOST_DATES", 5)
    days, note = told()
    assert days == [0, 2, 4, 6, 8]  # of both offers by turns
    assert note == "Les 5 prochaines dates sur 12. Précisez la recherche pour les avoir toutes."


def test_a_calendar_tells_who_subscribed_what_will_not_take_place(
    visitor: Visitor, offers: list[Offer], session: Session
) -> None:
    def events() -> list[tuple[str, int]]:
        calendar = Calendar.from_ical(asked(visitor, f"/offers/{ident}.ics"))
        return [(str(e["STATUS"]), int(e["SEQUENCE"])) for e in calendar.walk("VEVENT")]

    ident = offers[0].id
    offers[0].shifts.append(factories.shift(days=9))
    session.commit()
    [(before, first), (_, second)] = events()
    assert before == "CONFIRMED"
    with db.database().writing() as writing:
        signups.cancel_shift(writing.get_one(Offer, ident).shifts[1])
        writing.commit()
    assert events() == [("CONFIRMED", first), ("CANCELLED", second + 1)]
    with db.database().writing() as writing:
        offers_service.close(writing.get_one(Offer, ident), factories.person())
        writing.commit()
    assert [status for status, _ in events()] == ["CANCELLED", "CANCELLED"]
    assert events()[0][1] > first


def test_the_map_gets_what_has_a_position(visitor: Visitor, offers: list[Offer]) -> None:
    features = json.loads(asked(visitor, "/search.geojson"))["features"]
    assert len(features) == 24
    assert features[0]["geometry"]["coordinates"] == [4.8424, 45.7458]


def test_a_map_says_how_many_there_are_and_where_the_next_ones_are(
    visitor: Visitor, offers: list[Offer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_offers, "ON_A_MAP", 10)
    path, ids, returned = "/search.geojson?remote=also", [], []
    for _page in range(3):
        page = json.loads(asked(visitor, path))
        assert page["numberMatched"] == 25  # one of them without a position
        assert page["numberReturned"] == len(page["features"])
        returned.append(page["numberReturned"])
        ids += [feature["id"] for feature in page["features"]]
        path = next((link["href"].removeprefix(BASE) for link in page["links"] if link["rel"] == "next"), "")  # fmt: skip
    assert path == "" and len(returned) == 3 and sum(returned) == 24
    assert sorted(ids) == sorted(offer.id for offer in offers[:24])


def test_a_table_names_its_next_page_until_the_last(
    visitor: Visitor, offers: list[Offer], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(api_offers, "IN_A_TABLE", 10)
    path, ids = "/search.csv?q=jardin", []
    for _page in range(3):
        response = visitor.client.get(path, base_url=BASE)
        text = response.get_data(as_text=True).removeprefix("\ufeff")
        ids += [row["id"] for row in csv.DictReader(io.StringIO(text))]
        following = requests.utils.parse_header_links(response.headers.get("Link", ""))
        path = next((one["url"].removeprefix(BASE) for one in following if one["rel"] == "next"), "")  # fmt: skip
    assert path == "" and len(set(ids)) == len(ids) == 24
    assert "Link" in response.headers["Access-Control-Expose-Headers"]


@pytest.mark.parametrize("title", ["=1+1", "+33 6", "-2", "@SUM(A1)", "\t=1", " =1", "＝1"])
def test_no_cell_is_a_formula(visitor: Visitor, session: Session, title: str) -> None:
    session.add(factories.offer(title=title, slug="x"))
    session.commit()
    indexing.rebuild()
    session.commit()  # ends the reading: what a page asks the worker may write
    text = asked(visitor, "/search.csv").decode("utf-8-sig")
    [row] = csv.DictReader(io.StringIO(text))
    assert row["title"] == f"'{title}"


@pytest.mark.parametrize("twin", TWINS)
def test_each_twin_is_tagged_open_and_takes_few_statements(
    visitor: Visitor, offers: list[Offer], twin: str
) -> None:
    with counted(db.database().engine) as statements:
        first = visitor.client.get(f"/search.{twin}?q=jardin&place=Lyon", base_url=BASE)
    assert first.headers["Access-Control-Allow-Origin"] == "*" and "Set-Cookie" not in first.headers
    assert len(statements) <= 4
    again = visitor.client.get(
        f"/search.{twin}?q=jardin&place=Lyon",
        base_url=BASE,
        headers={"If-None-Match": first.headers["ETag"]},
    )
    assert again.status_code == 304


@pytest.mark.parametrize("twin", TWINS)
def test_no_bad_value_makes_a_twin_fail(visitor: Visitor, offers: list[Offer], twin: str) -> None:
    asked(
        visitor, f"/search.{twin}?radius=nan&lat=91&page=-3&theme=x&place=%00&from=x&sort=x&box=1"
    )


def test_a_private_contact_is_in_no_twin(
    visitor: Visitor, offers: list[Offer], session: Session
) -> None:
    offers[0].contact_email, offers[0].association.email = (
        "secret@example.org",
        "bureau@example.org",
    )
    session.commit()
    for twin in TWINS:
        body = asked(visitor, f"/search.{twin}")
        assert b"secret@" not in body and b"bureau@" not in body

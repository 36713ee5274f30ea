"""The All for Good API as its clients of 2009 read it: with a feed reader, a DOM, a table, and what HTTP has."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import timedelta
from xml.dom import minidom

import feedparser
import pytest
from sqlalchemy.orm import Session

from portal.models import Offer, OfferDay
from tests.api.volopps import NOW, ask, get
from tests.api.volopps import volopps_world as volopps_world
from tests.visitor import BASE, Visitor


def test_nothing_usable_finds_nothing(visitor: Visitor, world: list[Offer]) -> None:
    for query in ("", "num=5&output=json", "sort=m", "merge=0", "vol_dist=5", "type=all", "q=%20"):
        assert ask(visitor, query)["TotalMatch"] == 0, query


def test_a_feed_reader_reads_the_rss(visitor: Visitor, world: list[Offer]) -> None:
    response = get(visitor, "q=garden&output=rss&num=20")
    assert response.mimetype == "application/rss+xml"
    read = feedparser.parse(response.get_data())
    assert not read.bozo and read.version == "rss20" and len(read.entries) == 14
    by_title = {entry.title: entry for entry in read.entries}
    first = by_title["Garden weekly Thursday #0"]
    assert (first.fp_latlong, first.fp_startdate) == ("45.7458,4.8424", "2026-11-26")
    assert first.fp_provider == "Relais" and first.link.startswith(BASE) and first.guid
    assert first.published_parsed is not None
    assert by_title["Garden from home"].fp_latlong == ""
    assert "key=" not in response.get_data(as_text=True)


def test_a_dom_reads_the_xml(visitor: Visitor, world: list[Offer]) -> None:
    response = get(visitor, "q=garden&output=xml")
    assert response.mimetype == "application/xml"
    dom = minidom.parseString(response.get_data())
    assert len(dom.getElementsByTagName("item")) == 10
    names = dom.getElementsByTagNameNS("http://www.allforgood.org/", "sponsoringOrganizationName")
    assert len(names) == 10


@pytest.mark.parametrize(("output", "separator"), [("csv", ","), ("tsv", "\t")])
def test_a_table_reads_as_rows(
    visitor: Visitor, world: list[Offer], output: str, separator: str
) -> None:
    text = get(visitor, f"q=garden&output={output}").get_data(as_text=True)
    rows = list(csv.DictReader(io.StringIO(text), delimiter=separator))
    assert len(rows) == 10
    assert {row["provider"] for row in rows} == {"Relais"}
    assert all(row["contactEmail"] == row["contactPhone"] == "" for row in rows)


def test_nothing_found_is_said_in_every_output(visitor: Visitor, world: list[Offer]) -> None:
    nowhere = "q=garden&vol_loc=Atlantis&output="
    assert "Atlantis »" in ask(visitor, nowhere + "json")["notes"][0]
    for output in ("rss", "xml", "html"):
        assert "Atlantis »" in get(visitor, nowhere + output).get_data(as_text=True), output
    for output, separator in (("csv", ","), ("tsv", "\t")):
        text = get(visitor, nowhere + output).get_data(as_text=True)
        [item, *_] = ask(visitor, "q=garden")["items"]
        assert sorted(text.rstrip().split(separator)) == sorted(item)


def test_lists_are_lists_and_contacts_are_empty(visitor: Visitor, world: list[Offer]) -> None:
    for item in ask(visitor, "q=garden&num=999")["items"]:
        for name in ("categories", "categoryTags", "audienceTags"):
            assert isinstance(item[name], list)
        assert not any(item[f"contact{what}"] for what in ("Email", "Phone", "Name", "NoneNeeded"))


def test_the_address_that_is_told_back_has_no_key(visitor: Visitor, world: list[Offer]) -> None:
    for output in ("json", "rss", "xml", "html"):
        text = get(visitor, f"q=garden&output={output}").get_data(as_text=True)
        assert "testkey" not in text
    assert ask(visitor, "q=weekly&num=2")["href"] == f"{BASE}/api/volopps?q=weekly&num=2"


def test_who_has_the_answer_gets_304_and_gzip_is_spoken(
    visitor: Visitor, world: list[Offer]
) -> None:
    first = get(visitor, "q=garden")
    assert first.headers["Cache-Control"] == "public, max-age=300"
    again = get(visitor, "q=garden", **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    packed = get(visitor, "q=garden&num=99", **{"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.get_data()))["TotalMatch"] == 14
    assert get(visitor, "q=garden&cache=0").headers["Cache-Control"] == "no-cache"


def test_the_whole_description_comes_when_it_is_asked(visitor: Visitor, world: list[Offer]) -> None:
    [short] = ask(visitor, "q=micro")["items"]
    [long] = ask(visitor, "q=micro&fulldesc=1")["items"]
    assert short["description"] == "Une matinée dehors."
    assert long["description"] == "On plante ensemble, les outils sont là."


def test_looks_at_the_page_are_told_the_day_after(
    visitor: Visitor, world: list[Offer], session: Session
) -> None:
    micro = next(offer for offer in world if offer.title == "Micro garden")
    for days, count in ((0, 100), (1, 7), (2, 5)):
        on = (NOW - timedelta(days=days)).date()
        session.add(OfferDay(offer_id=micro.id, on=on, verb="view", count=count))
    session.commit()
    assert ask(visitor, "q=micro")["items"][0]["impressions"] == 12


def test_a_question_of_hundreds_of_words_is_answered_and_says_what_counted(
    visitor: Visitor, world: list[Offer]
) -> None:
    answer = ask(visitor, "q=" + "+".join(["garden"] * 60))
    assert answer["TotalMatch"] == 14 and "12" in answer["notes"][0]


def test_a_full_date_wants_nobody_and_one_without_a_limit_says_no_number(
    visitor: Visitor, world: list[Offer], session: Session
) -> None:
    for offer, capacity in zip(world[:3], (0, 4, None), strict=True):
        offer.shifts[0].capacity = capacity
    session.commit()
    found = {
        one["id"]: one["volunteers_needed"] for one in ask(visitor, "q=garden&num=50")["items"]
    }
    assert [found[str(offer.id)] for offer in world[:3]] == [0, 4, ""]


def test_a_region_is_told_by_its_name_as_the_export_does(
    visitor: Visitor, world: list[Offer]
) -> None:
    items = ask(visitor, "q=garden&num=50&type=statewide")["items"]
    assert {one["region"] for one in items} == {"Auvergne-Rhône-Alpes"}

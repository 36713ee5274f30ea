"""RSS 2.0, RSS 1.0 and Atom: items with their place and date, and those that have neither."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest

from portal import formats
from portal.formats import FormatError, Severity
from portal.formats.written_places import written_place
from tests.formats.reading import Reading, read, read_sample

CHANNEL = "<rss version='2.0'><channel><title>T</title>{}</channel></rss>"


@pytest.fixture(scope="module")
def odd() -> Reading:
    return read_sample("syndication_odd.xml")


@pytest.mark.parametrize("kind", ["", "_atom", "_rdf"])
def test_a_good_feed_of_each_kind_is_read_without_a_remark(kind: str) -> None:
    reading = read_sample(f"syndication_good{kind}.xml")
    assert reading.problems == [] or set(reading.codes()) == {"location_missing"}
    assert reading.items


def test_an_item_says_what_where_and_when() -> None:
    item = read_sample("syndication_good.xml").item("lavoir-007")
    assert item.title == "Planter une haie & pailler"
    assert item.association is not None
    assert item.association.name == "Les Jardins du Lavoir"
    assert (item.locations[0].lat, item.locations[0].lon) == (47.0922, 5.4893)
    assert item.shifts[0].starts_at == datetime(2026, 4, 4, 7, tzinfo=UTC)
    assert item.shifts[0].ends_at == datetime(2026, 4, 4, 10, tzinfo=UTC)
    assert (item.themes, item.language) == (("environment",), "fr")
    assert item.image_url == "https://lavoir.example/haie.jpg"
    assert item.posted_at == datetime(2026, 3, 2, 8, tzinfo=UTC)


def test_geo_lat_and_long_are_a_position_too() -> None:
    (place,) = read_sample("syndication_good.xml").item("https://lavoir.example/stand").locations
    assert (place.lat, place.lon) == (47.1, 5.5)


def test_an_entry_taken_from_another_feed_keeps_its_own_id() -> None:
    assert (
        read_sample("syndication_good_atom.xml").one.external_id == "tag:lacs.example,2026:berges"
    )


def test_what_a_channel_says_in_cdata_or_behind_a_comment_is_heard() -> None:
    item = read(
        "<?xml version='1.0'?><rss version='2.0'><channel><!-- <item> --><title><![CDATA[Les Jardins]]></title>"
        "<!-- fr --><language>fr</language><item><guid>7</guid><title>T</title></item></channel></rss>"
    ).one
    assert item.association is not None
    assert (item.association.name, item.language) == ("Les Jardins", "fr")


STANDING = "<rss version='2.0'{}><channel><title>T</title>{}<item><guid>a-7</guid><title>T</title>{}</item></channel></rss>"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'{}><title>T</title>{}<entry><id>a-7</id><title>T</title>{}</entry></feed>"
OF_RSS = (
    "<link>7</link><description>&lt;p&gt;&lt;a href='/x'&gt;ici&lt;/a&gt;&lt;/p&gt;</description>"
)
OF_ATOM = "<link href='7'/><content type='html'>&lt;p&gt;&lt;a href='/x'&gt;ici&lt;/a&gt;&lt;/p&gt;</content>"


@pytest.mark.parametrize(
    "feed",
    [
        STANDING.format("", "<link>https://a.example/b/</link>", OF_RSS),
        STANDING.format("", "<link><![CDATA[ https://a.example/b/ ]]></link>", OF_RSS),
        STANDING.format(" xml:base='https://a.example/b/'", "<link>https://other.example</link>", OF_RSS),
        STANDING.format(" xml:base='/b/'", "<link>https://a.example</link>", OF_RSS),
        ATOM.format("", "<link rel='self' href='https://b.example'/><link href='https://a.example/b/'/>", OF_ATOM),
        ATOM.format("", "<link rel='hub' href='https://b.example'/><link href='https://a.example/b/f' rel='self'/>", OF_ATOM),
        ATOM.format(" xml:base='https://a.example/b/'", "", OF_ATOM),
    ],
)  # fmt: skip
def test_relative_addresses_stand_on_what_the_feed_says_of_itself(feed: str) -> None:
    reading = read(feed)
    item = reading.one
    assert item.detail_url == "https://a.example/b/7" and "url" not in reading.codes()
    assert 'href="https://a.example/x"' in item.description
    assert item.external_id == "a-7"  # a guid is no address, whatever the feed stands on


@pytest.mark.parametrize("link", ["", "<link>http://[/b/</link>", "<link>javascript:x</link>"])
def test_relative_addresses_that_stand_on_nothing_are_told_and_left_out(link: str) -> None:
    reading = read(STANDING.format("", link, OF_RSS))
    assert reading.one.detail_url == "" and "href" not in reading.one.description
    assert {(p.field, p.value) for p in reading.problems if p.code == "url"} == {
        ("detail_url", "7"), ("description", "/x"),
    }  # fmt: skip


def test_the_id_stays_when_every_word_of_the_item_changes() -> None:
    one = "<item><guid>7</guid><title>Avant</title><description>A</description></item>"
    other = "<item><guid>7</guid><title>Après</title><description>B</description></item>"
    assert read(CHANNEL.format(one)).ids == read(CHANNEL.format(other)).ids == ["7"]


def test_two_texts_alike_without_any_id_are_refused_rather_than_given_one_of_their_text() -> None:
    reading = read(CHANNEL.format("<item><title>Pareil</title></item>" * 2))
    assert reading.ids == []
    assert reading.codes(severity=Severity.REFUSED) == ["id_missing", "id_missing"]


def test_without_place_or_date_an_item_is_an_ongoing_offer_without_a_position_and_told(
    odd: Reading,
) -> None:
    item = odd.item("https://quartier.example/soupe")
    assert (item.is_ongoing, item.shifts, item.locations) == (True, (), ())
    assert {"ongoing_assumed", "location_missing", "id_from_url"} <= set(
        odd.codes(item.external_id)
    )


def test_what_is_odd_is_repaired_and_told(odd: Reading) -> None:
    assert set(odd.codes("cafe")) == {
        "latitude_longitude_swapped", "date_order", "association_from_feed",
    }  # fmt: skip
    assert odd.item("sans-titre").title == "Aider à la bibliothèque"
    assert odd.item("https://quartier.example/soupe").title == "Soupe & pain"


def test_a_bad_item_costs_itself_and_no_neighbour() -> None:
    bad = read_sample("syndication_bad.xml")
    assert bad.ids == ["bon-1", "bon-2"]
    refused = [
        (p.external_id, p.code, p.line) for p in bad.problems if p.severity is Severity.REFUSED
    ]
    assert refused == [("casse", "malformed", 4), (None, "id_missing", 5), ("vide", "title_missing", 6)]  # fmt: skip


def test_an_item_whose_own_tag_is_damaged_hides_offers_or_is_named() -> None:
    for place in range(3):
        items = [f"<item><guid>{n}</guid><title>T{n}</title></item>" for n in range(3)]
        items[place] = items[place].replace("<item>", "<itm>")
        reading = read(CHANNEL.format("".join(items)))
        assert len(reading.ids) == 2
        assert str(place) in {p.external_id for p in reading.problems}


def test_a_definition_is_refused_with_the_whole_feed() -> None:
    with pytest.raises(FormatError) as caught:
        read('<!DOCTYPE rss [<!ENTITY a "b">]>' + CHANNEL.format("<item><guid>&a;</guid></item>"))
    assert caught.value.code == "dtd"


def test_a_feed_that_stops_before_its_end_says_so() -> None:
    whole = CHANNEL.format("<item><guid>1</guid><title>Un</title></item>")
    assert "truncated" in read(whole.removesuffix("</rss>")).codes()


def test_an_empty_channel_is_a_feed_without_offers_and_not_an_error() -> None:
    assert read(CHANNEL.format("")).problems == []


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("12 rue des Lilas, 69007 Lyon", ("", "12 rue des Lilas", "69007", "Lyon")),
        ("Salle des fêtes, 3 bis place du Lac, 01000 Bourg-en-Bresse, France",
         ("Salle des fêtes", "3 bis place du Lac", "01000", "Bourg-en-Bresse")),
        ("Maison des lacs, 74000 Annecy", ("Maison des lacs", "", "74000", "Annecy")),
        ("Port de Sète", ("Port de Sète", "", "", "")),
    ],
)  # fmt: skip
def test_a_place_on_one_line_is_parted(text: str, parts: tuple[str, ...]) -> None:
    found = written_place(text)
    fields = ("place_name", "street", "postal_code", "city")
    assert tuple(found.get(field, "") for field in fields) == parts


def test_a_creator_is_the_association_only_when_the_feed_is_called_so() -> None:
    item = "<item><guid>1</guid><title>Un</title><author>{}</author></item>"
    assert "association_from_feed" not in read(CHANNEL.format(item.format("T"))).codes()
    person = read(CHANNEL.format(item.format("Jeanne Doe"))).one
    assert person.association is not None and person.association.name == "T"
    assert "Jeanne" not in repr(person)


RSS = '<rss version="2.0"><channel><title>Les Jardins</title><item><guid>1</guid><title>Haie</title>{}</item></channel></rss>'


@pytest.mark.parametrize(
    "before",
    [
        '<!-- generator="<b>blog</b>" -->',
        "<!-- <source> -->\n",
        '<?xml version="1.0"?><!--<html>-->',
    ],
)
def test_a_comment_before_the_feed_may_hold_anything(before: str) -> None:
    feed = before + RSS.format("")
    assert formats.choose(io.BytesIO(feed.encode())).name == "syndication"
    assert read(feed).ids == ["1"]


@pytest.mark.parametrize(
    "body",
    ["<body>{}</body>", "<xhtml:body xmlns:xhtml='http://www.w3.org/1999/xhtml'>{}</xhtml:body>"],
)
def test_an_item_that_holds_a_page_is_no_page(body: str) -> None:
    reading = read(RSS.format(body.format("<p>Une matinée.</p>")))
    assert reading.ids == ["1"]


def test_control_a_page_is_still_refused_as_one() -> None:
    for page in (
        "<!-- rss --><!DOCTYPE html><html><body><item/></body></html>",
        "<html><rss/></html>",
    ):
        with pytest.raises(FormatError) as refused:
            read(page, "syndication")
        assert refused.value.code == "html_page"

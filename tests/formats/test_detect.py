"""Which format a file is in, by its first bytes."""

from __future__ import annotations

import io
import re

import pytest

from portal import formats
from portal.formats import FormatError
from portal.formats.detect import detect
from tests.formats.reading import SAMPLES, read


@pytest.mark.parametrize(
    "path", sorted(p for p in SAMPLES.iterdir() if p.suffix != ".xsd"), ids=lambda p: p.name
)
def test_each_sample_is_recognised(path) -> None:  # type: ignore[no-untyped-def]
    assert path.name.startswith(detect(path.read_bytes()[:65_536]).name + "_")


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf  \n", "empty"),
        (b"<html><body>Service unavailable</body></html>", "html_page"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "unknown_format"),
        (b'{"type": "FeatureCollection"}', "unknown_format"),
        (b"PK\x03\x04 a spreadsheet that was not exported", "workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 an older one", "workbook"),
        (b"\x1f\x8b\x08 a feed that was squeezed", "compressed"),
    ],
)
def test_what_is_none_of_ours_is_refused_by_a_sentence(content: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(content)
    assert caught.value.code == code


EVENT = '{"@context":"https://schema.org","@type":"Event","@id":"1","name":"T","startDate":"2031-03-01"}'


@pytest.mark.parametrize(
    "before",
    [
        '<picture><source srcset="a.webp"><img src="a.jpg" alt=""></picture>',
        "<p>Un long menu.</p>" * 5_000,
    ],
)
@pytest.mark.parametrize("start", ["<!doctype html>", "<!-- une page --><html>", "<html lang=fr>"])
def test_a_page_with_pictures_or_scripts_at_its_end_is_read_for_its_offers(
    start: str, before: str
) -> None:
    page = f'{start}<body>{before}<script type="application/ld+json">{EVENT}</script></body></html>'
    assert read(page).one.external_id == "1"


def test_a_record_that_holds_a_page_is_of_its_own_format() -> None:
    mission = (
        "<source><mission><clientId>1</clientId><title>T</title><applicationUrl>https://x.example</applicationUrl>"
        "<description><![CDATA[<html><body>Un texte.</body></html>]]></description></mission></source>"
    )
    assert detect(mission.encode()).name == "engagement"


def test_a_format_that_does_not_exist_is_refused_by_naming_those_that_do() -> None:
    with pytest.raises(FormatError) as caught:
        formats.choose(io.BytesIO(b""), "excel")
    assert ", ".join(formats.FORMATS) in caught.value.sentence_fr


def test_the_stream_is_left_where_it_was() -> None:
    stream = io.BytesIO((SAMPLES / "table_good.csv").read_bytes())
    formats.choose(stream)
    assert stream.tell() == 0


def test_an_answer_of_api_engagement_with_capitals_is_known_and_read_the_same() -> None:
    written = (
        "<source><mission><clientId>1</clientId><title>T</title><applicationUrl>https://x.example</applicationUrl>"
        "<city>Lyon</city></mission><mission><clientId>2</clientId><title>U</title>"
        "<applicationUrl>https://x.example/2</applicationUrl></mission></source>"
    )
    tag = re.compile(r"(</?)(\w)(\w*)")
    capital = tag.sub(lambda m: m[1] + m[2].upper() + m[3], written)
    shouted = tag.sub(lambda m: (m[1] + m[2] + m[3]).upper(), written)
    for form in (written, capital, shouted):
        reading = read(form)
        assert [(i.external_id, i.title) for i in reading.items] == [("1", "T"), ("2", "U")], form


@pytest.mark.parametrize(
    "answer",
    [
        '{"offers":[],"total":0}',
        '{"total": 0, "pages": 0, "offers": [ ], "next": null}',
    ],
)
def test_a_search_of_another_portal_that_found_nothing_is_one(answer: str) -> None:
    assert detect(answer.encode()).name == "relais"
    assert read(answer).items == []


def test_an_event_that_sells_nothing_is_no_search() -> None:
    event = (
        '{"@context":"https://schema.org","@type":"Event","identifier":"9","name":"T","offers":[]}'
    )
    assert detect(event.encode()).name == "linked_data"

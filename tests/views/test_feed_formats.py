"""The documentation of each format: its page, and an example that is itself read without a problem."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.formats import FORMATS
from portal.formats.columns import TEMPLATE
from portal.formats.settings import ReadSettings
from portal.services import feed_checks
from portal.views import feed_examples, feed_formats
from portal.views.feed_mappings import MAPPINGS, mapping
from tests import gazetteer
from tests.visitor import Visitor


def report(content: bytes, name: str = "") -> feed_checks.Report:
    """What a run of these bytes would do."""
    found = feed_checks.Report()
    for _count in feed_checks.check(io.BytesIO(content), found, ReadSettings(), name):
        pass
    return found


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_example_of_a_format_is_recognised_and_read_without_a_problem(
    visitor: Visitor, session: Session, name: str, language: str
) -> None:
    gazetteer.load(session)
    session.commit()
    body = visitor.get(f"/feeds/formats/{name}/example?lang={language}").response.data
    found = report(body)
    told = [(p.code, p.field, p.value) for group in found.groups for p in group.problems]
    assert (found.why, told) == (None, [])
    assert found.format == name
    assert found.usable >= 1 and found.past == 0
    sample = found.samples[0]
    assert sample.location is not None and sample.location.city == "Lyon"
    assert sample.item.themes and sample.shift is not None


def test_a_wrong_example_would_be_seen(visitor: Visitor) -> None:
    """The negative control."""
    body = visitor.get("/feeds/formats/table/example?lang=fr").response.data
    assert report(body.replace(b"exemple-2", b"exemple-1")).groups


def test_every_format_has_its_page_in_the_list(visitor: Visitor) -> None:
    page = visitor.get("/feeds/formats")
    assert {str(a["href"]) for a in page.soup.select(".formats a")} == {
        f"/feeds/formats/{name}" for name in FORMATS
    }
    for name in FORMATS:
        example = feed_examples.example(name, "fr")
        assert example is not None
        shown = visitor.get(f"/feeds/formats/{name}").soup.find("pre")
        assert shown is not None and shown.get_text().splitlines() == example[1].splitlines()


@pytest.mark.parametrize(("language", "says"), [("fr", "l’identifiant"), ("en", "the id")])
def test_the_page_of_a_format_says_what_each_of_its_words_becomes(
    visitor: Visitor, language: str, says: str
) -> None:
    assert set(MAPPINGS) == set(FORMATS)
    for name in MAPPINGS:
        page = visitor.get(f"/feeds/formats/{name}?lang={language}")
        shown = page.soup.select("section.meanings tbody th")
        assert [cell.get_text() for cell in shown] == [
            words for words, _told in mapping(name, language)
        ]
    assert says in visitor.get(f"/feeds/formats/calendar?lang={language}").words
    assert "<value>" in visitor.get(f"/feeds/formats/engagement?lang={language}").words


def test_a_format_that_has_no_example_yet_still_has_a_page(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_formats, "FORMATS", {**FORMATS, "nouveau": FORMATS["table"]})
    assert "/feeds/formats/nouveau" in visitor.get("/feeds/formats").text
    assert visitor.get("/feeds/formats/nouveau").status == 200
    assert visitor.get("/feeds/formats/nouveau/example").status == 404


def test_each_column_of_the_spreadsheet_says_what_to_write(app: Flask) -> None:
    assert set(TEMPLATE) <= set(feed_formats.WHAT_TO_WRITE)


def test_a_name_that_is_no_format_is_not_found(visitor: Visitor) -> None:
    for name in ("xyz", "..", "footprint.xml"):
        assert visitor.get(f"/feeds/formats/{name}").status == 404
        assert visitor.get(f"/feeds/formats/{name}/example").status == 404

"""The examples of docs/formats.md are copied by partners: each is read, by itself, as the format it stands under."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from flask import Flask

from portal import formats
from tests.formats import documenting
from tests.formats.reading import read

PAGE = Path(__file__).parent.parent.parent / "docs" / "formats.md"
EXAMPLES = dict(
    re.findall(r"^```\w+ (\w+)\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)
)


def test_every_format_has_its_chapter_its_table_and_its_example() -> None:
    chapters = re.split(r"^## ", PAGE.read_text(), flags=re.MULTILINE)[1:]
    assert {chapter.split()[0] for chapter in chapters} == set(formats.FORMATS) == set(EXAMPLES)
    assert all("|---|---|" in chapter and "ource" in chapter for chapter in chapters)


def test_the_tables_say_what_the_pages_of_the_formats_say(app: Flask) -> None:
    """They are written by `python -m tests.formats.documenting`. With its negative control."""
    with app.test_request_context():
        assert documenting.written(PAGE.read_text()) == PAGE.read_text()
        assert (
            documenting.written(PAGE.read_text().replace("| UID |", "| UIDs |")) == PAGE.read_text()
        )
        assert "| UID |" in documenting.table("calendar")


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_example_is_recognised_and_read_without_a_remark(name: str) -> None:
    assert formats.choose(io.BytesIO(EXAMPLES[name].encode())).name == name
    reading = read(EXAMPLES[name])
    assert reading.problems == []
    item = reading.one
    assert item.association is not None and item.locations and item.shifts


def test_control_an_example_with_a_mistake_would_be_seen() -> None:
    assert read(EXAMPLES["table"].replace("04/04/2026", "31/31/2026")).problems

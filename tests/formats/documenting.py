"""Write the tables of docs/formats.md anew, from their one source: `python -m tests.formats.documenting`."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

from flask_babel import force_locale

from portal import config, create_app
from portal.views.feed_mappings import mapping
from tests.conftest import settings_for

PAGE = Path(__file__).parent.parent.parent / "docs" / "formats.md"
_TABLE = re.compile(r"^\|.*\|\n\|---\|---\|\n(?:\|.*\|\n)*", re.MULTILINE)
_ELEMENT = re.compile(r"(<\w+>)")


def table(name: str) -> str:
    """What the words of a format become, in English. Wants an application's context."""
    rows = ["| in the file | becomes |", "|---|---|"]
    with force_locale("en"):
        for (words, told), (french, _told) in zip(
            mapping(name, "en"), mapping(name, "fr"), strict=True
        ):
            both = words if words == french else f"{french}; {words}"
            rows.append(f"| {both} | {_marked(told)} |")
    return "\n".join(rows) + "\n"


def _marked(told: str) -> str:
    return _ELEMENT.sub(r"`\1`", told)


def written(page: str) -> str:
    """The page with the tables of now."""
    head, *chapters = re.split(r"^(?=## )", page, flags=re.MULTILINE)
    return head + "".join(_with_table(chapter) for chapter in chapters)


def _with_table(chapter: str) -> str:
    name = chapter.split()[1]
    return _TABLE.sub(lambda _old: table(name), chapter, count=1)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(config.from_environment({}, settings_for(Path(folder))))
        with app.test_request_context():
            PAGE.write_text(written(PAGE.read_text()))

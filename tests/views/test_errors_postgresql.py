"""What PostgreSQL refuses to hold is a sentence, never a trace: a null character in an address or in a form."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from portal import config, create_app
from portal.db import Database
from portal.views import errors
from tests.conftest import settings_for
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import Visitor

pytestmark = pytest.mark.postgresql


@pytest.fixture
def app(postgresql_url: str, tmp_path: Path) -> Iterator[Flask]:
    made = create_app(
        config.from_environment({}, {**settings_for(tmp_path), "DATABASE_URL": postgresql_url})
    )
    with made.app_context():
        yield made
    made.extensions["database"].engine.dispose()


@pytest.fixture
def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


def test_a_null_character_is_told_in_words(visitor: Visitor, cast: Cast) -> None:
    sign_in(visitor, cast.alice)
    for path in (
        "/associations/a%00b",
        "/s/a%00b",
        f"/dashboard/{cast.jardins.slug}/people?q=a%00b",
    ):
        page = visitor.get(path)
        assert page.status == 400, path
        assert "caractère illisible" in page.words
    visitor.get("/account")
    page = visitor.submit("/account", first_name="Ali\0ce")
    assert page.status in (400, 422)


def test_control_without_the_handler_it_is_a_defect(
    app: Flask, visitor: Visitor, cast: Cast
) -> None:
    handlers = app.error_handler_spec[None][None]
    del handlers[next(kind for kind, how in handlers.items() if how is errors.unstorable)]
    assert visitor.get("/associations/a%00b").status == 500

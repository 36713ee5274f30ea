"""`index check` and `index rebuild`: what differs is told, and leaving with 1 is how a script hears it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.services import indexing
from tests import factories


@pytest.fixture
def embedded(app: Flask, session: Session, tmp_path: Path) -> Flask:
    app.config["SEARCH_URL"] = f"whoosh://{tmp_path}/index"
    app.extensions.pop("index", None)
    session.add_all(factories.offer() for _ in range(3))
    session.commit()
    return app


def test_an_index_that_is_not_there_is_told_and_a_rebuild_shows_how_far_it_is(
    embedded: Flask,
) -> None:
    runner = embedded.test_cli_runner()
    missing = runner.invoke(args=["index", "check"])
    assert missing.exit_code == 1 and "ne répond pas" in missing.output
    rebuilt = runner.invoke(args=["index", "rebuild"])
    assert rebuilt.exit_code == 0 and "3/3" in rebuilt.output, rebuilt.output
    agreed = runner.invoke(args=["index", "check"])
    assert agreed.exit_code == 0 and "d’accord" in agreed.output


def test_what_differs_is_told_by_number_and_the_command_leaves_with_1(
    embedded: Flask, session: Session
) -> None:
    indexing.rebuild()
    session.commit()
    late = factories.offer()
    session.add(late)
    session.commit()
    checked = embedded.test_cli_runner().invoke(args=["index", "check"])
    assert checked.exit_code == 1
    assert "manquent" in checked.output and str(late.id) in checked.output

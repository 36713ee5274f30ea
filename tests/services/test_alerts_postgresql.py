"""The statements of alerts, on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask

from portal import create_app
from portal.config import Settings
from portal.jobs import upkeep
from portal.models import Alert
from portal.services import alerts
from tests import factories
from tests.services.alerting import Morning, alert, at_noon, morning, news, put, told

__all__ = ["at_noon", "morning"]
pytestmark = pytest.mark.postgresql


@pytest.fixture
def app(settings: Settings, postgresql_url: str) -> Iterator[Flask]:
    made = create_app(replace(settings, DATABASE_URL=postgresql_url))
    with made.app_context():
        yield made
    made.extensions["database"].engine.dispose()


def test_what_comes_is_told_once_and_what_is_stopped_is_forgotten(
    app: Flask, morning: Morning
) -> None:
    database = app.extensions["database"]
    ident = alert(database)
    put(database, factories.offer(), factories.offer())
    assert [morning.comes() for _day in range(2)] == [1, 0]
    assert (told(database), len(news(app))) == (2, 1)
    with database.writing() as session:
        alerts.stop(session.get_one(Alert, ident))
        session.commit()
    morning.comes(31)
    upkeep.forget()
    assert told(database) == 0

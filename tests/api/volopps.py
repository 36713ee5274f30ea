"""A week of gardening to ask the All for Good API about, and how to ask."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal.models import Feed, Offer, Precision, Remote
from portal.services import indexing
from tests import factories, gazetteer
from tests.visitor import BASE, Visitor

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)  # a Wednesday
WEEKDAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


@pytest.fixture(name="world")
def volopps_world(app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch) -> list[Offer]:
    """A week of gardening, one offer a day, and one offer of each odd kind."""
    app.config["DEMO"] = True
    monkeypatch.setattr("portal.clock.now", lambda: NOW)
    feed = Feed(name="hands-on")
    session.add(feed)
    session.flush()
    made = [
        factories.offer(
            title=f"Garden weekly {WEEKDAYS[on.isoweekday() % 7]} #{n}",
            shifts=[factories.shift(starts_at=on)],
            updated_at=NOW - timedelta(hours=(n * 5) % 7),
        )
        for n in range(7)
        for on in [NOW + timedelta(days=n + 1)]
    ]
    twin = factories.offer(title="Garden weekly Thursday again", cluster=made[0].cluster)
    twin.shifts = [factories.shift(starts_at=NOW + timedelta(days=1, hours=1))]
    wide = {"street": "", "postal_code": "", "city": "", "lat": None, "lon": None}
    region = factories.location(**wide, departement="", region="84", precision=Precision.NONE)
    country = factories.location(**wide, departement="", region="", precision=Precision.NONE)
    odd = [
        factories.offer(title="Micro garden", tags=["micro"]),
        factories.offer(title="Garden yourself", tags=["self_directed"]),
        factories.offer(title="Garden of the region", locations=[region]),
        factories.offer(title="Garden of the country", locations=[country]),
        factories.offer(title="Garden from home", remote=Remote.FULL, locations=[]),
        factories.offer(title="Garden here or from home", remote=Remote.POSSIBLE),
        factories.offer(title="Garden always", is_ongoing=True, shifts=[]),
        factories.offer(title="Two causes", themes=["education", "health"], feed_id=feed.id),
        factories.offer(title="One cause", themes=["education"]),
    ]
    session.add_all([*made, twin, *odd])
    gazetteer.load(session)
    indexing.rebuild()
    session.commit()
    return [*made, twin, *odd]


def get(visitor: Visitor, query: str, **headers: str) -> Any:
    return visitor.client.get(f"/api/volopps?key=testkey&{query}", base_url=BASE, headers=headers)


def ask(visitor: Visitor, query: str) -> dict[str, Any]:
    response = get(visitor, query)
    assert response.status_code == 200, response.get_data(as_text=True)
    answer: dict[str, Any] = json.loads(response.get_data())
    return answer


def titles(visitor: Visitor, query: str) -> list[str]:
    return [item["title"] for item in ask(visitor, f"num=999&{query}")["items"]]

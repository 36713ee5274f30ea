"""Alerts as tests need them: confirmed, looked at morning by morning, and what they wrote."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import clock
from portal.db import Database
from portal.jobs import upkeep
from portal.models import AlertOffer, Offer
from portal.services import alerts, indexing
from tests.mailbox import Mail, mails

ANN = "ann@example.org"
NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)  # a Monday


class Morning:
    """The mornings after, one by one: half past seven in France, when the worker has looked."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self.traveller = traveller

    def comes(self, days: int = 1) -> int:
        """How many letters were queued."""
        day = clock.now() + timedelta(days=days)
        self.traveller.move_to(day.replace(hour=6, minute=30))
        return upkeep.tell_alerts()


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


@pytest.fixture
def morning(at_noon: time_machine.Traveller) -> Morning:
    return Morning(at_noon)


def put(database: Database, *offers: Offer) -> list[int]:
    """Published now, and indexed."""
    with database.writing() as session:
        session.add_all(offers)
        session.commit()
        ids = [offer.id for offer in offers]
    index(database)
    return ids


def index(database: Database) -> None:
    with database.reading():
        indexing.rebuild()


def alert(database: Database, search: str = "q=haie", email: str = ANN, **given: object) -> int:
    """An alert that its owner has confirmed."""
    with database.writing() as session:
        made = alerts.ask(email, search, **{"every_days": 1, "language": "fr", **given})  # type: ignore[arg-type]
        made = alerts.confirm(made)
        session.commit()
        return made.id


def news(app: Flask, to: str = ANN) -> list[Mail]:
    return [mail for mail in mails(app, to) if "Confirmez" not in mail.subject]


def told(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(AlertOffer)) or 0

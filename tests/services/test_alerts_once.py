"""Whatever dies in between, an alert tells each need once; and what is kept of it goes in time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.db import Database
from portal.jobs import upkeep
from portal.models import Alert, AlertOffer, Outbox, Person
from portal.services import alerts, personal_data
from tests import factories
from tests.people import Cast
from tests.services.alerting import (
    NOON,
    Morning,
    alert,
    at_noon,
    morning,
    news,
    put,
    told,
)

__all__ = ["at_noon", "morning"]


def test_two_workers_who_saw_the_same_turn_write_one_letter(
    database: Database, at_noon: time_machine.Traveller
) -> None:
    ident = alert(database)
    offers = put(database, factories.offer())
    at_noon.shift(timedelta(days=1))
    with database.reading():
        ((_ident, due_at),) = alerts.due()
    queued = []
    for _worker in range(2):
        with database.writing() as session:
            queued.append(alerts.tell(ident, due_at, offers))
            session.commit()
    assert queued == [True, False]


def test_a_worker_that_dies_before_the_commit_has_told_nothing_and_the_next_tells_it(
    app: Flask, database: Database, morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert(database)
    put(database, factories.offer())
    add = alerts.outbox.add
    with monkeypatch.context() as patched:
        patched.setattr(alerts.outbox, "add", lambda *given: (add(*given), die()))
        with pytest.raises(Killed):
            morning.comes()
    assert (told(database), news(app)) == (0, [])
    assert upkeep.tell_alerts() == 1
    assert (told(database), len(news(app))) == (1, 1)
    assert morning.comes() == 0


def test_control_told_in_a_transaction_of_its_own_a_letter_is_lost_for_ever(
    app: Flask, database: Database, morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    alert(database)
    put(database, factories.offer())

    def marked_first(*_given: object) -> bool:
        from portal import db

        db.session.commit()
        die()
        return True

    with monkeypatch.context() as patched:
        patched.setattr(alerts.outbox, "add", marked_first)
        with pytest.raises(Killed):
            morning.comes()
    assert [upkeep.tell_alerts(), morning.comes()] == [0, 0]
    assert news(app) == []


class Killed(BaseException):
    """No handler of a worker sees it, as none sees SIGKILL."""


def die() -> None:
    raise Killed


def test_one_bad_search_keeps_no_other_from_being_told(
    database: Database, morning: Morning, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = alert(database, email="bob@example.org")
    alert(database)
    put(database, factories.offer())
    good = alerts.news

    def broken(ident: int) -> list[int]:
        if ident == bad:
            raise ZeroDivisionError
        return good(ident)

    monkeypatch.setattr(alerts, "news", broken)
    assert morning.comes() == 1


def test_seven_in_france_is_seven_whatever_the_clocks_do(
    session: Session, at_noon: time_machine.Traveller
) -> None:
    for day, hour in ((datetime(2026, 3, 28, 11, tzinfo=UTC), 5), (datetime(2026, 10, 24, 11, tzinfo=UTC), 6)):  # fmt: skip
        at_noon.move_to(day)
        made = alerts.confirm(alerts.ask(f"a{hour}@example.org", "", every_days=1, language="fr"))
        assert made.due_at is not None
        assert (made.due_at - day.replace(hour=hour)).days == 1
        assert made.due_at.hour == hour


def test_what_nobody_confirmed_goes_after_two_days_and_what_was_stopped_after_thirty(
    database: Database, at_noon: time_machine.Traveller
) -> None:
    with database.writing() as session:
        alerts.ask("eve@example.org", "", every_days=1, language="fr")
        session.commit()
    kept, stopped = alert(database), alert(database, email="bob@example.org")
    with database.writing() as session:
        alerts.stop(session.get_one(Alert, stopped))
        session.add(factories.offer())
        session.flush()
        session.add(AlertOffer(alert_id=stopped, offer_id=1))
        session.commit()
    left = []
    for days in (1, 2, 40):
        at_noon.move_to(NOON + timedelta(days=days, hours=1))
        upkeep.forget()
        with database.reading() as session:
            left.append(len(session.scalars(select(Alert)).all()))
    assert left == [3, 2, 1]
    assert told(database) == 0
    assert kept


def test_it_is_handed_over_and_erased_with_its_person(
    database: Database, morning: Morning, cast: Cast
) -> None:
    alert(database, email="charlie@example.org")
    put(database, factories.offer())
    morning.comes()
    with database.writing() as session:
        charlie = session.get_one(Person, cast.charlie.id)
        (row,) = personal_data.export(charlie)["alerts"]
        assert row["search"] == "q=haie" and row["last_sent_at"] is not None
        personal_data.erase(charlie)
        session.commit()
    assert told(database) == 0
    with database.reading() as session:
        assert session.scalars(select(Alert)).all() == []
        payloads = str(session.scalars(select(Outbox.payload)).all())
        assert "charlie" not in payloads and "haie" not in payloads

"""Asking for an alert, and its own page: proved by a button, changed, stopped; no page tells what is known of an address."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import clock, config, tokens
from portal.config import Settings
from portal.db import Database
from portal.models import Alert
from portal.services import alerts
from tests import factories
from tests.arrivals import sign_in
from tests.conftest import settings_for
from tests.mailbox import Mail, last, mails
from tests.people import Cast
from tests.visitor import Visitor

ANN = "ann@example.org"


@pytest.fixture
def settings(gazetteer: Path, tmp_path: Path) -> Settings:
    shutil.copy(gazetteer, tmp_path / "relais.db")
    return config.from_environment({}, settings_for(tmp_path))


def ask(visitor: Visitor, search: str = "q=jardin&place=Lyon", **form: str) -> None:
    visitor.get(f"/search?{search}")
    visitor.submit("/alerts", **{"email": ANN, **form})


def only(database: Database) -> Alert:
    with database.reading() as session:
        return session.scalars(select(Alert)).one()


def button_in(mail: Mail) -> str:
    """The address of the button, the same in both parts."""
    path = mail.path("/alerts/")
    assert path in mail.html
    return path


def test_an_alert_begins_when_its_owner_presses_the_mailed_button(
    visitor: Visitor, database: Database, app: Flask
) -> None:
    ask(visitor, every_days="1")
    assert visitor.page is not None
    assert visitor.page.heading == "Plus qu’un clic"
    assert "« jardin », à moins de 10 km de Lyon (Rhône)" in visitor.page.words
    (mail,) = mails(app)
    assert mail.to == ANN
    assert mail.subject == "Confirmez votre alerte : « jardin », à moins de 10 km de Lyon (Rhône)"
    assert "List-Unsubscribe" not in mail.message
    assert only(database).verified_at is None
    visitor.get(button_in(mail))
    assert visitor.page.heading == "Confirmez votre alerte"
    page = visitor.submit("/confirm")
    assert page.heading == "Nous vous préviendrons"
    alert = only(database)
    assert alert.verified_at is not None and alert.due_at is not None
    assert (alert.search, alert.every_days, alert.network_hash) == ("q=jardin&place=Lyon", 1, "")


def test_opening_the_links_changes_nothing_and_pressing_does(
    visitor: Visitor, database: Database, app: Flask
) -> None:
    ask(visitor)
    path = button_in(last(app, ANN))
    for _scan in range(2):
        for tail in ("", "/stop"):
            assert visitor.get(path + tail).status == 200
    assert (only(database).verified_at, only(database).stopped_at) == (None, None)
    visitor.get(path)
    visitor.submit("/confirm")  # the control: what the scanner did not do
    assert only(database).verified_at is not None


def test_the_pace_changes_and_the_alert_stops(
    visitor: Visitor, database: Database, app: Flask
) -> None:
    ask(visitor)
    path = button_in(last(app, ANN))
    visitor.get(path)
    visitor.submit("/confirm")
    weekly = only(database).due_at
    page = visitor.submit(path, every_days="1")
    assert "C’est enregistré." in page.words
    daily = only(database).due_at
    assert daily is not None and weekly is not None and daily < weekly
    assert visitor.post(path, {"every_days": "3"}).status == 422
    visitor.get(f"{path}/stop")
    page = visitor.submit("/stop")
    assert page.heading == "Cette alerte est arrêtée"
    assert only(database).due_at is None
    assert page.soup.select_one(f"form[action^='{path}']") is None
    visitor.post(f"{path}/confirm")
    assert only(database).due_at is None  # what was stopped is not begun again by an old mail


def test_asking_twice_is_one_alert_at_the_newer_pace(
    visitor: Visitor, database: Database, app: Flask
) -> None:
    for pace in ("7", "1"):
        ask(visitor, every_days=pace)
        visitor.get(button_in(mails(app, ANN)[-1]))
        page = visitor.submit("/confirm")
        assert page.heading == "Nous vous préviendrons"
    assert only(database).every_days == 1


def test_what_only_orders_or_pages_a_search_is_no_part_of_the_alert(
    visitor: Visitor, database: Database
) -> None:
    ask(visitor, "q=jardin&sort=newest&page=3&theme=environment&nothing=1")
    assert only(database).search == "q=jardin&theme=environment"


@pytest.mark.parametrize("email", ["", "ann chez example", "a@b", f"{'a' * 300}@example.org"])
def test_a_wrong_address_is_said_and_the_search_kept(
    visitor: Visitor, database: Database, email: str
) -> None:
    ask(visitor, email=email)
    assert visitor.page is not None and visitor.page.status == 422
    assert "« jardin »" in visitor.page.words
    visitor.submit("/alerts", email=ANN)
    assert only(database).search == "q=jardin&place=Lyon"


def test_a_search_too_long_to_keep_is_refused_with_a_sentence(
    visitor: Visitor, database: Database
) -> None:
    ask(visitor, search="q=" + "é" * 200)
    assert visitor.page is not None and visitor.page.status == 422
    assert "trop longue" in visitor.page.words


@pytest.mark.parametrize(
    "search", ["", "q", "q=%00%ff", "&&&==", "place=Nulle-Part-sur-Rien", "a=" * 5000, "radius=nan"]
)
def test_whatever_is_sent_for_a_search_is_read_or_left(visitor: Visitor, search: str) -> None:
    page = visitor.post("/alerts", {"email": ANN, "search": search})
    assert page.heading == "Plus qu’un clic"
    assert "tous les besoins" in page.words


def test_a_robot_that_fills_the_trap_gets_the_same_page_and_nothing_happens(
    visitor: Visitor, database: Database
) -> None:
    ask(visitor, website="https://spam.example")
    assert visitor.page is not None and visitor.page.heading == "Plus qu’un clic"
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Alert)) == 0


def test_a_network_that_asks_too_often_is_told_to_wait(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "HOURLY", 2)
    for n in range(3):
        ask(visitor, email=f"a{n}@example.org")
    assert visitor.page is not None and visitor.page.status == 429
    assert int(visitor.page.response.headers["Retry-After"]) == 3600


def test_an_address_that_proves_nothing_is_written_to_three_times_a_day(
    visitor: Visitor, app: Flask
) -> None:
    pages = set()
    for _n in range(6):
        ask(visitor)
        assert visitor.page is not None
        pages.add(visitor.page.words)
    assert len(mails(app, ANN)) == 3
    assert len(pages) == 1


def test_control_without_the_count_every_asking_writes(
    visitor: Visitor, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alerts, "_unproved_today", lambda alert: 0)
    for _n in range(6):
        ask(visitor)
    assert len(mails(app, ANN)) == 6


def test_both_languages(visitor: Visitor, app: Flask) -> None:
    visitor.get("/search?q=jardin&place=Lyon&lang=en")
    visitor.submit("/alerts", email=ANN)
    assert visitor.page is not None and visitor.page.heading == "Just one more click"
    mail = last(app, ANN)
    assert mail.message["Content-Language"] == "en"
    assert mail.subject.startswith("Confirm your alert: ")
    assert visitor.get(button_in(mail)).heading == "Confirm your alert"


def test_who_signs_in_finds_their_alerts_and_nobody_elses(
    visitor: Visitor, database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        for email, search in (("charlie@example.org", "q=haie"), ("alice@example.org", "q=jardin")):
            session.add(factories.alert(email, search, verified_at=clock.now()))
        session.add(factories.alert("charlie@example.org", "q=verger"))
        session.commit()
    sign_in(visitor, database, "charlie@example.org")
    page = visitor.get("/account")
    listed = page.soup.select_one("section[aria-labelledby=alerts-title]")
    assert listed is not None
    assert [link.get_text() for link in listed.select(".shift__when")] == ["« haie »"]
    assert visitor.get(str(listed.select_one("a")["href"])).heading == "Nous vous préviendrons"  # type: ignore[index]


def test_an_address_that_changes_takes_its_alerts_along(
    visitor: Visitor, database: Database, cast: Cast, app: Flask
) -> None:
    with database.writing() as session:
        made = factories.alert("charlie@example.org", person_id=cast.charlie.id, verified_at=clock.now())  # fmt: skip
        session.add(made)
        session.commit()
    sign_in(visitor, database, "charlie@example.org")
    visitor.get("/account")
    visitor.submit("/account/email", email="nouvelle@example.org")
    visitor.get(last(app, "nouvelle@example.org").path("/sign-in/link/"))
    visitor.submit("/sign-in/link/")
    alert = only(database)
    assert (alert.email, alert.email_hash) == ("nouvelle@example.org", tokens.email_hash("nouvelle@example.org"))  # fmt: skip

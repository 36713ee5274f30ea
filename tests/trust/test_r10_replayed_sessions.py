"""R10: a copied cookie opens nothing once its session ended or its rights changed; and a session cannot be planted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal import clock, create_app
from portal.config import Settings
from portal.db import Database
from portal.models import Person, PersonRole, PersonState, Session
from portal.services import accounts, personal_data
from tests.arrivals import ask, sign_in
from tests.people import Cast
from tests.visitor import BASE, Visitor

pytestmark = pytest.mark.trust


def cookie_of(visitor: Visitor) -> str:
    found = visitor.client.get_cookie("relais", domain="127.0.0.1")
    assert found is not None
    return found.value


def with_cookie(app: Flask, value: str) -> Visitor:
    """The thief: another browser with a copy of the cookie."""
    thief = Visitor(app)
    thief.client.set_cookie("relais", value, domain="127.0.0.1")
    return thief


def is_in(visitor: Visitor) -> bool:
    return visitor.get("/account").heading != "Se connecter"


def leave(visitor: Visitor, database: Database, cast: Cast) -> None:
    visitor.post("/sign-out")


def change_address(visitor: Visitor, database: Database, cast: Cast) -> None:
    visitor.get("/account")
    visitor.submit("/account/email", email="new@example.org")
    visitor.get(f"/sign-in/link/{ask(None, database, 'new@example.org')}")
    visitor.submit("/sign-in/link/")


def close_from_elsewhere(visitor: Visitor, database: Database, cast: Cast) -> None:
    elsewhere = Visitor(visitor.app)
    sign_in(elsewhere, database, "charlie@example.org")
    with database.reading() as session:
        first = session.scalars(select(Session).order_by(Session.id)).first()
        assert first is not None
    elsewhere.post(f"/account/sessions/{first.id}/end")


def close_all_others(visitor: Visitor, database: Database, cast: Cast) -> None:
    visitor.post("/account/sessions/end")


def sign_in_again(visitor: Visitor, database: Database, cast: Cast) -> None:
    visitor.get(f"/sign-in/link/{ask(Visitor(visitor.app), database, 'charlie@example.org')}")
    visitor.submit("/sign-in/link/")


def disable(visitor: Visitor, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        session.get_one(Person, cast.charlie.id).state = PersonState.DISABLED
        session.commit()


def change_role(visitor: Visitor, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        accounts.promote("charlie@example.org", PersonRole.MODERATOR)
        session.commit()


def erase(visitor: Visitor, database: Database, cast: Cast) -> None:
    with database.writing() as session:
        personal_data.erase(session.get_one(Person, cast.charlie.id))
        session.commit()


ENDS = (
    *(leave, change_address, close_from_elsewhere, close_all_others),
    *(sign_in_again, disable, change_role, erase),
)


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_a_copied_cookie_opens_nothing_afterwards(
    visitor: Visitor,
    app: Flask,
    database: Database,
    cast: Cast,
    end: Callable[[Visitor, Database, Cast], None],
) -> None:
    sign_in(visitor, database, "charlie@example.org")
    copied = cookie_of(visitor)
    end(visitor, database, cast)
    assert not is_in(with_cookie(app, copied))


def test_control_the_copy_opens_while_nothing_ended_it(
    visitor: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    sign_in(visitor, database, "charlie@example.org")
    assert is_in(with_cookie(app, cookie_of(visitor)))


def test_a_session_that_nobody_used_for_thirty_days_is_over(
    visitor: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    sign_in(visitor, database, "charlie@example.org")
    copied, now = cookie_of(visitor), clock.now()
    with time_machine.travel(now + timedelta(days=31), tick=False):
        thief = with_cookie(app, copied)
        with thief.client.session_transaction(base_url=BASE) as kept:
            assert "_user_id" not in kept  # the cookie itself is too old as well
        assert not is_in(thief)


def test_a_session_in_use_lives_on(visitor: Visitor, database: Database, cast: Cast) -> None:
    sign_in(visitor, database, "charlie@example.org")
    now = clock.now()
    for days in (20, 40, 60):
        with time_machine.travel(now + timedelta(days=days), tick=False):
            assert is_in(
                visitor
            )  # only looking at pages, which writes nothing: the worker notes it


def test_a_session_cannot_be_planted(
    visitor: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    """Whatever the cookie held before, signing in replaces it: the planter's copy stays what it was."""
    visitor.get("/sign-in")
    with visitor.client.session_transaction(base_url=BASE) as planted:
        planted["_user_id"] = "chosen by somebody else"
        planted["mark"] = "x"
    before = cookie_of(visitor)
    sign_in(visitor, database, "charlie@example.org")
    with visitor.client.session_transaction(base_url=BASE) as kept:
        assert "mark" not in kept
        assert kept["_user_id"] != "chosen by somebody else"
    assert not is_in(with_cookie(app, before))


def test_the_database_keeps_no_token(visitor: Visitor, database: Database, cast: Cast) -> None:
    sign_in(visitor, database, "charlie@example.org")
    with visitor.client.session_transaction(base_url=BASE) as kept:
        token = kept["_user_id"]
    with database.reading() as session:
        row = session.scalars(select(Session)).one()
    assert token not in str(vars(row))


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "https://relais.example"])
def test_every_cookie_has_its_flags(settings: Settings, cast: Cast, base_url: str) -> None:
    app = create_app(replace(settings, BASE_URL=base_url))
    client = app.test_client()
    with app.app_context(), app.extensions["database"].writing() as session:
        link = accounts.sign_in_links.ask("charlie@example.org")
        session.commit()
        token = accounts.sign_in_links.token(link)
    page = client.get(f"/sign-in/link/{token}", base_url=base_url).get_data(as_text=True)
    form_token = page.split('name="csrf_token" value="')[1].split('"')[0]
    answer = client.post(
        f"/sign-in/link/{token}", data={"csrf_token": form_token}, base_url=base_url
    )
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert cookies
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=Lax" in cookie
        if base_url.startswith("https"):
            assert cookie.startswith("__Host-")
            assert "Secure" in cookie
            assert "Path=/" in cookie
            assert "Domain" not in cookie

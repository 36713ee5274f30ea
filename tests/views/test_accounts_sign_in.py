"""Signing in by a mailed link: the page, the mail that waits, the button, the session."""

from __future__ import annotations

from datetime import datetime, timedelta

import time_machine
from sqlalchemy import func, select

from portal import clock
from portal.db import Database
from portal.models import Outbox, Person, Session
from tests import factories
from tests.arrivals import ask, sign_in
from tests.people import Cast
from tests.visitor import Visitor


def test_asking_answers_the_same_page_for_known_and_unknown_addresses(
    visitor: Visitor, database: Database, cast: Cast
) -> None:
    visitor.get("/sign-in")
    known = visitor.submit("/sign-in", email="alice@example.org").words
    visitor.get("/sign-in")
    unknown = visitor.submit("/sign-in", email="nobody@example.org").words
    assert known.replace("alice", "nobody") == unknown
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Outbox)) == 2


def test_the_outbox_holds_no_secret(visitor: Visitor, database: Database) -> None:
    token = ask(visitor, database, "ann@example.org")
    with database.reading() as session:
        row = session.scalars(select(Outbox)).one()
    assert token not in str(row.payload)
    assert token.split(".")[1] not in str(row.payload)


def test_looking_at_the_link_does_nothing_and_pressing_signs_in(
    visitor: Visitor, database: Database
) -> None:
    token = ask(visitor, database, "Ann@Example.org", "/sign-in")
    for _ in range(10):
        assert visitor.get(f"/sign-in/link/{token}").status == 200
    with database.reading() as session:
        assert session.scalars(select(Person)).all() == []
    visitor.submit("/sign-in/link/")
    with database.reading() as session:
        person = session.scalars(select(Person)).one()
        assert (person.email, person.is_verified) == ("ann@example.org", True)
        assert session.scalar(select(func.count()).select_from(Session)) == 1


def test_a_link_serves_once(visitor: Visitor, database: Database) -> None:
    token = ask(visitor, database, "ann@example.org")
    visitor.get(f"/sign-in/link/{token}")
    visitor.submit("/sign-in/link/")
    other = Visitor(visitor.app)
    assert other.get(f"/sign-in/link/{token}").status == 410
    assert other.post(f"/sign-in/link/{token}").status == 410


def test_a_link_dies_after_fifteen_minutes(visitor: Visitor, database: Database) -> None:
    token = ask(visitor, database, "ann@example.org")
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert visitor.get(f"/sign-in/link/{token}").status == 410


def test_the_fourth_link_in_a_quarter_of_an_hour_is_refused_for_every_address(
    visitor: Visitor, database: Database, cast: Cast
) -> None:
    for email in ("alice@example.org", "nobody@example.org"):
        for _ in range(3):
            visitor.get("/sign-in")
            assert visitor.submit("/sign-in", email=email).status == 200
        visitor.get("/sign-in")
        assert visitor.submit("/sign-in", email=email).status == 429


def test_what_is_not_an_address_is_told_so(visitor: Visitor) -> None:
    visitor.get("/sign-in")
    page = visitor.submit("/sign-in", email="camille chez exemple")
    assert page.status == 422
    assert "Écrivez une adresse comme camille@exemple.fr." in page.words


def test_anonymous_pages_set_no_cookie(visitor: Visitor) -> None:
    page = visitor.get("/sign-in")
    assert "Set-Cookie" not in page.response.headers


def test_pages_of_a_signed_in_person_are_not_kept_by_caches(
    visitor: Visitor, database: Database
) -> None:
    sign_in(visitor, database, "ann@example.org")
    answer = visitor.client.get("/healthz", base_url="http://127.0.0.1:8000")
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_only_with_demo_somebody_signs_in_by_one_click(visitor: Visitor, cast: Cast) -> None:
    visitor.get("/sign-in")
    assert visitor.post("/sign-in/demo", {"person": str(cast.alice.id)}).status == 404


def test_who_signed_up_before_having_an_account_is_called_by_that_name(
    visitor: Visitor, database: Database
) -> None:
    sign_up(database, "Lina", verified_at=clock.now())
    sign_in(visitor, database, "lina@example.org")
    assert visitor.get("/account").heading == "Bonjour Lina"


def test_a_signup_that_nobody_confirmed_names_nobody(visitor: Visitor, database: Database) -> None:
    sign_up(database, "Intrus", verified_at=None)
    sign_in(visitor, database, "lina@example.org")
    assert "Intrus" not in visitor.get("/account").heading


def sign_up(database: Database, first_name: str, verified_at: datetime | None) -> None:
    with database.writing() as session:
        offer = factories.offer(shifts=[factories.shift()])
        session.add(offer)
        session.flush()
        shift = offer.shifts[0]
        made = factories.signup(
            shift, first_name, email="lina@example.org", verified_at=verified_at
        )
        session.add(made)
        session.commit()

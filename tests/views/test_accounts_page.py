"""The account page: what one says of oneself, devices, ways in, taking everything, erasing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import clock, db, tokens
from portal.db import Database
from portal.models import Like, Membership, Person, PersonState, Session, Signup, SignupState
from portal.services import likes
from tests import factories
from tests.arrivals import ask, sign_in
from tests.people import Cast
from tests.visitor import Visitor


@pytest.fixture
def charlie(visitor: Visitor, database: Database, cast: Cast) -> Visitor:
    """Charlie, signed in."""
    sign_in(visitor, database, "charlie@example.org")
    return visitor


def signup_of(database: Database, cast: Cast) -> int:
    """Charlie confirmed on a shift of Les Jardins, and a like of its offer. The signup's id."""
    with database.writing() as session:
        jardins = session.merge(cast.jardins)
        offer = factories.offer(jardins)
        session.add(offer)
        session.flush()
        signup = Signup(
            shift_id=offer.shifts[0].id,
            person_id=cast.charlie.id,
            nonce=tokens.nonce(),
            email="charlie@example.org",
            email_hash=tokens.email_hash("charlie@example.org"),
            first_name="Charlie",
            phone="0600000001",
            state=SignupState.CONFIRMED,
            verified_at=clock.now(),
        )
        session.add(signup)
        likes.like(session.merge(cast.charlie), offer)
        session.commit()
        return signup.id


def test_a_stranger_is_sent_to_sign_in(visitor: Visitor) -> None:
    page = visitor.get("/account")
    assert page.heading == "Se connecter"


def test_the_profile_is_saved_and_nothing_else(
    charlie: Visitor, database: Database, cast: Cast
) -> None:
    charlie.get("/account")
    page = charlie.submit(
        "/account", first_name=" Charlie  B. ", is_seen="y", role="moderator", email="x@example.org"
    )
    assert "C’est enregistré." in page.words
    with database.reading() as session:
        person = session.get_one(Person, cast.charlie.id)
    assert (person.first_name, person.is_seen, person.wants_news) == ("Charlie B.", True, True)
    assert (person.role.value, person.email) == ("person", "charlie@example.org")


def test_the_page_shows_signups_and_likes(charlie: Visitor, database: Database, cast: Cast) -> None:
    signup_of(database, cast)
    page = charlie.get("/account")
    assert "Planter une haie" in page.words
    assert "confirmée" in page.words


def test_a_device_is_signed_out_from_another(
    charlie: Visitor, app: Flask, database: Database
) -> None:
    phone = Visitor(app)
    sign_in(phone, database, "charlie@example.org")
    with database.reading() as session:
        row = session.scalars(select(Session).order_by(Session.id.desc())).first()
        assert row is not None
    charlie.get("/account")
    charlie.submit(f"/account/sessions/{row.id}/end")
    assert phone.get("/account").heading == "Se connecter"
    assert charlie.get("/account").status == 200


def test_a_device_of_somebody_else_is_not_there(
    charlie: Visitor, app: Flask, database: Database
) -> None:
    alice = Visitor(app)
    sign_in(alice, database, "alice@example.org")
    with database.reading() as session:
        row = session.scalars(select(Session).order_by(Session.id.desc())).first()
        assert row is not None
    charlie.get("/account")
    assert charlie.post(f"/account/sessions/{row.id}/end").status == 404
    assert alice.get("/account").status == 200


def test_the_address_changes_when_the_new_one_is_proved(
    charlie: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    phone = Visitor(app)
    sign_in(phone, database, "charlie@example.org")
    old = ask(Visitor(app), database, "charlie@example.org")
    charlie.get("/account")
    charlie.submit("/account/email", email="new@example.org")
    token = ask(None, database, "new@example.org")
    charlie.get(f"/sign-in/link/{token}")
    assert "new@example.org" in charlie.submit("/sign-in/link/").words
    with database.reading() as session:
        assert session.get_one(Person, cast.charlie.id).email == "new@example.org"
    assert phone.get("/account").heading == "Se connecter"
    assert Visitor(app).get(f"/sign-in/link/{old}").status == 410


def test_a_link_to_change_the_address_does_nothing_for_somebody_else(
    charlie: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    charlie.get("/account")
    charlie.submit("/account/email", email="victim@example.org")
    token = ask(None, database, "victim@example.org")
    victim = Visitor(app)
    victim.get(f"/sign-in/link/{token}")
    assert victim.submit("/sign-in/link/").status == 403
    with database.reading() as session:
        assert session.get_one(Person, cast.charlie.id).email == "charlie@example.org"


def test_everything_is_handed_over_as_json(
    charlie: Visitor, database: Database, cast: Cast
) -> None:
    signup_of(database, cast)
    page = charlie.get("/account/export")
    found = json.loads(page.text)
    assert found["person"]["email"] == "charlie@example.org"
    assert [one["title"] for one in found["signups"]] == ["Planter une haie"]
    assert [one["title"] for one in found["likes"]] == ["Planter une haie"]
    assert "alice@example.org" not in page.text
    assert "nonce" not in page.text


def test_taking_and_erasing_want_a_fresh_proof(charlie: Visitor) -> None:
    with time_machine.travel(clock.now() + timedelta(hours=13), tick=False):
        for path in ("/account/export", "/account/erase"):
            page = charlie.get(path)
            assert page.heading == "Se connecter"
            assert "confirmez d’abord que c’est bien vous" in page.words


def test_erasing_forgets_the_person_and_keeps_the_counts(
    charlie: Visitor, database: Database, cast: Cast
) -> None:
    signup_id = signup_of(database, cast)
    charlie.get("/account/erase")
    page = charlie.submit("/account/erase")
    assert "Votre compte est effacé." in page.words
    assert charlie.get("/account").heading == "Se connecter"
    with database.reading() as session:
        person = session.get_one(Person, cast.charlie.id)
        signup = session.get_one(Signup, signup_id)
        assert (person.email, person.first_name, person.state) == (None, "", PersonState.ERASED)
        assert (signup.email, signup.first_name, signup.phone) == ("", "", "")
        assert signup.state is SignupState.CANCELLED
        assert session.scalar(select(func.count()).select_from(Like)) == 0


def test_the_last_coordinator_hands_over_first(
    visitor: Visitor, database: Database, cast: Cast
) -> None:
    sign_in(visitor, database, "alice@example.org")
    visitor.get("/account/erase")
    page = visitor.submit("/account/erase")
    assert page.status == 409
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Membership)) == 3


def test_an_operator_promotes_exports_and_erases(
    charlie: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    run = app.test_cli_runner().invoke
    promote = ["people", "promote", "charlie@example.org", "--role", "moderator"]
    assert run(args=promote).exit_code == 0
    assert charlie.get("/account").heading == "Se connecter"
    shown = run(args=["people", "export", "charlie@example.org"])
    assert json.loads(shown.output)["person"]["role"] == "moderator"
    assert run(args=["people", "erase", "charlie@example.org", "--yes"]).exit_code == 0
    with database.reading():
        assert db.session.get_one(Person, cast.charlie.id).state is PersonState.ERASED
    assert run(args=["people", "erase", "charlie@example.org", "--yes"]).exit_code == 1

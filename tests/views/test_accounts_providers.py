"""Signing in through a provider, end to end against a real OpenID Connect server."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from portal import config, create_app
from portal.config import LoginProvider, Settings
from portal.db import Database
from portal.models import Identity, Person, Session, SignInLink
from portal.services import sign_in_links
from tests import oidc
from tests.conftest import settings_for
from tests.oidc import Provider, somebody, walk
from tests.people import Cast
from tests.visitor import Visitor


@pytest.fixture
def provider() -> Iterator[Provider]:
    with oidc.running("example") as running:
        yield running


@pytest.fixture
def settings(migrated: Path, tmp_path: Path, provider: Provider) -> Settings:
    (tmp_path / "relais.db").write_bytes(migrated.read_bytes())
    return config.from_environment({}, {**settings_for(tmp_path), "LOGINS": (provider.setting(),)})


def token_of_last_link(database: Database) -> str:
    with database.reading() as session:
        link = session.scalars(select(SignInLink).order_by(SignInLink.id.desc())).first()
        assert link is not None
        return sign_in_links.token(link)


def test_somebody_new_comes_in_at_once(
    visitor: Visitor, provider: Provider, database: Database
) -> None:
    provider.claims = somebody(email="Ann@Example.org", email_verified=True)
    page = walk(visitor, provider)
    assert "Bonjour Ann" in page.words
    with database.reading() as session:
        person = session.scalars(select(Person)).one()
        identity = session.scalars(select(Identity)).one()
    assert (person.email, person.first_name, person.is_verified) == ("ann@example.org", "Ann", True)
    assert (identity.issuer, identity.subject) == (provider.issuer, provider.claims["sub"])


def test_the_second_time_it_is_the_same_person(
    visitor: Visitor, provider: Provider, app: Flask, database: Database
) -> None:
    provider.claims = somebody(email="ann@example.org", email_verified=True)
    walk(visitor, provider)
    walk(Visitor(app), provider)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 1
        assert session.scalar(select(func.count()).select_from(Session)) == 2


def test_the_code_flow_has_pkce_state_nonce_and_three_scopes(
    visitor: Visitor, provider: Provider
) -> None:
    provider.claims = somebody(email="ann@example.org", email_verified=True)
    walk(visitor, provider)
    asked = provider.requests[0]
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"] == "openid email profile"
    assert asked["redirect_uri"] == "http://127.0.0.1:8000/sign-in/example/callback"
    assert len(asked["state"]) >= 20
    assert len(asked["nonce"]) >= 20


def test_an_address_that_has_an_account_is_proved_by_mail_before_the_two_are_joined(
    visitor: Visitor, provider: Provider, cast: Cast, database: Database
) -> None:
    provider.claims = somebody(email="alice@example.org", email_verified=True)
    page = walk(visitor, provider)
    assert page.heading == "Encore un pas"
    visitor.submit("/sign-in/proof")
    with database.reading() as session:
        assert session.scalars(select(Identity)).all() == []
    visitor.get(f"/sign-in/link/{token_of_last_link(database)}")
    page = visitor.submit("/sign-in/link/")
    assert "Bonjour Alice" in page.words
    with database.reading() as session:
        assert session.scalars(select(Identity)).one().person_id == cast.alice.id


def test_pressed_in_another_browser_nothing_is_joined(
    visitor: Visitor, app: Flask, provider: Provider, cast: Cast, database: Database
) -> None:
    provider.claims = somebody(email="alice@example.org")
    walk(visitor, provider)
    visitor.submit("/sign-in/proof")
    owner = Visitor(app)
    owner.get(f"/sign-in/link/{token_of_last_link(database)}")
    page = owner.submit("/sign-in/link/")
    assert "n’a pas été lié" in page.words
    with database.reading() as session:
        assert session.scalars(select(Identity)).all() == []


def test_without_an_address_it_is_asked_for(
    visitor: Visitor, provider: Provider, database: Database
) -> None:
    provider.claims = somebody()
    walk(visitor, provider)
    visitor.submit("/sign-in/proof", email="ann@example.org")
    visitor.get(f"/sign-in/link/{token_of_last_link(database)}")
    visitor.submit("/sign-in/link/")
    with database.reading() as session:
        assert session.scalars(select(Person)).one().is_verified
        assert session.scalars(select(Identity)).one().email == ""


def test_one_goes_on_where_one_was(visitor: Visitor, provider: Provider) -> None:
    provider.claims = somebody(email="ann@example.org", email_verified=True)
    page = walk(visitor, provider, "?next=/search")
    assert page.path == "/search"


def test_saying_no_at_the_provider_is_told_in_a_sentence(
    visitor: Visitor, provider: Provider
) -> None:
    oidc.leave(visitor, provider)
    page = visitor.get("/sign-in/example/callback?error=access_denied")
    assert page.status == 422
    assert "n’a pas abouti" in page.words


def test_a_provider_that_does_not_answer_is_told_within_three_seconds(
    settings: Settings, provider: Provider
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        address = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
        mute = LoginProvider("mute", "relais", "secret", address)
        visitor = Visitor(create_app(replace(settings, LOGINS=(mute,))))
        began = time.monotonic()
        page = visitor.get("/sign-in/mute")
    assert page.status == 503
    assert "Mute ne répond pas" in page.words
    assert time.monotonic() - began < 3.5


def test_a_provider_that_is_not_configured_does_not_exist(visitor: Visitor) -> None:
    assert visitor.get("/sign-in/google").status == 404

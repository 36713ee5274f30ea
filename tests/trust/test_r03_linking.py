"""R03: nobody enters somebody's account through a provider's e-mail. Twelve scripts against a real provider, five ways of
lying in wait for an account's true owner, and the controls that show what each guard holds back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.db import Database
from portal.models import Identity, Person, Session
from portal.services import accounts, identities, sessions
from portal.services.identities import Claims
from tests import factories
from tests.arrivals import ask, sign_in
from tests.oidc import Provider, somebody, walk
from tests.people import Cast
from tests.providers import (
    identities_of,
    last_token,
    other,
    provider,
    sessions_begun,
    settings,
)
from tests.visitor import Visitor

__all__ = ["other", "provider", "settings"]
pytestmark = pytest.mark.trust
ALICE = "alice@example.org"

# What a provider may say of an attacker who wants Alice's account: each must end in a question for a mailed proof.
SAID_OF_ALICE: dict[str, dict[str, Any]] = {
    "email_verified is false": {"email": ALICE, "email_verified": False},
    "email_verified is absent": {"email": ALICE},
    "email_verified is the text true": {"email": ALICE, "email_verified": "true"},
    "email_verified is the number one": {"email": ALICE, "email_verified": 1},
    "email_verified, of an account that exists": {"email": ALICE, "email_verified": True},
    "upper case": {"email": "ALICE@EXAMPLE.ORG", "email_verified": True},
    "spaces around": {"email": " alice@example.org ", "email_verified": True},
    "no e-mail at all": {},
    "the e-mail is a list": {"email": [ALICE], "email_verified": True},
}


@pytest.mark.parametrize("said", SAID_OF_ALICE.values(), ids=SAID_OF_ALICE.keys())
def test_no_word_of_a_provider_opens_an_existing_account(
    visitor: Visitor, provider: Provider, database: Database, cast: Cast, said: dict[str, Any]
) -> None:
    provider.claims = somebody(**said)
    page = walk(visitor, provider)
    assert page.heading == "Encore un pas"
    assert sessions_begun(database) == 0
    assert identities_of(database, cast.alice.id) == []


@pytest.mark.parametrize("email", ["\u212aarl@example.org", "ſam@example.org", "ann@exämple.org"])
def test_letters_that_fold_into_others_are_not_verified(
    visitor: Visitor, provider: Provider, database: Database, email: str
) -> None:
    """A Kelvin sign becomes a k: without the guard, the stranger would own karl@example.org here before Karl comes."""
    provider.claims = somebody(email=email, email_verified=True)
    assert walk(visitor, provider).heading == "Encore un pas"
    assert sessions_begun(database) == 0


def test_a_changed_email_of_the_same_subject_is_the_same_person(
    visitor: Visitor, app: Flask, provider: Provider, database: Database, cast: Cast
) -> None:
    provider.claims = somebody(sub="s1", email="ann@example.net", email_verified=True)
    walk(visitor, provider)
    provider.claims = somebody(sub="s1", email=ALICE, email_verified=True)
    walk(Visitor(app), provider)
    assert identities_of(database, cast.alice.id) == []
    with database.reading() as session:
        ann = session.scalars(select(Person).where(Person.email == "ann@example.net")).one()
        assert {row.person_id for row in session.scalars(select(Session))} == {ann.id}


def test_the_same_email_of_another_subject_is_not_the_same_person(
    visitor: Visitor, app: Flask, provider: Provider, database: Database
) -> None:
    provider.claims = somebody(sub="s1", email="ann@example.net", email_verified=True)
    walk(visitor, provider)
    provider.claims = somebody(sub="s2", email="ann@example.net", email_verified=True)
    assert walk(Visitor(app), provider).heading == "Encore un pas"
    assert sessions_begun(database) == 1


def test_the_same_subject_of_another_issuer_is_not_the_same_person(
    visitor: Visitor, app: Flask, provider: Provider, other: Provider, database: Database
) -> None:
    provider.claims = somebody(sub="s1", email="ann@example.net", email_verified=True)
    walk(visitor, provider)
    other.claims = somebody(sub="s1", email="ann@example.net", email_verified=True)
    assert walk(Visitor(app), other).heading == "Encore un pas"
    assert sessions_begun(database) == 1


def test_control_a_lookup_by_email_alone_would_have_let_the_attacker_in(
    database: Database, cast: Cast
) -> None:
    claims = Claims("example", "https://issuer.example", "s1", ALICE, is_email_verified=True)
    with database.writing():
        assert identities.enter(claims) is None
        naive = accounts.of_email(claims.email)
        assert naive is not None
        assert naive.id == cast.alice.id


# Lying in wait: the attacker prepares an account before its true owner comes.


@pytest.fixture
def unproved(database: Database) -> Person:
    """An account in the victim's name that nobody proved, made by the attacker: a session and an identity are on it."""
    with database.writing() as session:
        person = factories.person("victim", email_verified_at=None)
        session.add(person)
        session.flush()
        claims = Claims("example", "https://issuer.example", "attacker", "victim@example.org")
        identities.link(person, claims)
        session.commit()
        return person


def begin(database: Database, person: Person) -> str:
    with database.writing() as session:
        _row, token = sessions.begin(session.merge(person))
        session.commit()
        return token


def is_open(database: Database, token: str) -> bool:
    with database.reading():
        return sessions.find(token) is not None


def test_a_session_that_waited_ends_when_the_owner_proves_the_address(
    visitor: Visitor, database: Database, unproved: Person
) -> None:
    token = begin(database, unproved)
    sign_in(visitor, database, "victim@example.org")
    assert not is_open(database, token)


def test_an_identity_that_waited_goes_when_the_owner_proves_the_address(
    visitor: Visitor, database: Database, unproved: Person
) -> None:
    sign_in(visitor, database, "victim@example.org")
    assert identities_of(database, unproved.id) == []


def test_control_without_the_wipe_session_and_identity_would_still_open(
    database: Database, unproved: Person
) -> None:
    token = begin(database, unproved)
    with database.writing() as session:
        session.merge(unproved).email_verified_at = clock.now()  # what a naive proof would do
        session.commit()
    assert is_open(database, token)
    assert identities_of(database, unproved.id) == ["attacker"]


def test_an_address_change_that_waited_cannot_be_pressed_by_the_victim(
    visitor: Visitor, app: Flask, database: Database, cast: Cast
) -> None:
    sign_in(visitor, database, "charlie@example.org")
    visitor.get("/account")
    visitor.submit("/account/email", email="victim@example.org")
    token = ask(None, database, "victim@example.org")
    victim = Visitor(app)
    sign_in(victim, database, "victim@example.org")
    victim.get(f"/sign-in/link/{token}")
    assert victim.page is not None
    assert victim.page.status == 410  # the owner came in: every other link to the address died


def test_an_identity_is_not_joined_by_the_victims_button(
    visitor: Visitor, app: Flask, provider: Provider, database: Database, cast: Cast
) -> None:
    """The attacker begins with their own identity and Alice's address; Alice presses the button in her own browser."""
    provider.claims = somebody(email=ALICE)
    walk(visitor, provider)
    visitor.submit("/sign-in/proof", email=ALICE)
    alice = Visitor(app)
    alice.get(f"/sign-in/link/{last_token(database)}")
    alice.submit("/sign-in/link/")
    assert identities_of(database, cast.alice.id) == []
    assert walk(Visitor(app), provider).heading == "Encore un pas"


def test_control_pressed_where_it_began_it_is_joined(
    visitor: Visitor, provider: Provider, database: Database, cast: Cast
) -> None:
    provider.claims = somebody(sub="hers", email=ALICE)
    walk(visitor, provider)
    visitor.submit("/sign-in/proof", email=ALICE)
    visitor.get(f"/sign-in/link/{last_token(database)}")
    visitor.submit("/sign-in/link/")
    assert identities_of(database, cast.alice.id) == ["hers"]


def test_a_provider_that_verifies_nothing_makes_no_account(
    visitor: Visitor, provider: Provider, database: Database
) -> None:
    provider.claims = somebody(email="victim@example.org", email_verified=False)
    walk(visitor, provider)
    with database.reading() as session:
        assert session.scalars(select(Person)).all() == []
        assert session.scalars(select(Identity)).all() == []


# Adding an identity to an account, and taking it away.


def test_an_identity_is_added_from_the_account_page_only(
    visitor: Visitor, provider: Provider, database: Database, cast: Cast
) -> None:
    sign_in(visitor, database, "charlie@example.org")
    link = visitor.get("/account").soup.find("a", href=lambda h: h and "/sign-in/example?" in h)
    assert link is not None
    provider.claims = somebody(sub="his")
    page = walk(visitor, provider, str(link["href"]).removeprefix("/sign-in/example"))
    assert "Vous pouvez maintenant entrer avec Example." in page.words
    assert identities_of(database, cast.charlie.id) == ["his"]


def test_another_site_cannot_have_an_identity_added(
    visitor: Visitor, provider: Provider, database: Database, cast: Cast
) -> None:
    sign_in(visitor, database, "charlie@example.org")
    provider.claims = somebody(sub="attacker")
    assert walk(visitor, provider, "?link=0123456789abcdef").status == 422
    assert identities_of(database, cast.charlie.id) == []


def test_an_identity_of_somebody_else_is_not_moved(
    visitor: Visitor, app: Flask, provider: Provider, database: Database, cast: Cast
) -> None:
    provider.claims = somebody(sub="anns", email="ann@example.net", email_verified=True)
    walk(Visitor(app), provider)
    sign_in(visitor, database, "charlie@example.org")
    link = visitor.get("/account").soup.find("a", href=lambda h: h and "/sign-in/example?" in h)
    assert link is not None
    page = walk(visitor, provider, str(link["href"]).removeprefix("/sign-in/example"))
    assert page.status == 409
    assert identities_of(database, cast.charlie.id) == []


def test_the_last_way_in_cannot_be_unlinked(database: Database) -> None:
    with database.writing() as session:
        person = Person(first_name="Ann")
        session.add(person)
        session.flush()
        identity = identities.link(person, Claims("example", "https://issuer.example", "s1"))
        with pytest.raises(identities.Conflict):
            identities.unlink(person, identity.id)
        second = identities.link(person, Claims("example", "https://issuer.example", "s2"))
        identities.unlink(person, identity.id)
        assert [one.id for one in session.scalars(select(Identity))] == [second.id]

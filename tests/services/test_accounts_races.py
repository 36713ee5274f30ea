"""People's verbs by twenty at once, on both databases: the unique keys and the counted limits hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Lock

import pytest
from sqlalchemy import func, select

from portal import clock, db, tokens
from portal.db import Database
from portal.errors import Conflict, Gone, PortalError, TooMany
from portal.models import (
    Identity,
    Invitation,
    Like,
    LinkPurpose,
    Membership,
    Offer,
    Person,
    ShareLink,
    SignInLink,
    TeamRole,
)
from portal.services import (
    accounts,
    associations,
    identities,
    invitations,
    likes,
    shares,
    sign_in_links,
)
from portal.services.associations import NewAssociation
from portal.services.identities import Claims
from tests import factories
from tests.conftest import SECRET

TWENTY = 20


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def store(request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> Iterator[Database]:
    """A migrated database of the kind; PostgreSQL's is skipped where there is none."""
    tokens.use_key(SECRET)
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgresql_url")
    else:
        (tmp_path / "races.db").write_bytes(migrated.read_bytes())
        url = f"sqlite:///{tmp_path / 'races.db'}"
    opened = Database(url)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def ids(store: Database) -> tuple[int, int]:
    """(a person, an offer)."""
    with store.writing() as session:
        person, offer = factories.person("charlie"), factories.offer()
        session.add_all([person, offer])
        session.commit()
        return person.id, offer.id


def at_once(store: Database, act: Callable[[Database], object]) -> list[object]:
    """What twenty threads got, let go together: a value, or the PortalError that told them no."""
    gate = Barrier(TWENTY)

    def one(_number: int) -> object:
        gate.wait(30)
        try:
            with store.writing() as session:
                found = act(store)
                session.commit()
                return found
        except PortalError as error:
            return error

    with ThreadPoolExecutor(TWENTY) as threads:
        return list(threads.map(one, range(TWENTY)))


def number(store: Database, model: type) -> int:
    with store.reading() as session:
        return int(session.scalar(select(func.count()).select_from(model)) or 0)


def person_and_offer(ids: tuple[int, int]) -> tuple[Person, Offer]:
    return db.session.get_one(Person, ids[0]), db.session.get_one(Offer, ids[1])


def test_twenty_taps_are_one_like(store: Database, ids: tuple[int, int]) -> None:
    got = at_once(store, lambda _s: likes.like(*person_and_offer(ids)))
    assert sorted(map(bool, got)) == [False] * (TWENTY - 1) + [True]
    assert number(store, Like) == 1


def test_twenty_requests_are_one_share_link(store: Database, ids: tuple[int, int]) -> None:
    got = at_once(store, lambda _s: shares.make(*person_and_offer(ids)).code)
    assert len(set(got)) == 1
    assert number(store, ShareLink) == 1


def test_twenty_questions_bring_three_links(store: Database) -> None:
    got = at_once(store, lambda _s: sign_in_links.ask("ann@example.org").id)
    assert sum(isinstance(one, TooMany) for one in got) == TWENTY - 3
    assert number(store, SignInLink) == 3


def test_twenty_presses_come_in_once(store: Database) -> None:
    with store.writing() as session:
        given = sign_in_links.token(sign_in_links.ask("ann@example.org"))
        session.commit()
    got = at_once(store, lambda _s: accounts.enter(given)[0].id)
    assert sum(isinstance(one, Gone) for one in got) == TWENTY - 1
    assert number(store, Person) == 1


def test_a_new_address_proved_by_twenty_is_one_person(store: Database) -> None:
    got = at_once(store, lambda _s: accounts.prove("ann@example.org").id)
    assert len(set(got)) == 1
    assert number(store, Person) == 1


def test_one_identity_that_comes_twenty_times_at_once_is_one_person(store: Database) -> None:
    claims = Claims("example", "https://issuer.example", "s1", "ann@example.org", True)
    got = at_once(store, lambda _s: getattr(identities.enter(claims), "id", None))
    assert not [one for one in got if isinstance(one, Exception) and not isinstance(one, Conflict)]
    assert number(store, Identity) == 1
    assert number(store, Person) == 1


def test_twenty_times_five_invitations_are_twenty(store: Database, ids: tuple[int, int]) -> None:
    def invite(_store: Database) -> int:
        names = [f"{tokens.short_code()}@example.org" for _ in range(5)]
        return invitations.invite(*person_and_offer(ids), names)

    got = at_once(store, invite)
    assert sum(isinstance(one, TooMany) for one in got) == TWENTY - 4
    assert number(store, Invitation) == 20


def test_twenty_associations_of_one_name_get_twenty_addresses(
    store: Database, ids: tuple[int, int]
) -> None:
    def found(_store: Database) -> str:
        wish = NewAssociation("Lire ensemble", "On lit aux petits.", "ann@example.org")
        return associations.found(wish, db.session.get_one(Person, ids[0])).slug

    assert len(set(map(str, at_once(store, found)))) == TWENTY
    assert number(store, Membership) == TWENTY


def test_twenty_presses_of_one_invitation_join_the_team_once(
    store: Database, ids: tuple[int, int]
) -> None:
    with store.writing() as session:
        person, offer = person_and_offer(ids)
        invited = associations.invite(
            offer.association, person, str(person.email), TeamRole.COORDINATOR
        )
        token = associations.invitation_token(invited)
        session.commit()
    got = at_once(
        store, lambda _s: associations.accept(token, db.session.get_one(Person, ids[0])).id
    )
    assert not [one for one in got if isinstance(one, Exception) and not isinstance(one, Gone)]
    assert number(store, Membership) == 1


def test_three_accounts_that_move_to_one_address_at_once_are_one_that_does(
    store: Database,
) -> None:
    with store.writing() as session:
        people = [factories.person() for _ in range(3)]
        session.add_all(people)
        session.flush()
        links = [
            SignInLink(
                nonce=tokens.nonce(),
                purpose=LinkPurpose.CHANGE_EMAIL,
                email="new@example.org",
                person_id=person.id,
                expires_at=clock.now() + sign_in_links.LIFE,
                details={},
            )
            for person in people
        ]
        session.add_all(links)
        session.commit()
        waiting = [(one.person_id, sign_in_links.token(one)) for one in links]

    def move(_store: Database) -> int:
        with lock:
            ident, token = waiting.pop() if waiting else (None, "")
        if ident is None:
            raise Gone
        accounts.change_email(db.session.get_one(Person, ident), token)
        return ident

    lock = Lock()
    got = at_once(store, move)
    assert len([one for one in got if isinstance(one, int)]) == 1, got

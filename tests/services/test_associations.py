"""Founding associations and joining teams: how many mails a stranger can cause, and what a second role changes."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.orm import Session

from portal import clock
from portal.errors import TooMany
from portal.models import Association, TeamRole
from portal.services import associations
from portal.services.associations import NewAssociation
from tests import factories
from tests.services.line import keys


def wish(email: str = "victim@example.org", name: str = "Lire ensemble") -> NewAssociation:
    return NewAssociation(name=name, summary="On lit aux petits.", email=email)


def test_an_address_gets_three_founders_mails_a_day(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(associations.FOUNDERS_A_DAY):
        associations.found(wish(), None)
    with pytest.raises(TooMany):
        associations.found(wish("Victim@Example.org"), None)
    assert len(keys(session)) == associations.FOUNDERS_A_DAY
    associations.found(wish("other@example.org"), None)
    with time_machine.travel(clock.now() + timedelta(hours=25)):
        associations.found(wish(), None)
    monkeypatch.setattr(associations, "FOUNDERS_A_DAY", 100)
    associations.found(wish(), None)


def test_all_addresses_together_get_so_many_founders_mails_a_day(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(associations, "ALL_FOUNDERS_A_DAY", 4)
    for number in range(4):
        associations.found(wish(f"ann{number}@example.org"), None)
    with pytest.raises(TooMany):
        associations.found(wish("bob@example.org"), None)
    person = factories.person("charlie")
    session.add(person)
    session.flush()
    made = associations.found(wish("charlie@example.org"), person)
    assert isinstance(made, Association), "who is signed in causes no mail and founds on"


def test_a_helper_who_accepts_a_coordinators_invitation_coordinates(session: Session) -> None:
    garden, alice, bob = factories.association(), factories.person("alice"), factories.person("bob")
    membership = factories.membership(bob, garden, TeamRole.HELPER)
    session.add_all([factories.membership(alice, garden, TeamRole.COORDINATOR), membership])
    session.flush()
    for role in (TeamRole.COORDINATOR, TeamRole.HELPER):
        invitation = associations._invite(garden, alice, "bob@example.org", role, "fr")
        joined = associations.accept(associations.invitation_token(invitation), bob)
        assert (joined.id, joined.role) == (membership.id, TeamRole.COORDINATOR)

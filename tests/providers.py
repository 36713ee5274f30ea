"""Two running providers, and an app that knows both: what the tests of sign-in share. Imported by name where it is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal import config
from portal.config import Settings
from portal.db import Database
from portal.models import Identity, Session, SignInLink
from portal.services import sign_in_links
from tests import oidc
from tests.conftest import settings_for
from tests.oidc import Provider


@pytest.fixture
def provider() -> Iterator[Provider]:
    with oidc.running("example") as running:
        yield running


@pytest.fixture
def other() -> Iterator[Provider]:
    """Another issuer."""
    with oidc.running("another") as running:
        yield running


@pytest.fixture
def settings(migrated: Path, tmp_path: Path, provider: Provider, other: Provider) -> Settings:
    (tmp_path / "relais.db").write_bytes(migrated.read_bytes())
    logins = (provider.setting(), other.setting())
    return config.from_environment({}, {**settings_for(tmp_path), "LOGINS": logins})


def last_token(database: Database) -> str:
    """The newest mailed link's token."""
    with database.reading() as session:
        newest = select(SignInLink).order_by(SignInLink.id.desc()).limit(1)
        return sign_in_links.token(session.scalars(newest).one())


def sessions_begun(database: Database) -> int:
    with database.reading() as session:
        return int(session.scalar(select(func.count()).select_from(Session)) or 0)


def identities_of(database: Database, person_id: int) -> list[str]:
    """The subjects that open this account."""
    with database.reading() as session:
        return list(
            session.scalars(select(Identity.subject).where(Identity.person_id == person_id))
        )

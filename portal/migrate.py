"""Bring a database to the newest schema, and say whether models and migrations agree."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine

from portal.db import Base

FOLDER = Path(__file__).parent.parent / "migrations"


def configuration() -> Config:
    """Alembic's configuration, without a file of its own."""
    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    return settings


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply what is missing, in one transaction."""
    _run(engine, lambda settings: command.upgrade(settings, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to an older schema."""
    _run(engine, lambda settings: command.downgrade(settings, revision))


def differences(engine: Engine) -> list[object]:
    """What the models say and the database does not (or the other way round); empty when they agree."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def is_current(engine: Engine) -> bool:
    """Is the database at the newest revision? For /readyz: two cheap look-ups."""
    head = ScriptDirectory.from_config(configuration()).get_current_head()
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head


def _run(engine: Engine, act: Callable[[Config], object]) -> None:
    with engine.connect() as connection:
        settings = configuration()
        settings.attributes["connection"] = connection
        act(settings)

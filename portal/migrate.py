"""Bring a database to the newest schema, and say whether models and migrations agree.

Alembic and the migrations weigh 11 MiB. Every program asks `is_current` and few migrate: it is loaded by those alone.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine, inspect, text

from portal.db import Base

if TYPE_CHECKING:
    from alembic.config import Config

FOLDER = Path(__file__).parent.parent / "migrations"


def configuration() -> Config:
    """Alembic's configuration, without a file of its own."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(FOLDER))
    return settings


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Apply what is missing, in one transaction."""
    from alembic import command

    _run(engine, lambda settings: command.upgrade(settings, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Go back to an older schema."""
    from alembic import command

    _run(engine, lambda settings: command.downgrade(settings, revision))


def differences(engine: Engine) -> list[object]:
    """What the models say and the database does not (or the other way round); empty when they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return list(compare_metadata(context, Base.metadata))


def is_current(engine: Engine) -> bool:
    """Is the database at the newest revision? For /readyz: two cheap look-ups."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return False
        return connection.scalar(text("SELECT version_num FROM alembic_version")) == head()


def head() -> str:
    """The newest revision: the files of migrations are in one line, and their names begin with their numbers."""
    return max(path.name for path in (FOLDER / "versions").glob("[0-9]*.py")).partition("_")[0]


def _run(engine: Engine, act: Callable[[Config], object]) -> None:
    with engine.connect() as connection:
        settings = configuration()
        settings.attributes["connection"] = connection
        act(settings)

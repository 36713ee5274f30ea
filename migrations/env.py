"""Alembic's way in: the models' metadata, and the database of the settings (or one that a caller hands over)."""

from __future__ import annotations

from alembic import context

import portal.models  # noqa: F401  (declares every table)
from portal import config, db


def run() -> None:
    """Run the migrations on the connection that the caller gave, else on the database of the settings."""
    connection = context.config.attributes.get("connection")
    if connection is not None:
        _migrate(connection)
        return
    engine = db.make_engine(config.from_environment().DATABASE_URL)
    with engine.connect() as opened:
        _migrate(opened)
        opened.commit()


def _migrate(connection: object) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.Base.metadata,
        render_as_batch=True,
        compare_type=True,
        user_module_prefix="db.",
    )
    with context.begin_transaction():
        context.run_migrations()


run()

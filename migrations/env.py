"""Alembic's way in: the models' metadata, and the database of the settings (or one that a caller hands over)."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy.engine import Connection

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


def _migrate(connection: Connection) -> None:
    """In one transaction.

    SQLite changes a table by copying it and dropping the old one; with foreign keys on, the drop deletes or refuses every
    row that points at it. So they are off meanwhile, and checked before the commit.
    """
    context.configure(
        connection=connection,
        target_metadata=db.Base.metadata,
        render_as_batch=True,
        compare_type=True,
        user_module_prefix="db.",
    )
    if connection.dialect.name != "sqlite":
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()
        return
    connection.rollback()  # the rule below is only heard outside a transaction
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        context.run_migrations()
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if broken:
            raise RuntimeError(f"{len(broken)} rows would point at nothing, the first: {broken[0]}")
        connection.commit()
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


run()

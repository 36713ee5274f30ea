"""`db upgrade` and `db check`, and what every other command that reads the database asks first."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask.cli import with_appcontext

from portal import db, migrate

commands = click.Group("db", help="Migrate the database; compare it with the models.")


@commands.command("upgrade")
@with_appcontext
def upgrade() -> None:
    """Bring the database to the newest schema."""
    migrate.upgrade(db.database().engine)
    click.echo("La base est à jour.")


@commands.command("check")
@with_appcontext
def check() -> None:
    """Say whether models and migrations agree; exit 1 when they do not."""
    found = migrate.differences(db.database().engine)
    for difference in found:
        click.echo(repr(difference), err=True)
    if found:
        raise SystemExit(1)
    click.echo("Modèles et migrations concordent.")


def with_database(command: Callable[..., Any]) -> Callable[..., Any]:
    """An app context, in which the database has the schema of this code; else the sentence that says what to do."""

    @with_appcontext
    @wraps(command)
    def checked(*args: Any, **options: Any) -> Any:
        if not migrate.is_current(db.database().engine):
            raise click.ClickException(
                "La base n’a pas le schéma de ce code. `flask --app wsgi db upgrade` la met à jour sans rien perdre."
            )
        return command(*args, **options)

    return checked

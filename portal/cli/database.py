"""`db upgrade` and `db check`."""

from __future__ import annotations

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

"""`config show` and `config check`: the effective settings, secrets masked; refuse what is unsafe."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.table import Table

from portal.config import Settings, problems

commands = click.Group("config", help="Show and check the settings.")


@commands.command("show")
@with_appcontext
def show() -> None:
    """Print the effective settings."""
    table = Table("Setting", "Value", "Is")
    settings: Settings = current_app.config["SETTINGS"]
    for row in settings.rows():
        table.add_row(*row)
    Console().print(table)


@commands.command("check")
@with_appcontext
def check() -> None:
    """Say what is wrong or unsafe in the settings; exit 1 when something is."""
    found = problems(current_app.config["SETTINGS"])
    for sentence in found:
        click.echo(sentence, err=True)
    if found:
        raise SystemExit(1)
    click.echo("Les réglages conviennent.")

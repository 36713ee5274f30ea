"""The command line: `flask --app wsgi COMMAND`. Each file is one noun; this list is all there is.

A command's file is loaded when it is asked for: neither the web server nor another command carries it along.
"""

from __future__ import annotations

from importlib import import_module

import click
from flask import Flask
from flask.cli import AppGroup

# Command or group of commands -> where it is: file, and name there.
COMMANDS = {
    "backup": ("backup", "backup"),
    "config": ("config", "commands"),
    "db": ("database", "commands"),
    "demo": ("demo", "commands"),
    "feeds": ("feed_life", "commands"),
    "index": ("index", "commands"),
    "mail": ("mail", "commands"),
    "people": ("people", "commands"),
    "places": ("places", "commands"),
    "restore": ("backup", "restore"),
    "serve": ("serve", "commands"),
    "trust": ("trust", "commands"),
    "verify": ("backup", "verify"),
    "worker": ("worker", "commands"),
}


class Commands(AppGroup):
    """The commands of the portal among those of Flask."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        file, name = COMMANDS[cmd_name]
        found: click.Command = getattr(import_module(f"portal.cli.{file}"), name)
        return found


def init_app(app: Flask) -> None:
    """Give `flask` its commands."""
    app.cli = Commands(app.name)

"""The command line: `flask --app wsgi COMMAND`. Each file is one noun; this list is all there is."""

from __future__ import annotations

from flask import Flask

from portal.cli import (
    backup,
    config,
    database,
    demo,
    feed_life,
    index,
    mail,
    people,
    places,
    serve,
    trust,
    worker,
)


def init_app(app: Flask) -> None:
    """Add every group of commands to `flask`."""
    for group in (
        backup.backup,
        backup.restore,
        backup.verify,
        config.commands,
        database.commands,
        demo.commands,
        feed_life.commands,
        index.commands,
        mail.commands,
        people.commands,
        places.commands,
        serve.commands,
        trust.commands,
        worker.commands,
    ):
        app.cli.add_command(group)

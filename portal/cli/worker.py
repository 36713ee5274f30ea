"""`worker`: does what was asked for after each commit, and what the clock asks for."""

from __future__ import annotations

import click
from flask import Flask, current_app

from portal.cli.database import with_database
from portal.jobs import worker


@click.command("worker")
@click.option(
    "--no-periodic", is_flag=True, help="Only answer nudges; another worker keeps the timetable."
)
@with_database
def commands(no_periodic: bool) -> None:
    """Drain the outbox, run feeds, alerts, reminders and upkeep, until Ctrl-C."""
    work(current_app._get_current_object(), periodic=not no_periodic)  # type: ignore[attr-defined]


def work(app: Flask, *, periodic: bool = True) -> None:
    """Be the worker of this app until SIGTERM or Ctrl-C."""
    worker.run(app, periodic=periodic)

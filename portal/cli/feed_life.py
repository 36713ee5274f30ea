"""What a person decides about a feed: a suspect run confirmed or dismissed, a pause, other credentials."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import click

from portal import db
from portal.cli.database import with_database
from portal.cli.feeds import commands as commands  # the whole group is asked for here
from portal.cli.feeds import credentials, credentials_options, line_of, out, told
from portal.formats import renumbering
from portal.services import feed_answers, feed_turns, feeds, rekeying
from portal.services.feed_runs import SHOWN_PROBLEMS


@commands.command("confirm")
@click.argument("name")
@with_database
def confirm(name: str) -> None:
    """Accept a suspect run: withdraw what it no longer had, show what it brought."""
    with db.database().writing() as session, told():
        withdrawn = feed_answers.confirm(feeds.by_name(name), session.commit)
        session.commit()
    out.print(f"Passage accepté : {withdrawn} offres retirées.")


@commands.command("dismiss")
@click.argument("name")
@with_database
def dismiss(name: str) -> None:
    """Refuse a suspect run: what was there stays, what it brought goes."""
    with db.database().writing() as session, told():
        feed_answers.dismiss(feeds.by_name(name), session.commit)
        session.commit()
    out.print("Passage écarté : les offres d’avant restent.")


@commands.command("pause")
@click.argument("name")
@with_database
def pause(name: str) -> None:
    """Stop fetching a feed; its offers stay."""
    with db.database().writing() as session, told():
        feeds.pause(feeds.by_name(name))
        session.commit()
    out.print(f"« {name} » est en pause. `feeds resume {name}` le relance.")


@commands.command("resume")
@click.argument("name")
@with_database
def resume(name: str) -> None:
    """Fetch a paused feed again."""
    with db.database().writing() as session, told():
        feeds.resume(feeds.by_name(name))
        session.commit()
    out.print(f"« {name} » est relancé.")


@commands.command("rekey")
@click.argument("name")
@click.argument("file", type=click.File("rb"))
@with_database
def rekey(name: str, file: BinaryIO) -> None:
    """Give offers new ids: FILE is a table of two columns, old id and new id. Pages, likes and signups stay."""
    with db.database().writing() as session, told():
        feed = feeds.by_name(name)
        session.commit()
        with feed_turns.alone(feed, session.commit):
            done = rekeying.rekey(feed, renumbering.read(file))
    out.print(f"rekeyed {done.moved}  already {done.already}  refused {len(done.problems)}")
    for problem in done.problems[:SHOWN_PROBLEMS]:
        out.print(line_of(problem))
    raise SystemExit(0 if done.moved or done.already else 1)


@commands.command("credentials")
@click.argument("name")
@credentials_options
@with_database
def change_credentials(name: str, user: str, header_file: Path | None) -> None:
    """Give a feed other credentials, or none without an option."""
    given = credentials(user, header_file)
    with db.database().writing() as session, told():
        feeds.give_credentials(feeds.by_name(name), given)
        session.commit()
    out.print("Identifiants scellés." if given else "Identifiants retirés.")

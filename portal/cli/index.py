"""`index rebuild` and `index check`."""

from __future__ import annotations

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy import func

from portal import clock, db
from portal.cli.database import with_database
from portal.services import indexing
from search.index import IndexUnavailable

commands = click.Group(
    "index", help="The search index: fill it anew; compare it with the database."
)
console = Console(highlight=False)
MOST_SHOWN = 20


@commands.command("rebuild")
@with_database
def rebuild() -> None:
    """Fill a fresh index from the database and swap it in; searches are answered from the old one until then."""
    rebuild_index()


@commands.command("check")
@with_database
def check() -> None:
    """Compare index and database both ways; exit 1 when they differ."""
    try:
        with db.database().reading():
            found = indexing.check()
    except IndexUnavailable as why:
        console.print(f"L’index ne répond pas ({why}). `index rebuild` le refait.")
        raise SystemExit(1) from why
    for words, ids in (
        ("manquent dans l’index", found.missing),
        ("y sont dans une ancienne version", found.outdated),
        ("n’ont plus à y être", found.stray),
    ):
        if ids:
            more = " …" if len(ids) > MOST_SHOWN else ""
            console.print(
                f"{len(ids)} offres {words} : {', '.join(map(str, ids[:MOST_SHOWN]))}{more}"
            )
    if found.count:
        console.print("`index rebuild` les met d’accord.")
        raise SystemExit(1)
    console.print("L’index et la base sont d’accord.")


def rebuild_index() -> int:
    """Rebuild with a bar that moves; gives how many offers the index holds."""
    shown = (TextColumn("Index"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with db.database().reading() as session, Progress(*shown, console=console) as bar:
        wanted = indexing.findable(clock.now()).with_only_columns(func.count())
        task = bar.add_task("", total=session.scalar(wanted))
        done = indexing.rebuild(lambda number: bar.update(task, completed=number))
        bar.update(task, completed=done)
    console.print(f"{done} offres dans l’index.")
    return done

"""`places import` and `places resolve`: fill the gazetteer, and ask it what a text means."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Column, Table

from portal import db
from portal.cli.database import with_database
from portal.errors import PortalError
from portal.services import places
from portal.services.places import Loaded, PlaceMatch, PlaceRow

commands = click.Group("places", help="Load the gazetteer; ask it what a text means.")
out = Console(highlight=False, markup=False)  # a bracket in what was typed is no markup
err = Console(stderr=True, highlight=False, markup=False)


@commands.command("import")
@click.argument(
    "file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--shipped", is_flag=True, help="What comes with Relais: France, and towns abroad.")
@click.option("--replace", is_flag=True, help="Remove what the new edition does not name any more.")
@with_database
def import_places(file: Path | None, shipped: bool, replace: bool) -> None:
    """Load places from FILE (CSV, JSON of the geo API, postal codes or towns of GeoNames) or --shipped.

    What is known already is renewed; loading twice changes nothing.
    """
    if (file is not None) == shipped:
        raise click.UsageError("Donnez un fichier, ou --shipped : l’un des deux.")
    try:
        # All are read before the first is written: a wrong line leaves the gazetteer as it was.
        rows = list(places.from_file(file) if file else places.shipped())
        done = _import_beside_a_server(rows, replace=replace)
    except PortalError as error:
        err.print(error.in_words(), style="red")
        sys.exit(1)
    out.print(f"Lieux : {done.created} ajoutés, {done.updated} renouvelés, {done.removed} retirés.")


def _import_beside_a_server(rows: list[PlaceRow], *, replace: bool) -> Loaded:
    """Each batch is saved by itself: sign-ups of a running server never wait for the whole gazetteer."""
    columns = (TextColumn("Lieux"), BarColumn(), MofNCompleteColumn())
    with (
        db.database().writing() as session,
        Progress(*columns, console=err, transient=True) as bar,
    ):
        task = bar.add_task("places", total=len(rows))

        def save(count: int) -> None:
            session.commit()
            bar.advance(task, count)

        done = places.load(rows, save, replace=replace)
        session.commit()
    return done


def import_shipped() -> Loaded:
    """Load the gazetteer of France before a first start: whole or not at all, since nobody waits yet."""
    return _import_whole(places.shipped())


def _import_whole(rows: Iterable[PlaceRow]) -> Loaded:
    with db.database().writing() as session:
        done = places.load(rows)
        session.commit()
    return done


@commands.command("resolve")
@click.argument("text")
@click.option("--country", default="FR", show_default=True, help="Whose places go first.")
@with_database
def resolve(text: str, country: str) -> None:
    """Show the best match of TEXT and its rivals; exit 1 when there is none."""
    with db.database().reading():
        found = places.resolve(text, country=country.upper())
    if found.best is None:
        err.print(f"Aucun lieu pour « {text} ».", style="red", markup=False)
        if found.rivals:
            out.print(_table("Vouliez-vous dire", found.rivals))
        sys.exit(1)
    out.print(_table(text, (found.best,)))
    if found.rivals:
        title = "Ambigu : ou bien" if found.is_ambiguous else "Aussi"
        out.print(_table(title, found.rivals))


def _table(title: str, matches: Iterable[PlaceMatch]) -> Table:
    fixed = [Column(head, no_wrap=True) for head in ("Lieu", "Code", "Hab.", "Position", "Autour")]
    table = Table(
        *fixed, "Genre", title=title, title_justify="left", box=box.SIMPLE, padding=(0, 1, 0, 0)
    )
    for match in matches:
        where = "—" if match.lat is None else f"{match.lat:.2f}, {match.lon:.2f}"
        about = "~ " if match.is_estimated else ""
        search = f"zone {match.area}" if match.area else f"{match.radius_km} km"
        people = f"{match.population:,}".replace(",", "\u202f")
        table.add_row(match.label, match.code, people, about + where, search, match.kind)
    return table

"""`feeds ...`: partner feeds from the command line, beside a running server."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, BinaryIO

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import select

from portal import db
from portal.errors import NotFound, PortalError
from portal.fetch import fetch
from portal.formats import FORMATS, FeedProblem
from portal.models import Feed, FeedRun, RunOutcome
from portal.services import feed_runs, feeds
from portal.services.feed_runs import Tally
from portal.services.feeds import Limits

commands = click.Group("feeds", help="Partner feeds: add, run, import, preview.")
FORMAT = click.option("--format", "format", type=click.Choice(tuple(FORMATS)), default="")
ORDER = click.option("--date-order", type=click.Choice(("dmy", "mdy")), default="dmy")
DONE, NOTHING, USAGE, SUSPECT = 0, 1, 2, 3
# Names, addresses and values are printed as they are: a bracket in them is no markup.
out = Console(highlight=False, soft_wrap=True, markup=False)
err = Console(stderr=True, highlight=False, markup=False)


def limits() -> Limits:
    """The limits of the settings."""
    settings = current_app.config
    return Limits(
        settings["FEEDS_MAX_BYTES"],
        settings["FEEDS_MAX_SECONDS"],
        settings["FEEDS_MAX_RECORDS"],
        settings["FEEDS_ALLOW_PRIVATE"],
    )


@commands.command("add")
@click.argument("name")
@click.argument("url")
@FORMAT
@ORDER
@click.option("--every", "every_minutes", type=click.IntRange(5, 10_080), default=360)
@with_appcontext
def add(name: str, url: str, format: str, date_order: str, every_minutes: int) -> None:
    """Add a feed that is fetched by itself."""
    with db.database().writing() as session, _told():
        feeds.add(name, url, format, date_order=date_order, every_minutes=every_minutes)
        session.commit()
    out.print(f"Flux « {name} » ajouté. `feeds run {name}` le lance tout de suite.")


@commands.command("list")
@with_appcontext
def list_() -> None:
    """Show every feed and how its last run ended."""
    with db.database().reading() as session:
        found = session.scalars(select(Feed).order_by(Feed.name)).all()
        if not found:
            out.print("Aucun flux. `feeds add NOM ADRESSE` en ajoute un.")
            return
        table = Table("Name", "Format", "State", "Last run", "Live", "Next", "Address")
        for feed in found:
            last = feed.runs[0] if feed.runs else None
            table.add_row(
                feed.name,
                feed.format or "auto",
                feed.state.value,
                f"{last.outcome} {last.started_at:%Y-%m-%d %H:%M}" if last else "never",
                str(last.live) if last else "",
                f"{feed.next_run_at:%Y-%m-%d %H:%M}" if feed.next_run_at else "",
                feed.url,
            )
        out.print(table)


@commands.command("run")
@click.argument("name", required=False)
@click.option("--due", is_flag=True, help="every active feed whose time has come")
@with_appcontext
def run(name: str | None, due: bool) -> None:
    """Fetch and import one feed, or those that are due."""
    if bool(name) == due:
        raise click.UsageError("Give a feed's name, or --due.")
    status = DONE
    with db.database().writing() as session, _told():
        for feed in feeds.due() if due else [feeds.by_name(str(name))]:
            with _progress(feed.name) as tick:
                done = feeds.run(feed, limits(), session.commit, tick)
            status = max(status, _report_run(feed, done))
    raise SystemExit(status)


@commands.command("import")
@click.argument("source")
@click.option("--name", required=True)
@FORMAT
@ORDER
@with_appcontext
def import_(source: str, name: str, format: str, date_order: str) -> None:
    """Import a file, - (standard input) or a URL now, into the feed NAME, made when it is new."""
    with db.database().writing() as session, _told(), _opened(source) as stream:
        try:
            feed = feeds.by_name(name)
            feed.format = format or feed.format
        except NotFound:
            feed = feeds.add(name, "", format)
        feed.date_order = date_order
        started = feeds.begin(feed)
        session.commit()
        with _progress(name) as tick:
            tally = feeds.read(feed, stream, limits(), session.commit, tick)
        done = feeds.finish(feed, started, tally, session.commit)
    _show_tally(tally)
    raise SystemExit(_status(done.outcome, tally))


@commands.command("preview")
@click.argument("source")
@FORMAT
@ORDER
@with_appcontext
def preview(source: str, format: str, date_order: str) -> None:
    """The same road, rolled back: what would happen, and each problem."""
    with db.database().writing() as session, _told(), _opened(source) as stream:
        feed = Feed(name="preview", format=format, date_order=date_order, every_minutes=360)
        feed.country, feed.zone, feed.columns, feed.runs = "FR", "Europe/Paris", {}, []
        tally = feed_runs.preview(feed, stream, limits().max_records, session)
    _show_tally(tally, everything=True)
    raise SystemExit(_status(tally.outcome, tally))


@commands.command("confirm")
@click.argument("name")
@with_appcontext
def confirm(name: str) -> None:
    """Accept a suspect run: withdraw what it no longer had, show what it brought."""
    with db.database().writing() as session, _told():
        withdrawn = feeds.confirm(feeds.by_name(name), session.commit)
        session.commit()
    out.print(f"Passage accepté : {withdrawn} offres retirées.")


@commands.command("dismiss")
@click.argument("name")
@with_appcontext
def dismiss(name: str) -> None:
    """Refuse a suspect run: what was there stays, what it brought goes."""
    with db.database().writing() as session, _told():
        feeds.dismiss(feeds.by_name(name), session.commit)
        session.commit()
    out.print("Passage écarté : les offres d’avant restent.")


@commands.command("pause")
@click.argument("name")
@with_appcontext
def pause(name: str) -> None:
    """Stop fetching a feed; its offers stay."""
    with db.database().writing() as session, _told():
        feeds.pause(feeds.by_name(name))
        session.commit()
    out.print(f"« {name} » est en pause. `feeds resume {name}` le relance.")


@commands.command("resume")
@click.argument("name")
@with_appcontext
def resume(name: str) -> None:
    """Fetch a paused feed again."""
    with db.database().writing() as session, _told():
        feeds.resume(feeds.by_name(name))
        session.commit()
    out.print(f"« {name} » est relancé.")


@contextmanager
def _told() -> Iterator[None]:
    """What goes wrong is told in a sentence, with the exit code of bad usage."""
    try:
        yield
    except PortalError as error:
        err.print(error.in_words())
        raise SystemExit(USAGE) from error


@contextmanager
def _opened(source: str) -> Iterator[BinaryIO | IO[bytes]]:
    """The bytes of a file, of standard input, or of a guarded download, seekable."""
    if source.startswith(("http://", "https://")):
        given = limits()
        with fetch(
            source,
            max_bytes=given.max_bytes,
            max_seconds=given.max_seconds,
            allow_private=given.allow_private,
        ) as download:
            yield download.file
    elif source == "-":
        with tempfile.TemporaryFile() as file:
            while chunk := sys.stdin.buffer.read(1 << 20):
                file.write(chunk)
            file.seek(0)
            yield file
    else:
        path = Path(source)
        if not path.is_file():
            err.print(
                f"{source} n’est pas un fichier. Donnez un fichier, - ou une adresse http(s)."
            )
            raise SystemExit(USAGE)
        with path.open("rb") as opened:
            yield opened


@contextmanager
def _progress(name: str) -> Iterator[feed_runs.Progress]:
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(pulse_style="green"),
        TextColumn("{task.completed} annonces"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, transient=True) as bar:
        task = bar.add_task(name, total=None)
        yield lambda count: bar.update(task, completed=count)


def _report_run(feed: Feed, done: FeedRun) -> int:
    out.print(
        f"{feed.name}: {done.outcome}  created {done.created}  updated {done.updated}  "
        f"unchanged {done.unchanged}  withdrawn {done.withdrawn}  repaired {done.repaired}  refused {done.refused}"
    )
    if done.why:
        out.print(f"  {done.why}")
    if done.outcome is RunOutcome.SUSPECT:
        return SUSPECT
    return NOTHING if done.outcome is RunOutcome.FAILED else DONE


def _show_tally(tally: Tally, *, everything: bool = False) -> None:
    out.print(
        f"created {tally.created}  updated {tally.updated}  unchanged {tally.unchanged}  "
        f"withdrawn {tally.withdrawn}  repaired {tally.repaired}  refused {tally.refused}"
    )
    if tally.why:
        out.print(tally.why)
    shown = tally.problems if everything else tally.problems[: feed_runs.SHOWN_PROBLEMS]
    for problem in shown:
        out.print(_line(problem), markup=False)
    if len(tally.problems) > len(shown):
        out.print(f"… et {len(tally.problems) - len(shown)} autres.")


def _line(problem: FeedProblem) -> str:
    where = f"ligne {problem.line}" if problem.line else f"annonce {problem.record}"
    field = f" {problem.field}" if problem.field else ""
    value = f" « {problem.value} »" if problem.value else ""
    ident = f" [{problem.external_id}]" if problem.external_id else ""
    return f"{problem.severity}  {where}{ident}{field}{value} : {problem.sentence_fr}"


def _status(outcome: RunOutcome, tally: Tally) -> int:
    if outcome is RunOutcome.SUSPECT:
        return SUSPECT
    if outcome is RunOutcome.FAILED:
        return NOTHING
    usable = tally.created + tally.updated + tally.unchanged
    return DONE if usable or outcome is RunOutcome.NOT_MODIFIED else NOTHING

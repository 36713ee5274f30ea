"""`feeds ...`: partner feeds from the command line, beside a running server."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import click
from flask import current_app
from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from sqlalchemy import func, select

from portal import db, formatting, queue
from portal.cli.database import with_database
from portal.errors import NotFound, PortalError
from portal.fetch import basic
from portal.formats import FORMATS, FeedProblem
from portal.formats.zones import HOMES
from portal.models import Feed, FeedRun, RunOutcome
from portal.services import feed_countries, feed_pages, feed_runs, feed_turns, feeds
from portal.services.feed_limits import Limits
from portal.services.feed_runs import Tally

commands = click.Group("feeds", help="Partner feeds: add, run, import, preview.")
DONE, NOTHING, USAGE, SUSPECT = 0, 1, 2, 3
# Names, addresses and values are printed as they are: a bracket in them is no markup.
out = Console(highlight=False, soft_wrap=True, markup=False)
err = Console(stderr=True, highlight=False, markup=False)


def reading_options(command: Callable[..., None]) -> Callable[..., None]:
    """How a feed is to be understood where it says nothing itself: its format, the order of its dates, its country and clock."""
    about = "a clock of that country, such as Indian/Reunion"
    command = click.option("--zone", default="", metavar="NAME", help=about)(command)
    about = f"of records that name none: {' '.join(HOMES)} (FR unless said)"
    command = click.option("--country", default="", metavar="CODE", help=about)(command)
    command = click.option("--date-order", type=click.Choice(("dmy", "mdy")))(command)
    choices = click.Choice(tuple(FORMATS))
    # Without one the file itself tells.
    return click.option("--format", type=choices, callback=lambda _c, _o, given: given or "")(
        command
    )


def credentials_options(command: Callable[..., None]) -> Callable[..., None]:
    """How a partner's server is to be convinced. A secret is typed at a prompt or read from a file: never an argument,
    which every process of the machine can read and the shell remembers."""
    user = click.option("--user", default="", help="for HTTP Basic; the password is asked for")
    header = click.option(
        "--header-file",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="a file that holds one header, such as X-Api-Key: ...",
    )
    return user(header(command))


def credentials(user: str, header_file: Path | None) -> dict[str, str]:
    """The headers that these options mean; none for none."""
    if user and header_file:
        raise click.UsageError("Give --user or --header-file, not both.")
    if user:
        prompt = f"Mot de passe de {user}"
        return basic(user, click.prompt(prompt, hide_input=True, confirmation_prompt=True))
    if header_file is None:
        return {}
    name, colon, value = header_file.read_text(encoding="utf-8").strip().partition(":")
    if not colon or not name.strip() or not value.strip() or "\n" in value:
        raise click.UsageError(f"{header_file} does not hold one header, such as X-Api-Key: ...")
    return {name.strip(): value.strip()}


@commands.command("add")
@click.argument("name")
@click.argument("url")
@reading_options
@click.option("--every", "every_minutes", type=click.IntRange(5, 10_080), default=360)
@credentials_options
@with_database
def add(
    name: str,
    url: str,
    format: str,
    date_order: str | None,
    country: str,
    zone: str,
    every_minutes: int,
    user: str,
    header_file: Path | None,
) -> None:
    """Add a feed that is fetched by itself."""
    given = credentials(user, header_file)
    with db.database().writing() as session, told():
        country, zone = feed_countries.home(country.upper(), zone)
        how = {"date_order": date_order or "dmy", "country": country, "zone": zone}
        made = feeds.add(name, url, format, every_minutes=every_minutes, **how)
        feeds.give_credentials(made, given)
        session.commit()
    out.print(f"Flux « {name} » ajouté. `feeds run {name}` le lance tout de suite.")


@commands.command("list")
@with_database
def list_() -> None:
    """Show every feed and how its last run ended."""
    with db.database().reading() as session:
        found = session.scalars(select(Feed).order_by(Feed.name)).all()
        if not found:
            out.print("Aucun flux. `feeds add NOM ADRESSE` en ajoute un.")
            return
        table = Table("Name", "Format", "State", "Last run", "Live", "Next", "Secret", "Address")
        for feed in found:
            last = feed.runs[0] if feed.runs else None
            table.add_row(
                feed.name,
                feed.format or "auto",
                feed.state.value,
                f"{last.outcome} {last.started_at:%Y-%m-%d %H:%M}" if last else "never",
                str(last.live) if last else "",
                f"{feed.next_run_at:%Y-%m-%d %H:%M}" if feed.next_run_at else "",
                "***" if feed.credentials else "",
                feed.url,
            )
        out.print(table)


@commands.command("run")
@click.argument("name", required=False)
@click.option("--due", is_flag=True, help="every active feed whose time has come")
@with_database
def run(name: str | None, due: bool) -> None:
    """Fetch and import one feed, or those that are due."""
    if bool(name) == due:
        raise click.UsageError("Give a feed's name, or --due.")
    raise SystemExit(_run_due() if due else _run_one(str(name)))


def _run_one(name: str) -> int:
    with db.database().writing() as session, told():
        feed = feeds.by_name(name)
        session.commit()
        limits = Limits.of(current_app.config)
        with (
            _progress(feed.name) as tick,
            feed_turns.alone(feed, session.commit, limits.max_seconds) as save,
        ):
            return _report_run(feed, feeds.run(feed, limits, save, tick))


def _run_due() -> int:
    """Side by side, as the worker does: one that drips keeps no other waiting."""
    with db.database().reading() as session:
        before = session.scalar(select(func.max(FeedRun.id))) or 0
    queue.current().run("feeds_due")
    with db.database().reading() as session:
        done = session.scalars(select(FeedRun).where(FeedRun.id > before).order_by(FeedRun.id))
        return max((_report_run(run.feed, run) for run in done), default=DONE)


@commands.command("import")
@click.argument("source")
@click.option("--name", required=True)
@reading_options
@with_database
def import_(
    source: str, name: str, format: str, date_order: str | None, country: str, zone: str
) -> None:
    """Import a file, - (standard input) or a URL now, into the feed NAME, made when it is new."""
    with db.database().writing() as session, told(), _opened(source, format) as (stream, more):
        try:
            feed = feeds.by_name(name)
            feed.format = format or feed.format
        except NotFound:
            feed = feeds.add(name, "", format)
        feed.date_order = date_order or feed.date_order
        if country or zone:
            feed.country, feed.zone = feed_countries.home(country.upper() or feed.country, zone)
        session.commit()
        with feed_turns.alone(feed, session.commit) as save, _progress(name) as tick:
            limits = Limits.of(current_app.config)
            done, tally = feeds.receive(feed, stream, limits, save, tick, more)
    _show_tally(tally)
    raise SystemExit(_status(done.outcome, tally))


@commands.command("preview")
@click.argument("source")
@reading_options
@with_database
def preview(source: str, format: str, date_order: str | None, country: str, zone: str) -> None:
    """The same road, rolled back: what would happen, and each problem."""
    with db.database().writing() as session, told(), _opened(source, format) as (stream, more):
        feed = Feed(
            name="preview", format=format, date_order=date_order or "dmy", every_minutes=360
        )
        feed.country, feed.zone = feed_countries.home(country.upper(), zone)
        feed.columns, feed.runs = {}, []
        limits = Limits.of(current_app.config)
        tally = feed_runs.preview(feed, stream, limits, session, more)
    _show_tally(tally, everything=True)
    raise SystemExit(_status(tally.outcome, tally))


@contextmanager
def told() -> Iterator[None]:
    """What goes wrong is told in a sentence, with the exit code of bad usage."""
    try:
        yield
    except PortalError as error:
        err.print(error.in_words())
        raise SystemExit(USAGE) from error


@contextmanager
def _opened(source: str, format: str) -> Iterator[tuple[IO[bytes], feed_pages.Pages]]:
    """The bytes of a file, of standard input, or of a guarded download with the pages that follow it; seekable."""
    if source.startswith(("http://", "https://")):
        limits = Limits.of(current_app.config)
        with feed_pages.opened(source, format, limits) as (download, more):
            yield download.file, more
    elif source == "-":
        with tempfile.TemporaryFile() as file:
            while chunk := sys.stdin.buffer.read(1 << 20):
                file.write(chunk)
            file.seek(0)
            yield file, ()
    else:
        path = Path(source)
        if not path.is_file():
            err.print(
                f"{source} n’est pas un fichier. Donnez un fichier, - ou une adresse http(s)."
            )
            raise SystemExit(USAGE)
        with path.open("rb") as opened:
            yield opened, ()


@contextmanager
def _progress(name: str) -> Iterator[feed_turns.Progress]:
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
    if why := formatting.why(done):
        out.print(f"  {why}")
    if done.outcome is RunOutcome.SUSPECT:
        return SUSPECT
    return NOTHING if done.outcome is RunOutcome.FAILED else DONE


def _show_tally(tally: Tally, *, everything: bool = False) -> None:
    out.print(
        f"created {tally.created}  updated {tally.updated}  unchanged {tally.unchanged}  "
        f"withdrawn {tally.withdrawn}  repaired {tally.repaired}  refused {tally.refused}"
    )
    if tally.over:
        out.print(f"{tally.over} sur {tally.records} déjà passées : personne ne les trouve.")
    if why := formatting.why(tally):
        out.print(why)
    shown = tally.problems if everything else tally.problems[: feed_runs.SHOWN_PROBLEMS]
    for problem in shown:
        out.print(line_of(problem), markup=False)
    if len(tally.problems) > len(shown):
        out.print(f"… et {len(tally.problems) - len(shown)} autres.")


def line_of(problem: FeedProblem) -> str:
    """A problem as a line of the terminal."""
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

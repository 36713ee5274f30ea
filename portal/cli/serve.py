"""`serve`: everything on one small machine. Migrates, loads what is missing, starts the web server and the worker.

This is what `make run` calls. In production the same two processes are started by the machine's own supervisor
(docs/operating.md); nothing here is needed for that.
"""

from __future__ import annotations

import signal
import socket
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from gunicorn.app.base import BaseApplication
from rich.console import Console
from sqlalchemy import select
from sqlalchemy.engine import make_url

from portal import create_app, db, index, migrate
from portal.cli import demo, places, worker
from portal.cli import index as index_commands
from portal.config import Settings
from portal.demo import feeds as demo_feeds
from portal.models import Feed, Offer, Place
from search.index import IndexUnavailable

console = Console(highlight=False)


@click.command("serve")
@with_appcontext
def commands() -> None:
    """Prepare what is missing, then run the web server and the worker until Ctrl-C."""
    settings: Settings = current_app.config["SETTINGS"]
    _require_port(settings)
    _prepare(settings)
    children = [_start(_serve_web, settings), _start(_serve_worker, settings)]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        _wait_until_ready(settings, children[0])
        _greet(settings)
        while all(child.is_alive() for child in children):
            time.sleep(0.2)
        raise SystemExit("Un des deux processus s’est arrêté : voir ses messages ci-dessus.")
    except KeyboardInterrupt:
        console.print("\nÀ bientôt.")
    finally:
        _stop(children)


def _require_port(settings: Settings) -> None:
    """Somebody else's server would answer our health check: say at once that the port is taken."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            raise SystemExit(
                f"Le port {settings.PORT} est déjà pris. PORT=9000 make run en choisit un autre."
            ) from error


def _prepare(settings: Settings) -> None:
    file = make_url(settings.DATABASE_URL).database
    if settings.DATABASE_URL.startswith("sqlite:") and file and not Path(file).exists():
        _make_whole(settings, Path(file))
    _fill(settings)
    if not _index_answers():
        index_commands.rebuild_index()
    if settings.DEMO:
        _point_feeds_here(settings)


def _make_whole(settings: Settings, file: Path) -> None:
    """The first run: everything is loaded beside, then renamed, so that Ctrl-C leaves no half of a demo behind."""
    draft = file.with_name("first-run.db")
    for leftover in draft.parent.glob("first-run.db*"):
        leftover.unlink()
    store = current_app.extensions
    own, store["database"] = store["database"], db.Database(f"sqlite:///{draft}")
    _fill(settings)
    store["database"].engine.dispose()  # the last connection folds the WAL into the file
    store["database"] = own
    draft.replace(file)


def _fill(settings: Settings) -> None:
    """Migrate, and load what is missing."""
    engine = db.database().engine
    if not migrate.is_current(engine):
        migrate.upgrade(engine)
    with db.database().reading() as session:
        has_places = session.scalar(select(Place.id).limit(1)) is not None
        has_offers = session.scalar(select(Offer.id).limit(1)) is not None
    if not has_places:
        places.import_shipped()
    if settings.DEMO and not has_offers:
        demo.load_demo()


def _point_feeds_here(settings: Settings) -> None:
    """The demo's feeds are served by this very server, whose port may be another than last time."""
    here = {one.name: f"{settings.BASE_URL}/demo/feeds/{one.file}" for one in demo_feeds.PARTNERS}
    stray = select(Feed).where(Feed.name.in_(here), Feed.url.not_in(here.values()))
    with db.database().reading() as session:
        is_elsewhere = session.scalar(stray.limit(1)) is not None
    if is_elsewhere:
        with db.database().writing() as session:
            for feed in session.scalars(stray):
                feed.url = here[feed.name]
            session.commit()


def _index_answers() -> bool:
    try:
        return index.current().generation > 0
    except IndexUnavailable:
        return False


class WebServer(BaseApplication):
    """gunicorn without its command line."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        wanted = {
            "bind": f"{self.settings.HOST}:{self.settings.PORT}",
            "workers": 2,
            "threads": 4,
            "worker_class": "gthread",
            "loglevel": "warning",
            "control_socket_disable": True,
            "limit_request_line": 8190,  # 500 words in an address get our own page and its sentence
        }
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return create_app(self.settings)


def _serve_web(settings: Settings) -> None:
    WebServer(settings).run()


def _serve_worker(settings: Settings) -> None:
    worker.work(create_app(settings))


def _start(work: Callable[[Settings], None], settings: Settings) -> BaseProcess:
    """A process of its own, forked: importing everything a second and a third time is what a start would wait for.

    What a fork must not share is closed first: connections to the database.
    """
    db.database().engine.dispose()
    child = get_context("fork").Process(target=work, args=(settings,))
    child.start()
    return child


def _wait_until_ready(settings: Settings, web: BaseProcess) -> None:
    address = f"http://{settings.HOST}:{settings.PORT}/healthz"
    for _ in range(600):
        if not web.is_alive():
            raise SystemExit("Le serveur n’a pas démarré : voir ses messages ci-dessus.")
        try:
            with urllib.request.urlopen(address, timeout=1):  # noqa: S310 (our own loopback address)
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    raise SystemExit("Le serveur ne répond pas après 30 secondes.")


def _greet(settings: Settings) -> None:
    console.print(f"\n[bold]{settings.SITE_NAME}[/bold] : {settings.BASE_URL}")
    if settings.DEMO:
        console.print(
            f"  Se connecter d’un clic (bénévole, coordination, modération) : {settings.BASE_URL}/sign-in\n"
            f"  Les messages envoyés : {settings.BASE_URL}/demo/mailbox"
        )
    console.print(f"  Tout ce qui est écrit est dans {settings.DATA}. Ctrl-C arrête tout.")


def _stop(children: list[BaseProcess]) -> None:
    for child in children:
        child.terminate()
    for child in children:
        child.join(timeout=30)
        if child.is_alive():
            child.kill()

"""One populated portal for the tests that walk every address as everybody: made once, put back after each write.

Ann is a volunteer with one of everything, and whatever of hers must not be seen carries a word that is found again in no
other text (CANARIES). Charlie is another volunteer, Frank left the team of Les Jardins, Gus was disabled; the others are the
cast of tests/people.py.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, g
from flask.testing import FlaskClient

from portal import clock, config, create_app, security, tokens
from portal.db import Base, Database
from portal.models import Person, Session
from portal.services import sessions
from tests import populating
from tests.visitor import BASE

SECRET = "a key for tests only, long enough to be taken"
KEY = "testkey"  # the demo's API key
# Who asks, in the order of the columns of authorization.yml. A stale one proved who they are 13 hours ago.
ROLES = {
    "anonymous": "",
    "volunteer": "ann",
    "stranger": "charlie",
    "helper": "bob",
    "coordinator": "alice",
    "foreign": "dora",
    "former": "frank",
    "moderator": "mona",
    "disabled": "gus",
    "stale_coord": "alice",
    "stale_mod": "mona",
    "key": "",
}
Rows = dict[tuple[str, Any], dict[str, Any]]


@dataclass
class World:
    """The app, who is signed in with which cookie, and the ids and tokens of everything there is."""

    app: Flask
    folder: Path
    things: dict[str, Any] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    form_tokens: dict[str, str] = field(default_factory=dict)
    sessions: dict[str, Session | None] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        found: Database = self.app.extensions["database"]
        return found

    def browser(self, role: str) -> FlaskClient:
        """A browser of its own, with the session of somebody of this role."""
        client = self.app.test_client()
        if role in self.cookies:
            client.set_cookie("relais", self.cookies[role], domain="127.0.0.1")
        return client

    def ask(self, role: str, method: str, address: str, **options: Any) -> Any:
        """One request as this role, read to its end; `data` gets the form token that this role's pages carry."""
        if method != "GET":
            options["data"] = {"csrf_token": self.form_tokens[role], **options.get("data", {})}
        if role == "key":
            address += ("&" if "?" in address else "?") + f"key={KEY}"
        options.setdefault("headers", {"Accept": "text/html", "User-Agent": "Firefox"})
        return self.browser(role).open(
            address, method=method, base_url=BASE, buffered=True, **options
        )

    def restore(self) -> None:
        """Put the database back as it was made."""
        self.database.engine.dispose()
        for suffix in ("", "-wal", "-shm"):
            (self.folder / f"relais.db{suffix}").unlink(missing_ok=True)
        shutil.copy(self.folder / "made.db", self.folder / "relais.db")

    def rows(self) -> Rows:
        """Every row of every table."""
        found: Rows = {}
        with self.database.reading() as opened:
            for table in Base.metadata.sorted_tables:
                if table.name.startswith("place"):
                    continue
                for row in opened.execute(table.select()).mappings():
                    key = tuple(row[column.name] for column in table.primary_key)
                    found[table.name, key] = dict(row)
        return found

    def checksum(self) -> str:
        """What the database holds, in one word."""
        seen = hashlib.sha256()
        with self.database.reading() as opened:
            connection = opened.connection().connection
            for table in Base.metadata.sorted_tables:
                rows = connection.cursor().execute(f'SELECT * FROM "{table.name}"').fetchall()
                seen.update(f"{table.name} {sorted(map(repr, rows))}".encode())
        return seen.hexdigest()


def build(migrated: Path, folder: Path, **given: Any) -> World:
    """A world in this folder."""
    shutil.copy(migrated, folder / "relais.db")
    settings = {
        "DATA": folder,
        "SECRET_KEY": SECRET,
        "SEARCH_URL": "memory:",
        "QUEUE_URL": f"sqlite:///{folder / 'queue.db'}",  # nothing is done behind a request's back
        "BASE_URL": BASE,
        "TESTING": True,
        "DEMO": True,
        "FEEDS_CHECK_LIMIT": "100000 per hour",  # every address is walked by everybody
        "API_PER_MINUTE": 100_000,
    }
    app = create_app(config.from_environment({}, {**settings, **given}))
    world = World(app, folder)
    with app.app_context():
        with world.database.writing() as opened:
            world.things = populating.populate(opened)
            opened.commit()
        with world.database.writing() as opened:
            rows = {role: _let_in(world, opened, role, name) for role, name in ROLES.items()}
            opened.commit()
        world.sessions = rows
        for role, row in rows.items():
            world.form_tokens[role] = form_token(app, row)
        populating.index()
    world.database.engine.dispose()  # closing the last connection folds the WAL into the file
    shutil.copy(folder / "relais.db", folder / "made.db")
    return world


def _let_in(world: World, opened: Any, role: str, name: str) -> Session | None:
    """Begin a session of this role's person, and keep its cookie."""
    if not name:
        return None
    row, token = sessions.begin(opened.get_one(Person, world.things[name]), "tests")
    if role.startswith("stale"):
        row.proved_at = clock.now() - timedelta(hours=13)
    kept = {"_user_id": token, "_fresh": True, "seen": clock.today().isoformat()}
    signer = world.app.session_interface.get_signing_serializer(world.app)
    assert signer is not None
    world.cookies[role] = str(signer.dumps(kept))
    return row


def form_token(app: Flask, row: Session | None) -> str:
    """The token that pages of this session carry."""
    with app.test_request_context(base_url=BASE):
        g.session_row = SimpleNamespace(token_hash=row.token_hash) if row else None
        g.pop("form_token", None)
        return security.form_token()


@pytest.fixture(scope="session")
def built_world(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world of this run."""
    made = build(migrated, tmp_path_factory.mktemp("world"))
    yield made
    made.database.engine.dispose()


@pytest.fixture
def world(built_world: World) -> World:
    """The world as it was made, with this installation's key."""
    tokens.use_key(SECRET)
    built_world.restore()
    return built_world

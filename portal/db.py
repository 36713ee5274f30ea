"""The database: engine, the session of the current unit of work, and the SQLite rules.

A door opens one unit of work (`reading()` or `writing()`), everything below uses `session`, and the door alone commits.
On SQLite a writing unit begins IMMEDIATE: two that began DEFERRED would both read, then one would fail with
"database is locked" at its first write, however long it waited. A reading one cannot write at all (query_only;
READ ONLY on PostgreSQL), so that a GET that writes fails in every test instead of in production.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from flask import Flask, current_app, has_app_context, request
from sqlalchemy import DateTime, Engine, MetaData, create_engine, event
from sqlalchemy import Enum as SqlEnum
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator
from werkzeug.local import LocalProxy

log = logging.getLogger(__name__)
WAL_FIX = (
    3,
    51,
    3,
)  # older SQLite libraries may corrupt a WAL that several connections reset at once
WRITES, READS = {"relais_mode": "write"}, {"relais_mode": "read"}
_current: ContextVar[Session] = ContextVar("relais_session")
session: Session = cast(Session, LocalProxy(_current))


class Base(DeclarativeBase):
    """The root of every model; the names of keys and checks are fixed so that migrations can drop them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database (SQLite keeps no zone, so none is ever assumed)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def enum_type(words: type[StrEnum]) -> SqlEnum:
    """A column of declared words: the values of the enum are the words in the database, and it checks them."""
    return SqlEnum(
        words,
        native_enum=False,
        create_constraint=True,
        name=words.__name__.lower(),
        length=24,
        values_callable=lambda members: [member.value for member in members],
    )


class Database:
    """One database of one app. Each `reading()` or `writing()` block is a unit of work with a session of its own."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self._writes = self.engine.execution_options(**WRITES)
        self._reads = self.engine.execution_options(**READS)

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A unit of work that may write. Whoever opened it commits; what was not committed is rolled back."""
        with self.unit(self._writes) as opened:
            yield opened

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A unit of work that cannot write."""
        with self.unit(self._reads) as opened:
            yield opened

    @contextmanager
    def unit(self, engine: Engine) -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as opened:
            token = _current.set(opened)
            try:
                yield opened
            finally:
                _current.reset(token)

    def begin_request(self, *, writes: bool) -> Session:
        """The session of a web request; `end_request` closes it."""
        opened = Session(self._writes if writes else self._reads, expire_on_commit=False)
        _current.set(opened)
        return opened


def database() -> Database:
    """The database of the current app."""
    return cast(Database, current_app.extensions["database"])


@contextmanager
def aside() -> Iterator[None]:
    """A unit of its own for one question, beside a current one that may write and should not begin for that."""
    engine = cast(Engine, session.get_bind()).execution_options(**READS)
    with Session(engine) as opened:
        token = _current.set(opened)
        try:
            yield
        finally:
            _current.reset(token)


def in_transaction() -> bool:
    """Is a database transaction open in this context? `fetch` and `mail` refuse to work inside one."""
    opened = _current.get(None)
    return opened is not None and opened.in_transaction()


def init_app(app: Flask) -> None:
    """Give the app its database, and each request its unit of work: GET and HEAD read, everything else writes."""
    store = app.extensions["database"] = Database(app.config["DATABASE_URL"])

    @app.before_request
    def open_unit() -> None:
        store.begin_request(writes=request.method not in ("GET", "HEAD", "OPTIONS"))

    @app.teardown_request
    def close_unit(error: BaseException | None) -> None:
        opened = _current.get(None)
        if opened is not None and has_app_context():
            opened.close()


def make_engine(url: str) -> Engine:
    """An engine with this product's rules; the folder of a SQLite file is made when it is missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(parsed, pool_size=10, max_overflow=10, pool_pre_ping=True)
        event.listen(engine, "begin", _begin_postgresql)
        return engine
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
    if sqlite3.sqlite_version_info < WAL_FIX:
        log.info("sqlite_library_is_old", extra={"version": sqlite3.sqlite_version})
    engine = create_engine(parsed, connect_args={"timeout": 15, "check_same_thread": False})
    event.listen(engine, "connect", _connect_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _connect_sqlite(connection: Any, _record: object) -> None:
    # The driver's own BEGIN is DEFERRED and late; ours is sent by _begin_sqlite, so the driver's is switched off.
    connection.isolation_level = None
    cursor = connection.cursor()
    for rule in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "busy_timeout=15000",  # four busy writers can keep a fifth out for seconds: it waits, it does not fail
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-1000",  # KiB for each connection, of which a worker has eight; the system caches the file anyway
    ):
        cursor.execute(f"PRAGMA {rule}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    if connection.get_execution_options().get("relais_mode") == "read":
        connection.exec_driver_sql("PRAGMA query_only=ON")
        connection.exec_driver_sql("BEGIN")
    else:
        connection.exec_driver_sql("PRAGMA query_only=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_postgresql(connection: Connection) -> None:
    if connection.get_execution_options().get("relais_mode") == "read":
        connection.exec_driver_sql("SET TRANSACTION READ ONLY")

"""The unit of work: who may write, and how a write begins."""

from __future__ import annotations

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import OperationalError

from portal.db import Database
from portal.models import Person
from tests import factories


def test_what_is_not_committed_is_gone(database: Database) -> None:
    with database.writing() as session:
        session.add(factories.person("ann"))
        session.flush()
    with database.reading() as session:
        assert session.scalars(select(Person)).all() == []


def test_a_reading_unit_cannot_write(database: Database) -> None:
    with database.reading() as session, pytest.raises(OperationalError, match="readonly"):
        session.execute(text("DELETE FROM people"))


def test_a_writing_unit_can_write_after_a_reading_one_on_the_same_connection(
    database: Database,
) -> None:
    with database.reading() as session:
        session.execute(text("SELECT 1"))
    with database.writing() as session:
        session.add(factories.person("ann"))
        session.commit()


def test_a_write_begins_immediate(database: Database) -> None:
    seen: list[str] = []
    event.listen(
        database.engine, "before_cursor_execute", lambda c, cur, sql, *rest: seen.append(sql)
    )
    with database.writing() as session:
        session.scalars(select(Person)).all()
    assert "BEGIN IMMEDIATE" in seen


def test_sqlite_keeps_its_rules(database: Database) -> None:
    with database.reading() as session:
        rules = {
            name: session.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "busy_timeout", "foreign_keys", "mmap_size")
        }
    assert rules == {
        "journal_mode": "wal",
        "synchronous": 2,
        "busy_timeout": 15000,
        "foreign_keys": 1,
        "mmap_size": 0,
    }

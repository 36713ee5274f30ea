"""Counts the statements that reach the database, to hold pages to their number."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.orm import Session


@contextmanager
def counted(where: Session | Engine) -> Iterator[list[str]]:
    """The statements sent meanwhile; the driver's own (PRAGMA, BEGIN, SET) are not counted."""
    engine = where if isinstance(where, Engine) else where.get_bind()
    seen: list[str] = []

    def see(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.lstrip().upper().startswith(("PRAGMA", "BEGIN", "SET ")):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", see)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", see)

"""The outbox: what must happen after a transaction, written in it.

A confirmation that was mailed before the commit may speak of a signup that was rolled back; one that is mailed after it
may be lost when the process dies in between. So the transaction writes a row here, and the worker drains the rows: it
takes each by a lease, does it once, tries again with growing pauses, and sets it aside after the last try. `key` makes a
second writing of the same thing impossible ("signup:42:confirmed").
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.db import Base, UtcDateTime


class Outbox(Base):
    """One thing to do. `kind` names who does it (mail, index, ...), `payload` holds ids and words, never secrets."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_due_at",
            "due_at",
            sqlite_where=text("done_at IS NULL AND failed_at IS NULL"),
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(24))
    key: Mapped[str] = mapped_column(String(120), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    leased_by: Mapped[str] = mapped_column(String(40), default="")
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class JobLease(Base):
    """Which worker runs a timed job now: two consumers would otherwise both run the timetable."""

    __tablename__ = "job_leases"

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    holder: Mapped[str] = mapped_column(String(40))
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    last_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

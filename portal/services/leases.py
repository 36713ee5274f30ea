"""Who runs a timed job now. Two workers would otherwise both run the timetable: the row of a job lets one of them through."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal import clock, db
from portal.models import JobLease


def is_due(name: str, every: timedelta) -> bool:
    """Would `take` succeed? A read, so that an idle worker never takes the write lock."""
    row = db.session.scalar(select(JobLease).where(JobLease.name == name))
    now = clock.now()
    if row is None:
        return True
    return row.until <= now and (row.last_run_at is None or row.last_run_at <= now - every)


def take(name: str, holder: str, every: timedelta, hold: timedelta) -> bool:
    """Take the job for `hold` if nobody has it and its last run began `every` ago or earlier. The caller commits."""
    now = clock.now()
    dialect = db.session.get_bind().dialect.name
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(JobLease.__table__)
    db.session.execute(
        insert.values(name=name, holder="", until=now).on_conflict_do_nothing(
            index_elements=["name"]
        )
    )
    taken = db.session.execute(
        update(JobLease)
        .where(
            JobLease.name == name,
            JobLease.until <= now,
            or_(JobLease.last_run_at.is_(None), JobLease.last_run_at <= now - every),
        )
        .values(holder=holder, until=now + hold, last_run_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", taken).rowcount == 1


def release(name: str, holder: str) -> None:
    """The job is done: the next one may begin when it is due."""
    db.session.execute(
        update(JobLease)
        .where(JobLease.name == name, JobLease.holder == holder)
        .values(until=clock.now())
        .execution_options(synchronize_session=False)
    )

"""Who does a job now. Two workers would otherwise both run the timetable, or both read one feed: the row of a job lets one of
them through.

A lease ends by itself, for other machines cannot know that its holder died; on this machine it is known at once.
"""

from __future__ import annotations

import os
import platform
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal import clock, db, tokens
from portal.models import JobLease

MACHINE = platform.node()[-20:]


def holder() -> str:
    """A name for one taking of a lease: this machine, this process, and which time it was."""
    return f"{MACHINE}:{os.getpid()}:{tokens.nonce()[:8]}"


def is_due(name: str, every: timedelta) -> bool:
    """Would `take` succeed? A read, so that an idle worker never takes the write lock."""
    row = db.session.scalar(select(JobLease).where(JobLease.name == name))
    now = clock.now()
    if row is None:
        return True
    return row.until <= now and (row.last_run_at is None or row.last_run_at <= now - every)


def take(name: str, holder: str, every: timedelta, hold: timedelta) -> bool:
    """Take the job for `hold` if nobody alive has it and its last run began `every` ago or earlier. The caller commits."""
    now = clock.now()
    dialect = db.session.get_bind().dialect.name
    insert = (sqlite if dialect == "sqlite" else postgresql).insert(JobLease.__table__)
    db.session.execute(
        insert.values(name=name, holder="", until=now).on_conflict_do_nothing(
            index_elements=["name"]
        )
    )
    had = db.session.scalar(
        select(JobLease.holder).where(JobLease.name == name, JobLease.until > now)
    )
    is_free = JobLease.until <= now
    if had is not None and _is_dead(had):
        is_free = or_(is_free, JobLease.holder == had)
    taken = db.session.execute(
        update(JobLease)
        .where(
            JobLease.name == name,
            is_free,
            or_(JobLease.last_run_at.is_(None), JobLease.last_run_at <= now - every),
        )
        .values(holder=holder, until=now + hold, last_run_at=now)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", taken).rowcount == 1


def keep(name: str, holder: str, hold: timedelta) -> bool:
    """Hold the job for `hold` from now on; False when it was lost meanwhile. The caller commits."""
    kept = db.session.execute(
        update(JobLease)
        .where(JobLease.name == name, JobLease.holder == holder)
        .values(until=clock.now() + hold)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", kept).rowcount == 1


def release(name: str, holder: str) -> None:
    """The job is done: the next one may begin when it is due."""
    db.session.execute(
        update(JobLease)
        .where(JobLease.name == name, JobLease.holder == holder)
        .values(until=clock.now())
        .execution_options(synchronize_session=False)
    )


def _is_dead(holder: str) -> bool:
    """Did a process of this machine end without giving it back? Of other machines nothing is known."""
    machine, _, process = holder.rpartition(":")[0].rpartition(":")
    if machine != MACHINE or not process.isdigit():
        return False
    try:
        os.kill(int(process), 0)  # asks whether it is there, and does nothing to it
    except ProcessLookupError:
        return True
    except OSError:  # it is there, and somebody else's
        return False
    return False

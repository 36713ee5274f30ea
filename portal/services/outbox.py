"""The outbox: what must happen after a transaction is written in it, taken by lease, done once, retried, set aside.

`add` and `reindex` are called by services inside their own transaction; `lease`, `done` and `failed` by the worker, each
in a short transaction of its own, never around the work itself. Nothing here sends or indexes anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from portal import clock, db, tokens
from portal.models import Outbox

# How long to wait after the first, second, ... failure; after the last one the row is set aside for a human.
PAUSES = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440))
DAYS_KEPT = 30
CLUSTERED_TOGETHER = 50  # offers of one row: a feed run writes few rows more


@dataclass(frozen=True)
class Job:
    """One leased row. `lease` is the proof that it is ours: a worker that overslept its lease cannot close the row."""

    id: int
    kind: str
    key: str
    lease: str
    attempts: int
    payload: dict[str, Any] = field(default_factory=dict)


def add(kind: str, key: str, payload: dict[str, Any], due_at: datetime | None = None) -> bool:
    """Ask for one thing, once for ever: True when the row is new, False when `key` was asked for before (nothing changes then)."""
    now = clock.now()
    statement = (
        _insert()
        .values(kind=kind, key=key, payload=payload, created_at=now, due_at=due_at or now, **_FRESH)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(
            Outbox.__table__.c.id
        )  # PostgreSQL tells no count for an insert, but which row is new
    )
    return db.session.execute(statement).first() is not None


def again(kind: str, key: str, payload: dict[str, Any], due_at: datetime | None = None) -> None:
    """Ask for something that may be asked for again: requests that wait are one row, a finished row is armed anew.

    Asked for while a worker is at it, the row loses its lease: that worker's `done` then closes nothing, and the thing is
    done once more with what it may have missed.
    """
    again_many(kind, {key: payload}, due_at)


def again_many(
    kind: str, payloads: dict[str, dict[str, Any]], due_at: datetime | None = None
) -> None:
    """The same for many keys at once. Sorted, so that two batches never wait for each other's rows."""
    if not payloads:
        return
    now = clock.now()
    due = due_at or now
    statement = _insert()
    statement = statement.on_conflict_do_update(
        index_elements=["key"],
        set_={"payload": statement.excluded.payload, "due_at": due, **_FRESH, **_OPEN},
    )
    rows = [
        {"kind": kind, "key": key, "payload": payload, "created_at": now, "due_at": due, **_FRESH}
        for key, payload in sorted(payloads.items())
    ]
    db.session.execute(statement, rows)


def reindex(offer_id: int) -> None:
    """The index must look at this offer again, after the commit."""
    reindex_all([offer_id])


def reindex_all(offer_ids: Iterable[int]) -> None:
    """The index must look at these offers again, after the commit."""
    again_many("index", {f"index:{ident}": {"offer": ident} for ident in offer_ids})


def recluster(offer_ids: Iterable[int]) -> None:
    """The clusters must look at these offers again, after the commit: their words, places, dates or association changed."""
    wanted = sorted(set(offer_ids))
    for start in range(0, len(wanted), CLUSTERED_TOGETHER):
        ids = wanted[start : start + CLUSTERED_TOGETHER]
        key = "cluster:" + tokens.digest(",".join(map(str, ids)))
        again("cluster", key, {"offers": ids})


def is_due(kinds: Iterable[str]) -> bool:
    """Is there anything to lease? A read, so that an idle worker never takes the write lock."""
    return bool(db.session.scalar(select(exists().where(*_takeable(kinds)))))


def lease(worker: str, n: int, kinds: Iterable[str], seconds: int = 300) -> list[Job]:
    """Take up to `n` due rows for `seconds`, oldest due first. The caller commits before it works.

    A try is counted when it begins: a row that kills its worker is set aside like any other that never succeeds.
    """
    now = clock.now()
    wanted = (
        select(Outbox.id)
        .where(*_takeable(kinds))
        .order_by(Outbox.due_at, Outbox.id)
        .limit(n)
        .with_for_update(skip_locked=True)
    )
    ids = db.session.scalars(wanted).all()
    if not ids:
        return []
    proof = f"{worker[:22]}/{tokens.nonce()}"
    db.session.execute(
        update(Outbox)
        .where(Outbox.id.in_(ids))
        .values(
            leased_by=proof,
            leased_until=now + timedelta(seconds=seconds),
            attempts=Outbox.attempts + 1,
        )
        .execution_options(synchronize_session=False)
    )
    rows = db.session.execute(
        select(Outbox.id, Outbox.kind, Outbox.key, Outbox.attempts, Outbox.payload)
        .where(Outbox.id.in_(ids))
        .order_by(Outbox.due_at, Outbox.id)
    )
    return [Job(row.id, row.kind, row.key, proof, row.attempts, row.payload) for row in rows]


def done(jobs: Iterable[Job]) -> None:
    """Close these rows, except those that were asked for again meanwhile."""
    finished = list(jobs)
    for lease in sorted({job.lease for job in finished}):
        ids = [job.id for job in finished if job.lease == lease]
        _close(ids, lease, done_at=clock.now(), last_error="", **_UNLEASED)


def failed(job: Job, reason: str, *, permanent: bool = False) -> bool:
    """Give the row back for a later try; True when it was set aside, because of the last try or a permanent error."""
    aside = permanent or job.attempts > len(PAUSES)
    words = " ".join(reason.split())[:300]
    if aside:
        _close([job.id], job.lease, failed_at=clock.now(), last_error=words, **_UNLEASED)
    else:
        pause = PAUSES[job.attempts - 1]
        _close([job.id], job.lease, due_at=clock.now() + pause, last_error=words, **_UNLEASED)
    return aside


def forget_old() -> int:
    """Delete what was done more than 30 days ago. Rows set aside stay until a human has looked; `index` rows are reused."""
    old = clock.now() - timedelta(days=DAYS_KEPT)
    statement = Outbox.__table__.delete().where(Outbox.done_at < old)  # type: ignore[attr-defined]
    return _count(db.session.execute(statement))


_FRESH: dict[str, Any] = {"attempts": 0, "last_error": "", "leased_by": ""}
_UNLEASED: dict[str, Any] = {"leased_by": "", "leased_until": None}
_OPEN: dict[str, Any] = {**_UNLEASED, "done_at": None, "failed_at": None}


def _close(ids: list[int], lease: str, **values: Any) -> None:
    db.session.execute(
        update(Outbox)
        .where(Outbox.id.in_(ids), Outbox.leased_by == lease)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _takeable(kinds: Iterable[str]) -> tuple[Any, ...]:
    now = clock.now()
    return (
        Outbox.done_at.is_(None),
        Outbox.failed_at.is_(None),
        Outbox.due_at <= now,
        or_(Outbox.leased_until.is_(None), Outbox.leased_until <= now),
        Outbox.kind.in_(tuple(kinds)),
    )


def _insert() -> Any:
    dialect = db.session.get_bind().dialect.name
    return (sqlite if dialect == "sqlite" else postgresql).insert(Outbox.__table__)


def _count(result: Any) -> int:
    return cast("CursorResult[Any]", result).rowcount

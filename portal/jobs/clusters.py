"""Offers that changed, looked at again for their twins: three short units of work a few offers, none around the work."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from portal import db
from portal.services import clusters, outbox
from portal.services.outbox import Job

TOGETHER = 50  # offers settled in one write transaction
CAUGHT_UP = 5_000  # offers of one turn of `catch_up`


def gather(jobs: Sequence[Job]) -> dict[int, tuple[str, bool]]:
    """Do these rows of the outbox."""
    bring_up_to_date({ident for job in jobs for ident in job.payload["offers"]})
    return {}


def bring_up_to_date(ids: Iterable[int]) -> int:
    """Keys, look, settle; how many offers moved to another cluster."""
    wanted, moved = sorted(ids), 0
    for start in range(0, len(wanted), TOGETHER):
        with db.database().reading():
            needs = clusters.load(wanted[start : start + TOGETHER])
        with db.database().writing() as session:
            clusters.write_keys(needs.values())
            session.commit()
        with db.database().reading():
            found = clusters.look(needs)
        if not found.is_any:
            continue
        with db.database().writing() as session:
            moved += len(clusters.settle(found))
            session.commit()
    return moved


def catch_up() -> int:
    """Ask for the offers that no look has seen yet: those of before there were clusters."""
    with db.database().reading():
        ids = clusters.unlooked(CAUGHT_UP)
    if ids:
        with db.database().writing() as session:
            outbox.recluster(ids)
            session.commit()
    return len(ids)

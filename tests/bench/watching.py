"""A served portal as the bench of feeds watches it from outside: its database, and what its processes need."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path


class Portal:
    """The folder of a portal at work; nothing is written."""

    def __init__(self, folder: Path) -> None:
        self._database = f"file:{folder / 'relais.db'}?mode=ro"

    def stored(self) -> int:
        """How many offers of feeds the database holds."""
        return self._count("SELECT count(*) FROM offers WHERE feed_id IS NOT NULL")

    def waiting(self) -> int:
        """How many rows of the outbox nobody has done."""
        return self._count(
            "SELECT count(*) FROM outbox WHERE done_at IS NULL AND failed_at IS NULL"
            " AND kind IN ('index', 'cluster')"
        )

    def unfound(self) -> int:
        """How many offers the index never looked at: what asks for another look is due later than it was made."""
        return self._count(
            "SELECT count(*) FROM outbox WHERE kind = 'index' AND done_at IS NULL AND due_at = created_at"
        )

    def read(self, feed: str) -> int:
        """How many runs of a feed are over."""
        return self._count(
            "SELECT count(*) FROM feed_runs JOIN feeds ON feeds.id = feed_id"
            " WHERE name = ? AND finished_at IS NOT NULL",
            feed,
        )

    def _count(self, sql: str, *given: str) -> int:
        connection = sqlite3.connect(self._database, uri=True, timeout=10)
        try:
            return int(connection.execute(sql, given).fetchone()[0])
        finally:
            connection.close()


def memory(pid: int, which: str) -> float:
    """MiB of a process; 0 when it is gone. `VmHWM` is its most so far, pages of libraries that others map too included.

    `Pss` is what it has now, each page that several programs share counted in equal parts.
    """
    file = Path(f"/proc/{pid}/{'smaps_rollup' if which == 'Pss' else 'status'}")
    try:
        lines = file.read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return next(
        (int(line.split()[1]) / 1024 for line in lines if line.startswith(f"{which}:")), 0.0
    )


def processor(pid: int) -> float:
    """Seconds that a process had a processor to itself; 0 when it is gone."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

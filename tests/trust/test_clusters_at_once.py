"""Clusters gathered by several workers at once, or by one that is killed wherever it is: nothing lost, doubled or stuck."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from sqlalchemy import update

from portal.db import Database
from portal.models import Outbox
from portal.services import clusters
from tests.trust.forks import processes
from tests.trust.gatherer import NEEDS, answer, faults, fill, gather

WORKERS = 2


def database(kind: str, request: pytest.FixtureRequest, migrated: Path, tmp_path: Path) -> str:
    if kind == "postgresql":
        return str(request.getfixturevalue("postgresql_url"))
    path = tmp_path / "many.db"
    path.write_bytes(migrated.read_bytes())
    return f"sqlite:///{path}"


@pytest.mark.parametrize(
    "kind", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)]
)
def test_workers_at_once_leave_each_need_in_one_cluster_with_all_its_likes(
    kind: str, request: pytest.FixtureRequest, migrated: Path, tmp_path: Path
) -> None:
    url = database(kind, request, migrated, tmp_path)
    ids = fill(url)
    gate, answers = processes.Barrier(WORKERS), processes.Queue()
    workers = [
        processes.Process(target=answer, args=(url, seed, gate, answers)) for seed in range(WORKERS)
    ]
    for one in workers:
        one.start()
    assert [answers.get(timeout=120) for _ in workers] == [""] * WORKERS
    for one in workers:
        one.join(timeout=30)
    assert faults(url, ids) == []


def test_a_worker_that_is_killed_again_and_again_loses_nothing(
    migrated: Path, tmp_path: Path, full: bool, request: pytest.FixtureRequest
) -> None:
    url, chance = database("sqlite", request, migrated, tmp_path), random.Random(14)
    ids = fill(url)
    for seed in range(40 if full else 4):
        gate, answers = processes.Barrier(2), processes.Queue()
        one = processes.Process(target=answer, args=(url, seed, gate, answers))
        one.start()
        gate.wait(60)
        one.join(chance.uniform(0.02, 0.8))
        one.kill()
        one.join()
    release(url)
    gather(url, 99)
    assert faults(url, ids) == []


def release(url: str) -> None:
    """The leases of the dead are over."""
    store = Database(url)
    with store.writing() as session:
        session.execute(update(Outbox).values(leased_until=None))
        session.commit()
    store.engine.dispose()


def test_two_that_looked_before_their_keys_were_written_would_miss_each_other(
    migrated: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """The negative control of the order: keys are committed first, then others are looked for."""
    url = database("sqlite", request, migrated, tmp_path)
    ids = fill(url)
    store = Database(url)
    with store.reading():
        needs = [clusters.load([ident]) for ident in (ids[0], ids[NEEDS])]
        assert not any(clusters.look(need).same for need in needs)
    with store.writing() as session:
        for need in needs:
            clusters.write_keys(need.values())
        session.commit()
    with store.reading():
        assert all(clusters.look(need).same for need in needs)
    store.engine.dispose()

"""Whose turn it is in the outbox: new offers are found first, letters go on, clusters wait until both have caught up."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from portal import index
from portal.db import Database
from portal.jobs import clusters, outbox
from portal.jobs.outbox import Failures, Handler
from portal.services import outbox as asking
from portal.services.outbox import Job
from tests.services.clustering import Make, together
from tests.services.clustering import make as make


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Small turns of the real work, and the kind of each in its order."""
    taken: list[str] = []

    def small(kind: str, given: Handler, batch: int, times: int) -> Handler:
        def work(jobs: Sequence[Job]) -> Failures:
            taken.append(kind)
            return {} if kind == "mail" else given.work(jobs)

        return Handler(work, batch=batch, times=times, waits=given.waits)

    sizes = {"mail": (1, 3), "index": (2, 1), "cluster": (1, 1)}
    for kind, (batch, times) in sizes.items():
        handler = small(kind, outbox.HANDLERS[kind], batch, times)
        monkeypatch.setitem(outbox.HANDLERS, kind, handler)
    return taken


def ask_for(database: Database, ids: list[int], letters: int = 0) -> None:
    with database.writing() as session:
        asking.reindex_all(ids)
        for number in range(letters):
            asking.add("mail", f"letter:{number}", {})
        session.commit()


def test_new_offers_are_found_before_anybody_looks_for_their_twins(
    make: Make, database: Database, turns: list[str]
) -> None:
    ids = [make("un"), make("deux"), *(make("un", title=f"Atelier {n}") for n in range(3))]
    ask_for(database, ids)
    outbox.drain()
    assert turns[:3] == ["index"] * 3 and turns[3:5] == ["cluster"] * 2
    assert together(database, *ids[:2])
    with database.reading():
        assert {ident for ident, _version in index.current().versions()} == set(ids)


def test_control_clusters_that_do_not_wait_come_between_an_offer_and_the_index(
    make: Make, database: Database, turns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [make("un"), make("deux"), make("trois")]
    ask_for(database, ids)
    known: list[int] = []

    def gather(jobs: Sequence[Job]) -> Failures:
        with database.reading():
            known.append(len(list(index.current().versions())))
        return clusters.gather(jobs)

    monkeypatch.setitem(outbox.HANDLERS, "cluster", Handler(gather, batch=1))
    outbox.drain()
    assert known[0] < len(ids)


def test_many_letters_hold_up_neither_the_index_nor_for_ever_the_clusters(
    make: Make, database: Database, turns: list[str]
) -> None:
    ask_for(database, [make("un")], letters=4)
    outbox.drain()
    assert turns == ["mail"] * 3 + ["index", "mail", "cluster"]


def test_what_no_cluster_moved_is_not_indexed_again(
    make: Make, database: Database, turns: list[str]
) -> None:
    ids = [make("un"), make("deux"), *(make("un", title=f"Atelier {n}") for n in range(3))]
    ask_for(database, ids)
    outbox.drain()
    assert turns.count("index") == 3 + 1  # two at once: five offers, then the one that moved

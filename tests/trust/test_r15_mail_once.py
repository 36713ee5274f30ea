"""R15: every message that is due is delivered, and delivered once, whatever the mail server or the worker goes through.

The one exception no one can avoid: a server that takes a message and dies before it says so gets it again, with the same
Message-ID, by which mailboxes know it for the same.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal import clock, config, create_app, db, mail
from portal.config import Settings
from portal.db import Database
from portal.jobs import outbox
from portal.models import Outbox
from portal.services import outbox as rows
from portal.services import signups
from tests import factories
from tests.conftest import settings_for
from tests.mail_server import MailServer
from tests.services.line import wish
from tests.trust.forks import processes
from tests.visitor import Visitor

PATIENCE = 60


@pytest.fixture
def server() -> Iterator[MailServer]:
    made = MailServer()
    made.open()
    yield made
    made.stop()


@pytest.fixture
def settings(migrated: Path, tmp_path: Path, server: MailServer) -> Settings:
    (tmp_path / "relais.db").write_bytes(migrated.read_bytes())
    given = {"QUEUE_URL": f"sqlite:///{tmp_path}/queue.db", "MAIL_URL": server.url}
    return config.from_environment({}, {**settings_for(tmp_path), **given})


@pytest.fixture
def due(database: Database, full: bool) -> int:
    """So many people have just signed up, and are due a message each."""
    people = 200 if full else 20
    with database.writing() as session:
        offer = factories.offer(shifts=[factories.shift(capacity=None)])
        session.add(offer)
        session.flush()
        for n in range(people):
            signups.sign_up(offer.shifts[0].id, wish(f"p{n}"))
        session.commit()
    return people


def later(minutes: float) -> time_machine.travel:
    return time_machine.travel(clock.now() + timedelta(minutes=minutes))


def stuck(database: Database) -> list[str]:
    """The mails that are neither done nor set aside."""
    with database.reading() as session:
        open_rows = select(Outbox.key).where(
            Outbox.kind == "mail", Outbox.done_at.is_(None), Outbox.failed_at.is_(None)
        )
        return list(session.scalars(open_rows))


def test_r15_a_server_that_is_down_for_ten_minutes_loses_nothing(
    server: MailServer, database: Database, due: int, record_property: Callable[[str, object], None]
) -> None:
    record_property("n", due)
    server.close()
    outbox.drain()
    assert (server.taken, len(stuck(database))) == ([], due)
    server.open()
    with later(10):
        outbox.drain()
    assert (len(server.ids()), max(server.ids().values()), stuck(database)) == (due, 1, [])


def test_r15_not_now_is_tried_again_and_never_is_set_aside(
    server: MailServer, database: Database, due: int
) -> None:
    server.mood = lambda to: {"p1@example.org": "451 busy", "p2@example.org": "550 nobody"}.get(
        to, ""
    )
    outbox.drain()
    assert len(server.ids()) == due - 2
    assert len(stuck(database)) == 1
    server.mood = lambda to: ""
    with later(2):
        outbox.drain()
    assert (len(server.ids()), max(server.to().values()), stuck(database)) == (due - 1, 1, [])
    with database.reading() as session:
        aside = session.scalars(select(Outbox).where(Outbox.failed_at.is_not(None))).all()
        assert [row.last_error[:40] for row in aside] == ["Le message est refusé : 550 nobody."]


def test_r15_a_server_that_dies_after_taking_a_message_gets_it_again_under_the_same_id(
    server: MailServer, database: Database, due: int
) -> None:
    server.hangs_up_after_data = 1
    outbox.drain()
    with later(2):
        outbox.drain()
    assert (len(server.ids()), sum(server.ids().values()), stuck(database)) == (due, due + 1, [])


def test_r15_a_slow_server_slows_no_request(
    app: Flask, server: MailServer, database: Database, full: bool
) -> None:
    server.delay = 30 if full else 1
    with database.writing() as session:
        offer = factories.offer()
        session.add(offer)
        session.commit()
    visitor = Visitor(app)
    visitor.get(f"/offers/{offer.id}-{offer.slug}")
    visitor.submit("/signups", first_name="Ann", email="ann@example.org")
    assert visitor.page is not None and visitor.page.status == 200
    assert server.connections == 0  # the request never met the server
    outbox.drain()
    assert server.to() == {"ann@example.org": 1}


def test_r15_four_workers_send_each_message_once(
    settings: Settings, server: MailServer, database: Database, due: int
) -> None:
    assert work(settings, 4) == [0, 0, 0, 0]
    assert (len(server.ids()), max(server.ids().values()), stuck(database)) == (due, 1, [])


def test_r15_a_worker_killed_after_sending_loses_nothing_and_repeats_one_message_at_most(
    settings: Settings, server: MailServer, database: Database, due: int
) -> None:
    assert work(settings, 1, killed=True) == [-signal.SIGKILL]
    assert sum(server.ids().values()) == 1
    with later(6):  # its lease is over
        outbox.drain()
    assert (len(server.ids()), sum(server.ids().values()), stuck(database)) == (due, due + 1, [])


def test_r15_without_the_lease_several_workers_send_the_same_message(
    settings: Settings, server: MailServer, due: int
) -> None:
    work(settings, 4, leased=False)
    assert max(server.ids().values()) > 1


def test_r15_without_the_outbox_a_server_that_is_down_loses_the_message(
    app: Flask, server: MailServer, database: Database, due: int
) -> None:
    server.close()
    letter = mail.Letter(key="k", to="a@example.org", subject="s", text="t", html="h")
    with pytest.raises(mail.MailLater):
        outbox.post(letter)  # as a request would, that then answers and forgets
    server.open()
    with later(10):
        outbox.drain()
    assert server.to()["a@example.org"] == 0


def test_r15_without_an_id_of_its_row_a_repeated_message_is_two_messages(
    server: MailServer, due: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(10_000))
    monkeypatch.setattr(mail, "message_id", lambda key, domain: f"<{next(numbers)}@{domain}>")
    server.hangs_up_after_data = 1
    outbox.drain()
    with later(2):
        outbox.drain()
    assert len(server.ids()) == due + 1


def test_r15_mail_is_never_sent_inside_a_transaction(app: Flask, database: Database) -> None:
    letter = mail.Letter(key="k", to="a@example.org", subject="s", text="t", html="h")
    with database.writing() as session:
        session.add(factories.association())
        session.flush()
        with pytest.raises(RuntimeError, match="never sent inside"):
            outbox.post(letter)


def work(
    settings: Settings, workers: int, *, killed: bool = False, leased: bool = True
) -> list[Any]:
    """Let workers drain the outbox in processes of their own, started together; returns their exit codes."""
    gate = processes.Barrier(workers)
    running = [
        processes.Process(target=_work, args=(settings, gate, killed, leased))
        for _ in range(workers)
    ]
    for process in running:
        process.start()
    for process in running:
        process.join(PATIENCE)
    return [process.exitcode for process in running]


def _work(settings: Settings, gate: Any, killed: bool, leased: bool) -> None:
    if killed:
        rows.done = _die
    if not leased:
        _forget_leases(gate)
    app = create_app(settings)
    with app.app_context():
        gate.wait(PATIENCE)
        outbox.drain()


def _die(jobs: Any) -> None:
    """Sent, and not yet closed: the moment at which a power cut hurts most."""
    if any(job.kind == "mail" for job in jobs):
        os.kill(os.getpid(), signal.SIGKILL)


def _forget_leases(gate: Any) -> None:
    """The control: rows are looked at and not leased, and everybody looks before anybody sends."""
    lease, taken = rows.lease, []

    def look(worker: str, n: int, kinds: Any, seconds: int = 300) -> Any:
        if "mail" not in kinds or taken:
            return []
        taken.extend(lease(worker, n, kinds, seconds))
        db.session.rollback()
        gate.wait(PATIENCE)
        return taken

    rows.lease = look

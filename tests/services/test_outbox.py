"""The outbox: asked once, leased once, retried with growing pauses, set aside at last."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.models import Outbox
from portal.services import outbox


def rows(session: Session) -> list[Outbox]:
    return list(session.scalars(select(Outbox).execution_options(populate_existing=True)))


def test_the_same_key_is_written_once(session: Session) -> None:
    assert outbox.add("mail", "signup:1:held", {"signup": 1})
    assert not outbox.add("mail", "signup:1:held", {"signup": 2})
    assert [row.payload for row in rows(session)] == [{"signup": 1}]


def test_a_row_that_is_rolled_back_never_was(session: Session) -> None:
    outbox.add("mail", "signup:1:held", {})
    session.rollback()
    assert rows(session) == []


def test_a_leased_row_is_not_leased_twice(session: Session) -> None:
    outbox.add("mail", "a", {})
    assert [job.key for job in outbox.lease("one", 10, ["mail"])] == ["a"]
    assert outbox.lease("two", 10, ["mail"]) == []


def test_only_the_kinds_asked_for_are_leased(session: Session) -> None:
    outbox.add("mail", "a", {})
    outbox.reindex(3)
    assert outbox.is_due(["index"])
    assert [job.payload for job in outbox.lease("one", 10, ["index"])] == [{"offer": 3}]


def test_a_row_is_not_taken_before_it_is_due(session: Session) -> None:
    outbox.add("mail", "later", {}, due_at=clock.now() + timedelta(hours=1))
    assert not outbox.is_due(["mail"])
    with time_machine.travel(clock.now() + timedelta(hours=2)):
        assert outbox.is_due(["mail"])


def test_the_rows_of_a_dead_worker_are_taken_again_after_its_lease(session: Session) -> None:
    outbox.add("mail", "a", {})
    outbox.lease("dead", 10, ["mail"], seconds=60)
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        (job,) = outbox.lease("alive", 10, ["mail"])
    assert job.attempts == 2


def test_a_worker_that_overslept_its_lease_closes_nothing(session: Session) -> None:
    outbox.add("mail", "a", {})
    (late,) = outbox.lease("late", 10, ["mail"], seconds=60)
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        outbox.lease("other", 10, ["mail"])
        outbox.done([late])
    assert rows(session)[0].done_at is None


def test_what_is_done_is_never_due_again(session: Session) -> None:
    outbox.add("mail", "a", {})
    outbox.done(outbox.lease("one", 10, ["mail"]))
    assert not outbox.is_due(["mail"])
    assert not outbox.add("mail", "a", {})


def test_pauses_grow_and_the_last_failure_sets_the_row_aside(session: Session) -> None:
    outbox.add("mail", "a", {})
    pauses = []
    with time_machine.travel(clock.now(), tick=False) as travel:
        for _ in outbox.PAUSES:
            (job,) = outbox.lease("one", 1, ["mail"])
            assert not outbox.failed(job, "421 try later")
            pauses.append(rows(session)[0].due_at - clock.now())
            travel.move_to(rows(session)[0].due_at)
        (job,) = outbox.lease("one", 1, ["mail"])
        assert outbox.failed(job, "421 try later")
    assert pauses == list(outbox.PAUSES)
    assert rows(session)[0].failed_at is not None
    assert rows(session)[0].last_error == "421 try later"


def test_a_permanent_failure_is_not_tried_again(session: Session) -> None:
    outbox.add("mail", "a", {})
    (job,) = outbox.lease("one", 1, ["mail"])
    assert outbox.failed(job, "550 nobody\r\nhere", permanent=True)
    assert rows(session)[0].last_error == "550 nobody here"


def test_waiting_requests_to_reindex_are_one_row(session: Session) -> None:
    outbox.reindex(3)
    outbox.reindex_all([3, 2, 3])
    assert sorted(row.key for row in rows(session)) == ["index:2", "index:3"]


def test_an_offer_changed_while_it_was_being_indexed_is_indexed_again(session: Session) -> None:
    outbox.reindex(3)
    taken = outbox.lease("one", 10, ["index"])
    outbox.reindex(3)
    outbox.done(taken)
    assert [job.attempts for job in outbox.lease("two", 10, ["index"])] == [1]


def test_a_finished_row_is_armed_anew(session: Session) -> None:
    outbox.reindex(3)
    outbox.done(outbox.lease("one", 10, ["index"]))
    assert not outbox.is_due(["index"])
    outbox.reindex(3)
    assert outbox.is_due(["index"])


def test_what_was_done_long_ago_is_forgotten_and_what_was_set_aside_is_kept(
    session: Session,
) -> None:
    outbox.add("mail", "done", {})
    outbox.add("mail", "aside", {})
    done, aside = outbox.lease("one", 10, ["mail"])
    outbox.done([done])
    outbox.failed(aside, "no", permanent=True)
    with time_machine.travel(clock.now() + timedelta(days=31)):
        assert outbox.forget_old() == 1
    assert [row.key for row in rows(session)] == ["aside"]

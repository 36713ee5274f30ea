"""Many people at once: real processes against a real database file or server, let go together by a barrier."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from portal import clock, db, tokens
from portal.db import Database
from portal.models import Shift, Signup
from portal.models import SignupState as S
from portal.models.signup import TAKING
from portal.services import capacity, signups
from portal.services.signups import begin
from tests import factories
from tests.services.line import wish
from tests.trust.forks import processes

PATIENCE = 60  # seconds until a barrier gives up: a hang is a failure, not a pause


@dataclass
class Outcome:
    """What a round left in the database, and what went wrong on the way."""

    places: int = 0
    in_line: int = 0
    counted: int = 0
    errors: list[str] = field(default_factory=list)


def open_shift(url: str, capacity_: int) -> int:
    """A live offer with one shift that takes so many people; returns the shift's id."""
    store = Database(url)
    with store.writing() as session:
        offer = factories.offer(shifts=[factories.shift(capacity=capacity_)])
        session.add(offer)
        session.commit()
        shift_id = offer.shifts[0].id
    store.engine.dispose()
    return shift_id


def hammer(
    url: str, shift_ids: list[int], people: int, workers: int, *, guarded: bool = True
) -> list[Outcome]:
    """Let `people` sign up for each shift in turn from `workers` processes at once; each shift is a round of its own.

    Without the guard, each of them waits between its count and its insert until the others have counted too.
    """
    gate = processes.Barrier(workers)
    answers: Any = processes.Queue()
    names = [[f"p{n}" for n in range(people) if n % workers == w] for w in range(workers)]
    running = [
        processes.Process(target=_work, args=(url, shift_ids, mine, gate, answers, guarded))
        for mine in names
    ]
    for process in running:
        process.start()
    errors = [error for _ in running for error in answers.get(timeout=PATIENCE * len(shift_ids))]
    for process in running:
        process.join(PATIENCE)
    return [
        _look(url, shift_id, [words for where, words in errors if where == shift_id])
        for shift_id in shift_ids
    ]


def _work(
    url: str, shift_ids: list[int], names: list[str], gate: Barrier, answers: Any, guarded: bool
) -> None:
    tokens.use_key("a key for the hammer, long enough to be taken")
    store = Database(url)
    if not guarded:
        _take_the_guard_away(store, url, gate)
    errors: list[tuple[int, str]] = []
    for shift_id in shift_ids:
        gate.wait(PATIENCE)
        errors += [
            (shift_id, words) for name in names if (words := _sign_up(store, shift_id, name))
        ]
    answers.put(errors)


def _take_the_guard_away(store: Database, url: str, gate: Barrier) -> None:
    """The same without the defence: the driver's own BEGIN, no lock, and everybody counts before anybody inserts."""
    decide = begin._beginning

    def decide_then_wait(*given: Any) -> Any:
        state = decide(*given)
        gate.wait(PATIENCE)
        return state

    capacity.lock = _look_without_lock
    begin._beginning = decide_then_wait
    if url.startswith("sqlite"):
        store._writes = create_engine(url, connect_args={"timeout": 30})


def _look_without_lock(shift_id: int) -> Shift:
    return db.session.get_one(Shift, shift_id, populate_existing=True)


def _sign_up(store: Database, shift_id: int, name: str) -> str:
    try:
        with store.writing() as session:
            signups.sign_up(shift_id, wish(name, key=f"{shift_id}/{name}"))
            session.commit()
    except (
        Exception
    ) as error:  # whatever it is, it would have been a 5xx: it is counted, not hidden
        return f"{type(error).__name__}: {error}"
    return ""


def _look(url: str, shift_id: int, errors: list[str]) -> Outcome:
    store = Database(url)
    with store.reading() as session:
        found = _outcome(session, shift_id)
    store.engine.dispose()
    found.errors = errors
    return found


def _outcome(session: Session, shift_id: int) -> Outcome:
    states = Counter(session.scalars(select(Signup.state).where(Signup.shift_id == shift_id)))
    shift = session.get_one(Shift, shift_id)
    assert shift.is_ahead(clock.now())
    return Outcome(
        places=sum(states[state] for state in TAKING),
        in_line=states[S.WAITLISTED],
        counted=shift.taken,
    )

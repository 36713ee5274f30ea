"""Several processes that sign up, cancel, move and change the capacity of the same two shifts at once, each from its own seed."""

from __future__ import annotations

import random
from multiprocessing.synchronize import Barrier
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import tokens
from portal.db import Database
from portal.errors import PortalError
from portal.models import Shift, Signup, SignupState
from portal.models.signup import OVER, TAKING
from portal.services import signups
from tests import factories
from tests.services.line import wish
from tests.trust.forks import processes

PATIENCE = 120


def open_shifts(url: str) -> list[int]:
    """Two shifts of one offer, four and six places."""
    store = Database(url)
    with store.writing() as session:
        shifts = [factories.shift(capacity=4), factories.shift(days=9, capacity=6)]
        offer = factories.offer(shifts=shifts)
        session.add(offer)
        session.commit()
        ids = [shift.id for shift in offer.shifts]
    store.engine.dispose()
    return ids


def scramble(url: str, shift_ids: list[int], steps: int, workers: int) -> list[str]:
    """Let them loose; returns what went wrong that is not a sentence for people."""
    gate = processes.Barrier(workers)
    answers: Any = processes.Queue()
    running = [
        processes.Process(target=_work, args=(url, shift_ids, steps, seed, gate, answers))
        for seed in range(workers)
    ]
    for process in running:
        process.start()
    errors = [error for _ in running for error in answers.get(timeout=PATIENCE)]
    for process in running:
        process.join(PATIENCE)
    return errors


def faults(url: str, shift_ids: list[int]) -> list[str]:
    """What does not hold in the end."""
    store = Database(url)
    found = []
    with store.reading() as session:
        for shift_id in shift_ids:
            shift = session.get_one(Shift, shift_id)
            people = session.scalars(select(Signup).where(Signup.shift_id == shift_id)).all()
            taken = sum(one.party for one in people if one.state in TAKING)
            if shift.taken != taken:
                found.append(f"counted {shift.taken}, are {taken}")
            left = None if shift.capacity is None else shift.capacity - taken
            waits = [p for p in people if p.state is SignupState.WAITLISTED and p.verified_at]
            if any(left is None or one.party <= left for one in waits):
                found.append("a place is free while somebody who fits waits")
            hashes = [one.email_hash for one in people if one.state not in OVER]
            if len(hashes) != len(set(hashes)):
                found.append("one address twice")
    store.engine.dispose()
    return found


def _work(
    url: str, shift_ids: list[int], steps: int, seed: int, gate: Barrier, answers: Any
) -> None:
    tokens.use_key("a key for the hammer, long enough to be taken")
    store = Database(url)
    dice = random.Random(seed)  # noqa: S311
    errors = []
    gate.wait(PATIENCE)
    for step in range(steps):
        try:
            with store.writing() as session:
                _step(session, shift_ids, f"{seed}x{step}", dice)
                session.commit()
        except PortalError:
            continue
        except Exception as error:  # it would have been a 5xx: counted, not hidden
            errors.append(f"{type(error).__name__}: {error}")
    answers.put(errors)


def _step(session: Session, shift_ids: list[int], name: str, dice: random.Random) -> None:
    which = dice.choice(shift_ids)
    roll = dice.random()
    if roll < 0.5:
        attempt = signups.sign_up(which, wish(name, party=dice.choice((1, 1, 2))))
        signups.confirm(attempt.signup_id or 0)
        return
    if roll < 0.6:
        number = dice.randint(3, 8)
        signups.change_capacity(session.get_one(Shift, which), number)
        return
    one = session.scalar(
        select(Signup.id).where(Signup.state.not_in(OVER)).order_by(func.random()).limit(1)
    )
    if one is not None and roll < 0.9:
        signups.cancel(one)
    elif one is not None:
        signups.move(one, which)

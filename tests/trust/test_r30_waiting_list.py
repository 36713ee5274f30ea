"""R30: a line of people, walked at random. Whenever a place is free and somebody verified who fits waits, it is offered to
the first of them; no place is given while more would be taken than there are; nobody who is offered a place is not told.
"""

from __future__ import annotations

import contextlib
import os
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import time_machine
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from portal import clock, tokens
from portal.db import Database
from portal.errors import PortalError
from portal.models import Offer, OfferState, Outbox, Shift, Signup, SignupState
from portal.models.signup import OVER, TAKING
from portal.services import capacity, signups, waiting
from tests import factories
from tests.services.line import wish

S = SignupState
EXAMPLES, STEPS = (100, 100) if os.environ.get("TRUST_N") == "full" else (20, 50)
NAMES = st.sampled_from([f"p{n}" for n in range(30)])
PARTIES = st.sampled_from([1, 1, 1, 2, 2, 3, 5])
_template: list[bytes] = []


class Line(RuleBasedStateMachine):
    """Two shifts of one offer, a dozen people, a clock. After each step everything must hold."""

    def __init__(self) -> None:
        super().__init__()
        tokens.use_key("a key for the line, long enough to be taken")
        self.folder = TemporaryDirectory()
        path = Path(self.folder.name) / "relais.db"
        path.write_bytes(_template[0])
        self.store = Database(f"sqlite:///{path}")
        self.clock = time_machine.travel(clock.now(), tick=False)
        self.time = self.clock.start()
        self.sent = 0
        with self.store.writing() as session:
            offer = factories.offer(
                shifts=[factories.shift(days=30, capacity=3), factories.shift(days=31, capacity=4)]
            )
            session.add(offer)
            session.commit()
            self.offer, self.shifts = offer.id, [shift.id for shift in offer.shifts]
        self.beyond = dict.fromkeys(self.shifts, 0)  # people in when the capacity was lowered

    def teardown(self) -> None:
        self.store.engine.dispose()
        self.clock.stop()
        self.folder.cleanup()

    def _do(self, act: Any) -> None:
        with self.store.writing() as session, contextlib.suppress(PortalError):
            act(session)
            session.commit()

    def _one(self, session: Any, n: int) -> int:
        ids = session.scalars(select(Signup.id).order_by(Signup.id)).all()
        return int(ids[n % len(ids)]) if ids else 0

    @rule(
        name=NAMES,
        party=PARTIES,
        which=st.integers(0, 1),
        proved=st.sampled_from([True, True, True, False]),
        device=st.sampled_from(["", "d", "e"]),
    )
    def sign_up(self, name: str, party: int, which: int, proved: bool, device: str) -> None:
        self.sent += 1
        asked = wish(name, party=party, key=str(self.sent), device_hash=device)

        def act(session: Any) -> None:
            attempt = signups.sign_up(self.shifts[which], asked)
            if proved:
                signups.confirm(attempt.signup_id)

        self._do(act)

    @rule(n=st.integers(0, 200))
    def confirm(self, n: int) -> None:
        self._do(lambda session: signups.confirm(self._one(session, n)))

    @rule(names=st.lists(NAMES, min_size=3, max_size=6, unique=True), which=st.integers(0, 1))
    def several_sign_up(self, names: list[str], which: int) -> None:
        for name in names:
            self.sign_up(name, 1, which, True, "")

    @rule(n=st.integers(0, 200))
    def somebody_who_is_in_cancels(self, n: int) -> None:
        def act(session: Any) -> None:
            ids = session.scalars(select(Signup.id).where(Signup.state == S.CONFIRMED)).all()
            if ids:
                signups.cancel(ids[n % len(ids)])

        self._do(act)

    @rule(n=st.integers(0, 200))
    def cancel(self, n: int) -> None:
        self._do(lambda session: signups.cancel(self._one(session, n)))

    @rule(n=st.integers(0, 200), party=st.integers(1, 5))
    def bring(self, n: int, party: int) -> None:
        self._do(lambda session: signups.bring(self._one(session, n), party))

    @rule(n=st.integers(0, 200), which=st.integers(0, 1))
    def move(self, n: int, which: int) -> None:
        self._do(lambda session: signups.move(self._one(session, n), self.shifts[which]))

    @rule(n=st.integers(0, 200))
    def erase(self, n: int) -> None:
        self._do(lambda session: signups.erase(self._one(session, n)))

    @rule(number=st.sampled_from([0, 1, 2, 3, 5, 8, None]), which=st.integers(0, 1))
    def change_capacity(self, number: int | None, which: int) -> None:
        shift_id = self.shifts[which]
        self._do(lambda session: signups.change_capacity(session.get_one(Shift, shift_id), number))
        with self.store.reading() as session:
            taken = self._taken(session, shift_id)
            self.beyond[shift_id] = taken if number is not None and taken > number else 0

    @rule(minutes=st.sampled_from([1, 1, 10, 31, 400, 1441]))
    def time_passes(self, minutes: int) -> None:
        """The worker looks at the line right after."""
        self.time.shift(timedelta(minutes=minutes))
        with self.store.reading():
            due = waiting.shifts_to_settle()
        for shift_id in due:
            self._do(lambda session, ident=shift_id: waiting.settle(capacity.lock(ident)))

    @rule(n=st.integers(0, 200))
    def pause_and_go_on(self, n: int) -> None:
        """Somebody cancels while nothing is given: the place waits for the end of the pause."""

        def act(session: Any) -> None:
            offer = session.get_one(Offer, self.offer)
            offer.state = OfferState.PAUSED
            with contextlib.suppress(PortalError):
                signups.cancel(self._one(session, n))
            offer.state = OfferState.LIVE
            signups.reopen_line(offer)

        self._do(act)

    @precondition(lambda self: self.sent % 13 == 8)
    @rule()
    def close_and_open_again(self) -> None:
        def act(session: Any) -> None:
            offer = session.get_one(Offer, self.offer)
            offer.state = OfferState.CLOSED
            signups.close_line(offer)
            waits = select(Signup).where(Signup.state == S.WAITLISTED)
            assert session.scalars(waits).all() == []
            offer.state = OfferState.LIVE
            signups.reopen_line(offer)

        self._do(act)

    @invariant()
    def everything_holds(self) -> None:
        with self.store.reading() as session:
            is_live = session.get_one(Offer, self.offer).state is OfferState.LIVE
            people = session.scalars(select(Signup)).all()
            rows = session.execute(select(Outbox.key, Outbox.created_at))
            told = {row.key: row.created_at for row in rows}
            for shift_id in self.shifts:
                shift = session.get_one(Shift, shift_id)
                here = [one for one in people if one.shift_id == shift_id]
                self.check_places(shift, here)
                if is_live and (shift.starts_at is None or shift.starts_at > clock.now()):
                    check_line(shift, here)
                check_once(here)
                check_order(here, told)

    def check_places(self, shift: Shift, here: list[Signup]) -> None:
        taken = sum(one.party for one in here if one.state in TAKING)
        waits = sum(one.state is S.WAITLISTED for one in here)
        assert (shift.taken, shift.waiting) == (taken, waits), "the count is not true"
        self.beyond[shift.id] = min(self.beyond[shift.id], taken)
        if shift.capacity is not None:
            assert taken <= max(shift.capacity, self.beyond[shift.id]), "given beyond the capacity"

    @staticmethod
    def _taken(session: Any, shift_id: int) -> int:
        people = select(func.coalesce(func.sum(Signup.party), 0))
        found = people.where(Signup.shift_id == shift_id, Signup.state.in_(TAKING))
        return int(session.scalar(found))


def check_line(shift: Shift, here: list[Signup]) -> None:
    left = None if shift.capacity is None else shift.capacity - shift.taken
    fitting = [
        one
        for one in here
        if one.state is S.WAITLISTED and one.verified_at and (left is None or one.party <= left)
    ]
    assert fitting == [], "a place is free while somebody who fits waits"


def check_order(here: list[Signup], told: dict[str, datetime]) -> None:
    """Everyone who is offered a place was told; nobody before them who waited, proved and as small, was passed over."""
    for one in (o for o in here if o.state is S.OFFERED):
        at = told.get(f"signup:{one.id}:place_offered")
        assert at is not None, "offered, and never told"
        passed = [
            w
            for w in here
            if w.state is S.WAITLISTED
            and (w.created_at, w.id) < (one.created_at, one.id)
            and w.party <= one.party
            and max(w.verified_at or at, w.changed_at) < at
        ]
        assert passed == [], "somebody was passed over"


def check_once(here: list[Signup]) -> None:
    hashes = [one.email_hash for one in here if one.state not in OVER]
    assert len(hashes) == len(set(hashes)), "one address twice on a shift"


def walk(migrated: Path, examples: int, steps: int) -> None:
    """Random walks from one seed. A failure is shown as it was found: making it smaller would take longer than finding it."""
    _template[:] = [migrated.read_bytes()]
    run_state_machine_as_test(
        Line,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            derandomize=True,
            phases=(Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_r30_no_random_walk_breaks_the_line(migrated: Path, record_property: Any) -> None:
    record_property("n", EXAMPLES * STEPS)
    walk(migrated, EXAMPLES, STEPS)


def test_r30_without_the_offer_of_freed_places_the_walk_finds_it(
    migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "offer_next", lambda shift: False)
    with pytest.raises(AssertionError):
        walk(migrated, EXAMPLES, STEPS)


def test_r30_without_the_order_of_the_line_the_walk_finds_it(
    migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = waiting._verified_line
    last_first = (Signup.created_at.desc(), Signup.id.desc())
    monkeypatch.setattr(
        waiting, "_verified_line", lambda ident: line(ident).order_by(None).order_by(*last_first)
    )
    with pytest.raises(AssertionError, match="passed over"):
        walk(migrated, EXAMPLES, STEPS)


def test_r30_without_the_count_of_the_party_the_walk_finds_it(
    migrated: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        capacity,
        "fits",
        lambda shift, party: shift.capacity is None or shift.taken < shift.capacity,
    )
    with pytest.raises(AssertionError):
        walk(migrated, EXAMPLES, STEPS)

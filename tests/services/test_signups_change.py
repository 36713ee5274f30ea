"""What happens to a signup: proved, given back, moved, shared, ticked, forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.errors import Conflict, Gone, Invalid, NotFound
from portal.models import Offer, Shift, Signup, SignupAttempt, SignupState
from portal.models.signup import CHANGES
from portal.services import signups
from portal.services.signups import begin
from tests import factories
from tests.services.line import keys, line, wish

S = SignupState


@pytest.fixture
def offer(session: Session) -> Offer:
    """Two shifts: one place next week, three places the week after."""
    made = factories.offer(
        shifts=[factories.shift(capacity=1), factories.shift(days=14, capacity=3)]
    )
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def shift(offer: Offer) -> Shift:
    return offer.shifts[0]


def held(session: Session, shift: Shift, name: str = "ann", **more: object) -> Signup:
    attempt = signups.sign_up(shift.id, wish(name, **more))
    return session.get_one(Signup, attempt.signup_id)


def confirmed(session: Session, shift: Shift, name: str = "ann", **more: object) -> Signup:
    return signups.confirm(held(session, shift, name, **more).id)


def test_only_the_declared_changes_exist(session: Session, shift: Shift) -> None:
    signup = held(session, shift)
    for source in S:
        for target in S:
            signup.state = source
            if target in CHANGES[source]:
                signup.become(target)
                assert signup.state is target
            else:
                with pytest.raises(Conflict):
                    signup.become(target)
    session.rollback()


def test_the_mailed_button_makes_a_hold_a_place_and_pressing_it_twice_does_nothing(
    session: Session, shift: Shift
) -> None:
    signup = confirmed(session, shift)
    assert signup.state is S.CONFIRMED and signup.verified_at is not None
    before = keys(session)
    assert signups.confirm(signup.id) is signup
    assert keys(session) == before


def test_a_proved_address_joins_the_person_who_has_it(session: Session, shift: Shift) -> None:
    ann = factories.person("ann")
    session.add(ann)
    session.flush()
    assert confirmed(session, shift).person_id == ann.id


def test_a_hold_that_has_ended_says_so(session: Session, shift: Shift) -> None:
    signup = held(session, shift)
    signup.become(S.EXPIRED)
    with pytest.raises(Gone, match="plus gardée"):
        signups.confirm(signup.id)


def test_cancelling_gives_the_place_to_the_next_in_the_same_transaction(
    session: Session, shift: Shift
) -> None:
    first = confirmed(session, shift)
    second = confirmed(session, shift, "bob")
    third = confirmed(session, shift, "cleo")
    signups.cancel(first.id)
    assert (first.state, second.state, third.state) == (S.CANCELLED, S.OFFERED, S.WAITLISTED)
    assert f"signup:{second.id}:place_offered" in keys(session)
    assert (shift.taken, shift.waiting) == (1, 1)
    assert signups.confirm(second.id).state is S.CONFIRMED


def test_cancelling_twice_is_cancelling_once(session: Session, shift: Shift) -> None:
    signup = confirmed(session, shift)
    signups.cancel(signup.id)
    before = keys(session)
    assert signups.cancel(signup.id).sequence == 1
    assert keys(session) == before


def test_what_is_over_cannot_be_cancelled(session: Session, shift: Shift) -> None:
    signup = confirmed(session, shift)
    with time_machine.travel(clock.now() + timedelta(days=8)), pytest.raises(Conflict):
        signups.cancel(signup.id)


def test_moving_takes_a_place_there_and_frees_the_one_here(session: Session, offer: Offer) -> None:
    here, there = offer.shifts
    ann = confirmed(session, here)
    bob = confirmed(session, here, "bob")
    signups.move(ann.id, there.id)
    assert (ann.shift_id, ann.state, ann.sequence) == (there.id, S.CONFIRMED, 1)
    assert (here.taken, there.taken, bob.state) == (1, 1, S.OFFERED)
    assert f"signup:{ann.id}:shift_changed:1" in keys(session)


def test_moving_to_a_full_date_changes_nothing(session: Session, offer: Offer) -> None:
    here, there = offer.shifts
    confirmed(session, here)
    late = confirmed(session, there, "bob")
    with pytest.raises(Conflict, match="complète"):
        signups.move(late.id, here.id)
    assert (late.shift_id, there.taken) == (there.id, 1)


def test_who_waits_may_move_to_a_date_with_room_and_is_confirmed_there(
    session: Session, offer: Offer
) -> None:
    here, there = offer.shifts
    confirmed(session, here)
    waiting = confirmed(session, here, "bob")
    assert waiting.state is S.WAITLISTED
    assert signups.move(waiting.id, there.id).state is S.CONFIRMED
    assert (here.waiting, there.taken) == (0, 1)


def test_nobody_moves_to_another_offer_or_twice_onto_one_date(
    session: Session, offer: Offer
) -> None:
    other = factories.offer()
    session.add(other)
    session.flush()
    ann = confirmed(session, offer.shifts[1])
    confirmed(session, offer.shifts[0], key="k2")
    with pytest.raises(NotFound):
        signups.move(ann.id, other.shifts[0].id)
    with pytest.raises(Conflict, match="déjà"):
        signups.move(ann.id, offer.shifts[0].id)


def test_bringing_more_needs_room_and_bringing_fewer_frees_it(
    session: Session, offer: Offer
) -> None:
    shift = offer.shifts[1]
    ann = confirmed(session, shift)
    signups.bring(ann.id, 3)
    assert shift.taken == 3
    bob = confirmed(session, shift, "bob", party=2)
    with pytest.raises(Conflict, match="0 place"):
        signups.bring(ann.id, 4)
    signups.bring(ann.id, 1)
    assert (shift.taken, bob.state) == (3, S.OFFERED)
    with pytest.raises(Invalid):
        signups.bring(ann.id, 6)


def test_erasing_keeps_the_count_and_nothing_of_the_person(session: Session, shift: Shift) -> None:
    ann = confirmed(session, shift, message="coucou", phone="+33612345678", device_hash="d")
    bob = confirmed(session, shift, "bob")
    old = ann.nonce
    signups.erase(ann.id)
    assert (ann.state, bob.state) == (S.CANCELLED, S.OFFERED)
    kept = (ann.first_name, ann.email, ann.phone, ann.message, ann.answers, ann.device_hash)
    assert kept == ("", "", "", "", [], "")
    assert ann.nonce != old
    attempt = session.scalars(select(SignupAttempt).where(SignupAttempt.signup_id == ann.id)).one()
    assert (attempt.first_name, attempt.email, attempt.details) == ("", "", {})


def test_who_came_is_erased_but_stays_counted(session: Session, shift: Shift) -> None:
    ann = confirmed(session, shift)
    with time_machine.travel(clock.now() + timedelta(days=7, hours=1)):
        signups.mark(ann.id, attended=True)
        signups.erase(ann.id)
    assert (ann.state, ann.email, shift.taken) == (S.ATTENDED, "", 1)


def test_attendance_is_ticked_at_the_door_and_corrected_for_two_weeks(
    session: Session, shift: Shift
) -> None:
    ann = confirmed(session, shift)
    with pytest.raises(Conflict, match="deux heures"):
        signups.mark(ann.id, attended=True)
    assert shift.starts_at is not None
    with time_machine.travel(shift.starts_at):
        assert signups.mark(ann.id, attended=True).state is S.ATTENDED
        assert signups.mark(ann.id, attended=True).state is S.ATTENDED
        assert signups.mark(ann.id, attended=False).state is S.ABSENT
    with time_machine.travel(shift.starts_at + timedelta(days=15)), pytest.raises(Conflict):
        signups.mark(ann.id, attended=True)


def test_an_unknown_number_is_not_found(session: Session) -> None:
    for verb in (signups.confirm, signups.cancel, signups.erase):
        with pytest.raises(NotFound):
            verb(404)


def test_the_line_is_the_line_of_its_shift(session: Session, offer: Offer) -> None:
    confirmed(session, offer.shifts[0])
    assert [s.shift_id for s in line(session)] == [offer.shifts[0].id]


def test_moving_does_not_make_an_unproved_hold_last_longer(session: Session) -> None:
    offer = factories.offer(shifts=[factories.shift(3), factories.shift(9)])
    session.add(offer)
    session.flush()
    end = clock.now() + timedelta(hours=2)
    held = factories.signup(
        offer.shifts[0], state=SignupState.HELD, held_until=end, verified_at=None
    )
    session.add(held)
    session.flush()
    signups.move(held.id, offer.shifts[1].id)
    assert (held.shift_id, held.held_until) == (offer.shifts[1].id, end)


def test_who_never_proved_the_address_is_forgotten_a_day_later(session: Session) -> None:
    offer = factories.offer()
    session.add(offer)
    session.flush()
    days = {"old": 2, "fresh": 0, "proved": 2}
    rows = {
        name: factories.signup(
            offer.shifts[0],
            name,
            state=SignupState.EXPIRED,
            verified_at=clock.now() if name == "proved" else None,
            changed_at=clock.now() - timedelta(days=age),
        )
        for name, age in days.items()
    }
    session.add_all(rows.values())
    session.flush()
    assert begin.forget_unproved() == 1
    session.expire_all()
    assert (rows["old"].email, rows["old"].first_name, rows["old"].email_hash) == ("", "", "")
    assert rows["fresh"].email and rows["proved"].email

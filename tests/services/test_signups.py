"""Signing up: what one sending of the form does, and what a second one does not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.errors import Conflict, Gone, Invalid, NotFound
from portal.models import (
    AssociationState,
    OfferState,
    Outbox,
    Shift,
    Signup,
    SignupAttempt,
    SignupState,
)
from portal.services import notices, signups
from tests import factories
from tests.services.line import keys, line, wish

S = SignupState


@pytest.fixture
def shift(session: Session) -> Shift:
    """A shift next week that takes two people."""
    offer = factories.offer(shifts=[factories.shift(capacity=2)])
    session.add(offer)
    session.commit()
    return offer.shifts[0]


def test_a_stranger_holds_a_place_for_a_day(session: Session, shift: Shift) -> None:
    attempt = signups.sign_up(shift.id, wish("ann"))
    signup = session.get_one(Signup, attempt.signup_id)
    assert signup.state is S.HELD
    assert signup.held_until is not None
    assert timedelta(hours=23) < signup.held_until - clock.now() <= timedelta(hours=24)
    assert (shift.taken, keys(session)) == (1, [f"signup:{signup.id}:signup_held"])


def test_a_hold_never_outlives_the_start(session: Session) -> None:
    offer = factories.offer(shifts=[factories.shift(days=0.1)])
    session.add(offer)
    session.flush()
    signups.sign_up(offer.shifts[0].id, wish("ann"))
    assert line(session)[0].held_until == offer.shifts[0].starts_at


@pytest.mark.parametrize(("is_suspect", "state"), [(False, S.HELD), (True, S.WAITLISTED)])
def test_who_comes_while_it_goes_on_has_a_place_and_not_a_turn_in_line(
    session: Session, is_suspect: bool, state: S
) -> None:
    now = clock.now()
    going_on = factories.shift(
        starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1), capacity=2
    )
    session.add(factories.offer(shifts=[going_on]))
    session.commit()
    attempt = signups.sign_up(going_on.id, replace(wish("ann"), is_suspect=is_suspect))
    signup = session.get_one(Signup, attempt.signup_id)
    assert signup.state is state
    assert is_suspect or signup.held_until == going_on.ends_at
    signups.confirm(signup.id)
    assert (signup.state, going_on.taken) == (S.CONFIRMED, 1)
    for name in ("bob", "cid"):
        late = signups.sign_up(going_on.id, replace(wish(name), is_suspect=is_suspect))
        signups.confirm(late.signup_id)
    last = session.get_one(Signup, late.signup_id)
    assert (last.state, going_on.taken) == (S.WAITLISTED, 2)  # two were all it takes


def test_a_person_with_a_proved_address_is_confirmed_at_once(
    session: Session, shift: Shift
) -> None:
    ann = factories.person("ann")
    session.add(ann)
    attempt = signups.sign_up(shift.id, wish("typed"), ann)
    signup = session.get_one(Signup, attempt.signup_id)
    assert (signup.state, signup.email, signup.person) == (S.CONFIRMED, "ann@example.org", ann)
    assert f"signup:{signup.id}:signup_confirmed" in keys(session)
    assert f"signup:{signup.id}:reminder:48:0" in keys(session)


def test_a_signed_in_person_without_proof_is_a_stranger(session: Session, shift: Shift) -> None:
    ann = factories.person("ann", email_verified_at=None)
    session.add(ann)
    signups.sign_up(shift.id, wish("ann"), ann)
    assert [(s.state, s.person_id) for s in line(session)] == [(S.HELD, None)]


def test_a_party_takes_as_many_places_as_it_has_people(session: Session, shift: Shift) -> None:
    signups.sign_up(shift.id, wish("ann", party=2))
    signups.sign_up(shift.id, wish("bob"))
    assert [(s.first_name, s.state) for s in line(session)] == [
        ("Ann", S.HELD),
        ("Bob", S.WAITLISTED),
    ]
    assert (shift.taken, shift.waiting, shift.places_left) == (2, 1, 0)


def test_the_same_form_sent_twice_is_one_signup_one_mail_and_the_same_attempt(
    session: Session, shift: Shift
) -> None:
    first = signups.sign_up(shift.id, wish("ann"))
    assert signups.sign_up(shift.id, wish("ann")) is first
    assert (len(line(session)), len(keys(session))) == (1, 1)


def test_the_same_key_with_other_words_is_refused(session: Session, shift: Shift) -> None:
    signups.sign_up(shift.id, wish("ann"))
    with pytest.raises(Invalid, match="déjà été envoyé"):
        signups.sign_up(shift.id, replace(wish("ann"), message="autre chose"))


def test_two_tabs_of_one_device_are_one_sending(session: Session, shift: Shift) -> None:
    first = signups.sign_up(shift.id, wish("ann", device_hash="d"))
    second = signups.sign_up(shift.id, wish("ann", device_hash="d", key="another tab"))
    assert (second is first, len(keys(session))) == (True, 1)


def test_a_known_address_gets_one_mail_and_its_attempt_looks_like_any_other(
    session: Session, shift: Shift
) -> None:
    first = signups.sign_up(shift.id, wish("ann"))
    again = signups.sign_up(shift.id, wish("ann", key="k2"))
    signups.sign_up(shift.id, wish("ann", key="k3"))
    assert len(line(session)) == 1
    assert sum("already_signed_up" in key for key in keys(session)) == 1
    assert (again.details, again.first_name) == (first.details, first.first_name)


def test_the_same_address_in_another_spelling_is_the_same_address(
    session: Session, shift: Shift
) -> None:
    signups.sign_up(shift.id, wish("ann"))
    signups.sign_up(shift.id, wish("ann", email=" ANN@Example.org", key="k2"))
    assert len(line(session)) == 1


def test_who_cancelled_may_sign_up_again(session: Session, shift: Shift) -> None:
    first = signups.sign_up(shift.id, wish("ann"))
    assert first.signup_id is not None
    signups.cancel(first.signup_id)
    signups.sign_up(shift.id, wish("ann", key="k2"))
    assert [s.state for s in line(session)] == [S.CANCELLED, S.HELD]


def test_a_fourth_unverified_hold_of_a_device_waits_for_its_proof(session: Session) -> None:
    for number in range(5):
        offer = factories.offer()
        session.add(offer)
        session.flush()
        signups.sign_up(offer.shifts[0].id, wish(f"p{number}", device_hash="d"))
    assert [s.state for s in line(session)] == [S.HELD] * 3 + [S.WAITLISTED] * 2
    confirmed = signups.confirm(line(session)[4].id)
    assert confirmed.state is S.CONFIRMED


def test_an_eleventh_unverified_hold_of_a_network_in_an_hour_waits(session: Session) -> None:
    offer = factories.offer(shifts=[factories.shift(capacity=None)])
    session.add(offer)
    session.flush()
    for number in range(11):
        signups.sign_up(offer.shifts[0].id, wish(f"p{number}", network_hash="n"))
    assert [s.state for s in line(session)] == [S.HELD] * 10 + [S.WAITLISTED]
    with time_machine.travel(clock.now() + timedelta(minutes=61)):
        signups.sign_up(offer.shifts[0].id, wish("later", network_hash="n"))
    assert line(session)[-1].state is S.HELD


def test_somebody_who_looks_like_a_robot_is_not_locked_out(session: Session, shift: Shift) -> None:
    signups.sign_up(shift.id, wish("ann", is_suspect=True))
    (signup,) = line(session)
    assert signup.state is S.WAITLISTED
    assert signups.confirm(signup.id).state is S.CONFIRMED


@pytest.mark.parametrize(
    ("state", "error"),
    [
        (OfferState.DRAFT, NotFound),
        (OfferState.PENDING, NotFound),
        (OfferState.HIDDEN, NotFound),
        (OfferState.REFUSED, NotFound),
        (OfferState.PAUSED, Conflict),
        (OfferState.CLOSED, Gone),
        (OfferState.WITHDRAWN, Gone),
    ],
)
def test_nobody_signs_up_for_what_is_not_live(
    session: Session, shift: Shift, state: OfferState, error: type[Exception]
) -> None:
    shift.offer.state = state
    with pytest.raises(error):
        signups.sign_up(shift.id, wish("ann"))
    assert session.scalars(select(SignupAttempt)).all() == []


def test_nobody_signs_up_for_a_shift_that_is_over_or_elsewhere(
    session: Session, shift: Shift
) -> None:
    with time_machine.travel(clock.now() + timedelta(days=8)), pytest.raises(Gone):
        signups.sign_up(shift.id, wish("ann"))
    shift.offer.detail_url = "https://partner.example/1"
    with pytest.raises(Conflict, match="partenaire"):
        signups.sign_up(shift.id, wish("ann"))
    shift.offer.association.state = AssociationState.SUSPENDED
    with pytest.raises(NotFound):
        signups.sign_up(shift.id, wish("ann"))


def test_a_retry_after_the_offer_closed_still_finds_its_attempt(
    session: Session, shift: Shift
) -> None:
    first = signups.sign_up(shift.id, wish("ann"))
    shift.offer.state = OfferState.CLOSED
    assert signups.sign_up(shift.id, wish("ann")) is first


def test_nothing_of_it_is_in_the_outbox_after_a_rollback(session: Session, shift: Shift) -> None:
    signups.sign_up(shift.id, wish("ann"))
    session.rollback()
    assert session.scalars(select(Outbox)).all() == []


def test_an_address_that_proves_nothing_gets_five_letters_a_day_from_however_many_dates(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = factories.offer(shifts=[factories.shift(days=day) for day in range(2, 10)])
    session.add(offer)
    session.commit()
    for number, shift in enumerate(offer.shifts):
        attempt = signups.sign_up(shift.id, wish("victim", key=f"first {number}"))
        assert (attempt.email, attempt.signup_id is None) == ("victim@example.org", False)
        signups.sign_up(shift.id, wish("victim", key=f"again {number}"))
    letters = [key for key in keys(session) if key.endswith(":signup_held")]
    assert (len(line(session)), len(letters)) == (8, notices.UNPROVED_LETTERS)
    again = [key for key in keys(session) if "already" in key]
    assert len(again) == notices.UNPROVED_LETTERS - 1
    monkeypatch.setattr(notices, "UNPROVED_LETTERS", 100)
    other = factories.offer()
    session.add(other)
    session.flush()
    signups.sign_up(other.shifts[0].id, wish("victim", key="without the guard"))
    assert f"signup:{line(session)[-1].id}:signup_held" in keys(session)


def test_who_presses_the_buttons_still_gets_letters(session: Session) -> None:
    offer = factories.offer(shifts=[factories.shift(days=day) for day in range(2, 9)])
    session.add(offer)
    session.commit()
    for number, shift in enumerate(offer.shifts):
        attempt = signups.sign_up(shift.id, wish("ann", key=f"key {number}"))
        signups.confirm(session.get_one(Signup, attempt.signup_id).id)
    assert len([key for key in keys(session) if key.endswith(":signup_held")]) == 7

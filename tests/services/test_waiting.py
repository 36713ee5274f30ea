"""The line: who is offered what, when a hold or an offer ends, and what the team's changes do to it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session
from time_machine import Traveller

from portal import clock
from portal.jobs import upkeep
from portal.models import (
    AssociationState,
    Offer,
    OfferState,
    Shift,
    ShiftState,
    Signup,
    SignupState,
)
from portal.services import capacity, signups, waiting
from tests import factories
from tests.services.line import keys, wish

S = SignupState


@pytest.fixture
def travel() -> Iterator[Traveller]:
    """The clock stands still until a test moves it."""
    with time_machine.travel(clock.now(), tick=False) as moved:
        yield moved


@pytest.fixture
def offer(travel: Traveller, session: Session) -> Offer:
    made = factories.offer(shifts=[factories.shift(capacity=2)])
    session.add(made)
    session.commit()
    return made


@pytest.fixture
def shift(offer: Offer) -> Shift:
    return offer.shifts[0]


def join(
    session: Session, shift: Shift, name: str, *, proved: bool = True, party: int = 1
) -> Signup:
    attempt = signups.sign_up(shift.id, wish(name, party=party))
    signup = session.get_one(Signup, attempt.signup_id)
    return signups.confirm(signup.id) if proved else signup


def settle(shift: Shift) -> None:
    waiting.settle(capacity.lock(shift.id))


def states(*given: Signup) -> str:
    return " ".join(one.state.value for one in given)


def test_a_hold_ends_after_a_day(session: Session, shift: Shift, travel: Traveller) -> None:
    ann = join(session, shift, "ann", proved=False)
    travel.shift(timedelta(hours=23, minutes=59))
    settle(shift)
    assert ann.state is S.HELD
    travel.shift(timedelta(minutes=1))
    assert list(waiting.shifts_to_settle()) == [shift.id]
    settle(shift)
    assert (ann.state, shift.taken) == (S.EXPIRED, 0)
    assert list(waiting.shifts_to_settle()) == []


def test_a_hold_is_weak_while_somebody_verified_waits(
    session: Session, shift: Shift, travel: Traveller
) -> None:
    old = join(session, shift, "old", proved=False)
    young = join(session, shift, "young", proved=False)
    travel.shift(timedelta(minutes=29))
    waits = join(session, shift, "waits")
    settle(shift)
    assert states(old, young, waits) == "held held waitlisted"
    travel.shift(timedelta(minutes=1))
    settle(shift)
    assert states(old, young, waits) == "expired held offered"


def test_somebody_unverified_in_line_makes_no_hold_weak(
    session: Session, shift: Shift, travel: Traveller
) -> None:
    ann = join(session, shift, "ann", proved=False, party=2)
    join(session, shift, "bob", proved=False)
    travel.shift(timedelta(hours=1))
    settle(shift)
    assert ann.state is S.HELD


def test_an_unanswered_offer_goes_to_the_next(
    session: Session, shift: Shift, travel: Traveller
) -> None:
    ann = join(session, shift, "ann", party=2)
    bob, cleo = join(session, shift, "bob", party=2), join(session, shift, "cleo")
    signups.cancel(ann.id)
    assert states(bob, cleo) == "offered waitlisted"
    travel.shift(timedelta(hours=24))
    settle(shift)
    assert states(bob, cleo) == "expired offered"
    assert f"signup:{bob.id}:place_lapsed" in keys(session)


def test_the_first_verified_party_that_fits_is_offered(session: Session, shift: Shift) -> None:
    ann, ben = join(session, shift, "ann"), join(session, shift, "ben")
    join(session, shift, "unverified", proved=False)
    pair, single = join(session, shift, "pair", party=2), join(session, shift, "single")
    signups.cancel(ann.id)
    assert states(pair, single) == "waitlisted offered"
    signups.cancel(ben.id)
    signups.cancel(single.id)
    assert states(pair) == "offered"


def test_positions_follow_the_line(session: Session, shift: Shift) -> None:
    join(session, shift, "ann", party=2)
    bob, cleo = join(session, shift, "bob"), join(session, shift, "cleo")
    assert (waiting.position(bob), waiting.position(cleo)) == (1, 2)
    signups.cancel(bob.id)
    assert waiting.position(cleo) == 1


@pytest.mark.parametrize(("hours", "lasts"), [(72, 24), (10, 5), (0.4, 0.25), (0.1, 0.1)])
def test_an_offer_is_shorter_near_the_start(
    session: Session, shift: Shift, hours: float, lasts: float
) -> None:
    shift.starts_at = clock.now() + timedelta(hours=hours)
    assert waiting.offer_until(shift) - clock.now() == timedelta(hours=lasts)


def test_nothing_is_offered_once_it_has_begun(
    session: Session, shift: Shift, travel: Traveller
) -> None:
    ann = join(session, shift, "ann", party=2)
    bob = join(session, shift, "bob")
    travel.shift(timedelta(days=7, minutes=1))
    signups.cancel(ann.id)
    assert bob.state is S.WAITLISTED


def test_raising_the_capacity_offers_and_lowering_it_removes_nobody(
    session: Session, shift: Shift
) -> None:
    ann = join(session, shift, "ann", party=2)
    bob, cleo = join(session, shift, "bob"), join(session, shift, "cleo")
    signups.change_capacity(shift, 0)
    assert (ann.state, shift.places_left) == (S.CONFIRMED, 0)
    signups.change_capacity(shift, 3)
    assert states(bob, cleo) == "offered waitlisted"
    signups.change_capacity(shift, None)
    assert cleo.state is S.OFFERED


def test_no_place_is_given_while_more_are_taken_than_there_are(
    session: Session, shift: Shift
) -> None:
    ann, ben = join(session, shift, "ann"), join(session, shift, "ben")
    cleo = join(session, shift, "cleo")
    signups.change_capacity(shift, 1)
    signups.cancel(ann.id)
    assert cleo.state is S.WAITLISTED
    signups.cancel(ben.id)
    assert cleo.state is S.OFFERED


def test_a_pause_stops_the_line_and_going_on_moves_it(
    session: Session, offer: Offer, shift: Shift
) -> None:
    ann = join(session, shift, "ann", party=2)
    bob = join(session, shift, "bob")
    offer.state = OfferState.PAUSED
    signups.cancel(ann.id)
    assert bob.state is S.WAITLISTED
    offer.state = OfferState.LIVE
    signups.reopen_line(offer)
    assert bob.state is S.OFFERED


def test_closing_keeps_who_is_in_and_tells_who_waits(
    session: Session, offer: Offer, shift: Shift
) -> None:
    ann = join(session, shift, "ann", party=2)
    bob = join(session, shift, "bob")
    offer.state = OfferState.CLOSED
    signups.close_line(offer)
    assert states(ann, bob) == "confirmed cancelled"
    assert f"signup:{bob.id}:line_closed" in keys(session)


def test_a_cancelled_shift_tells_everyone_on_it_once(session: Session, shift: Shift) -> None:
    ann, bob = join(session, shift, "ann", party=2), join(session, shift, "bob")
    signups.cancel_shift(shift)
    signups.cancel_shift(shift)
    assert states(ann, bob) == "cancelled cancelled"
    assert (shift.state, shift.taken, shift.waiting) == (ShiftState.CANCELLED, 0, 0)
    assert sum("shift_cancelled" in key for key in keys(session)) == 2


def test_a_moved_shift_tells_everyone_and_reminds_anew(session: Session, shift: Shift) -> None:
    ann = join(session, shift, "ann")
    assert shift.starts_at is not None and shift.ends_at is not None
    day = timedelta(days=1)
    signups.move_shift(shift, starts_at=shift.starts_at + day, ends_at=shift.ends_at + day)
    assert shift.sequence == 1
    found = keys(session)
    assert f"signup:{ann.id}:shift_changed:1" in found
    assert f"signup:{ann.id}:reminder:48:1" in found


def test_an_offer_that_its_feed_withdrew_tells_who_comes_and_ends_the_line(
    session: Session, offer: Offer, shift: Shift
) -> None:
    ann, bob = join(session, shift, "ann", party=2), join(session, shift, "bob")
    offer.state = OfferState.WITHDRAWN
    signups.tell_gone(offer)
    signups.tell_gone(offer)
    assert states(ann, bob) == "confirmed cancelled"
    assert sum("offer_withdrawn" in key for key in keys(session)) == 1


def test_a_place_freed_behind_our_back_is_found_by_the_clock(
    session: Session, shift: Shift
) -> None:
    join(session, shift, "ann", party=2)
    bob = join(session, shift, "bob")
    shift.capacity = 3  # somebody wrote the row by hand
    session.flush()
    assert list(waiting.shifts_to_settle()) == [shift.id]
    settle(shift)
    assert bob.state is S.OFFERED


@pytest.mark.parametrize(
    "why", ["nothing", "association suspended", "expired", "signs up elsewhere"]
)
def test_a_shift_that_gives_no_place_is_not_looked_at_again_and_again(
    session: Session, shift: Shift, why: str
) -> None:
    waits = factories.signup(shift, state=S.WAITLISTED)
    session.add(waits)
    if why == "association suspended":
        shift.offer.association.state = AssociationState.SUSPENDED
    elif why == "expired":
        shift.offer.expires_at = clock.now() - timedelta(minutes=1)
    elif why == "signs up elsewhere":
        shift.offer.detail_url = "https://partner.example/offer"
    session.flush()
    assert waiting.shifts_to_settle() == ([shift.id] if why == "nothing" else [])
    assert capacity.gives_places(shift) is (why == "nothing")


def test_one_shift_that_cannot_be_settled_does_not_stop_the_others(
    app: Flask, session: Session, shift: Shift, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.offer(shifts=[factories.shift()])
    session.add(other)
    session.flush()
    waits = [factories.signup(one, state=S.WAITLISTED) for one in (shift, other.shifts[0])]
    session.add_all(waits)
    session.commit()
    settle, broken = waiting.settle, min(shift.id, other.shifts[0].id)

    def fail_for_one(given: Shift) -> None:
        if given.id == broken:
            raise RuntimeError("something is wrong with this one")
        settle(given)

    monkeypatch.setattr(waiting, "settle", fail_for_one)
    assert upkeep.settle_lines() == 2
    session.expire_all()
    assert [one.state for one in waits] == [S.WAITLISTED, S.OFFERED]

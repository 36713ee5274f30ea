"""Moderation: what a moderator decides, what flags do by themselves, and how a decision is undone."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock, permissions
from portal.errors import Conflict, Invalid
from portal.models import (
    Decision,
    Feed,
    FeedState,
    FlagReason,
    Offer,
    OfferState,
    Outbox,
    Person,
    SignupState,
    TeamRole,
)
from portal.services import flags, moderation
from tests import factories


@pytest.fixture
def mona(session: Session) -> Person:
    made = factories.moderator("mona")
    session.add(made)
    session.flush()
    return made


@pytest.fixture
def offer(session: Session) -> Offer:
    """A live offer of an association that nobody verified, run by Alice."""
    association = factories.association(verified_at=None)
    made = factories.offer(association)
    alice = factories.person("alice")
    session.add_all([made, alice])
    session.flush()
    session.add(factories.membership(alice, association, TeamRole.COORDINATOR))
    session.flush()
    return made


def people(session: Session, count: int) -> list[Person]:
    made = [factories.person() for _ in range(count)]
    session.add_all(made)
    session.flush()
    return made


def flag_by(offer: Offer, who: Person) -> bool:
    return flags.flag(offer, f"person/{who.id}", FlagReason.FRAUD, "", who)


def test_a_refusal_is_told_in_words_to_those_who_coordinate(
    session: Session, offer: Offer, mona: Person
) -> None:
    offer.state = OfferState.PENDING
    moderation.refuse(offer, mona, "money", "Retirez les 20 €.")
    assert offer.state is OfferState.REFUSED
    assert offer.reason == f"{moderation.REASONS['money']} Retirez les 20 €."
    assert any(key.startswith("decision:") for key in session.scalars(select(Outbox.key)))


def test_a_reason_that_is_not_on_the_list_is_refused(offer: Offer, mona: Person) -> None:
    with pytest.raises(Invalid):
        moderation.hide(offer, mona, "because")


def test_three_verified_people_hide_the_offer_of_an_unverified_association(
    session: Session, offer: Offer
) -> None:
    for who in people(session, 3):
        assert flag_by(offer, who)
    assert offer.state is OfferState.HIDDEN


def test_the_same_person_three_times_is_one_flag(session: Session, offer: Offer) -> None:
    (who,) = people(session, 1)
    assert [flag_by(offer, who) for _ in range(3)] == [True, False, False]
    assert offer.state is OfferState.LIVE


def test_flags_never_hide_the_offer_of_a_verified_association_but_put_it_first(
    session: Session, offer: Offer
) -> None:
    verified = factories.offer()
    session.add(verified)
    session.flush()
    for who in people(session, 4):
        flag_by(verified, who)
    flag_by(offer, people(session, 1)[0])
    assert verified.state is OfferState.LIVE
    assert [one.id for one, _flags in moderation.queue().flagged] == [verified.id, offer.id]


def test_a_decision_is_undone_and_kept(session: Session, offer: Offer, mona: Person) -> None:
    hidden = moderation.hide(offer, mona, "unsafe")
    moderation.undo(hidden, mona)
    assert offer.state is OfferState.LIVE
    assert len(session.scalars(select(Decision)).all()) == 2
    with pytest.raises(Conflict):
        moderation.undo(hidden, mona)


def test_undoing_gives_the_freed_places_to_the_line_and_takes_the_reason_back(
    session: Session, offer: Offer, mona: Person
) -> None:
    shift = offer.shifts[0]
    hidden = moderation.hide(offer, mona, "unsafe")
    line = factories.signup(shift, state=SignupState.WAITLISTED, verified_at=clock.now())
    session.add(line)
    session.flush()
    moderation.undo(hidden, mona)
    assert (line.state, offer.reason) == (SignupState.OFFERED, "")


def test_nothing_of_a_suspended_association_is_public_until_it_is_verified_again(
    session: Session, offer: Offer, mona: Person
) -> None:
    moderation.suspend(offer.association, mona, "fraud")
    assert not permissions.may_see(None, offer)
    moderation.verify(offer.association, mona)
    assert permissions.may_see(None, offer)


def test_what_a_suspect_feed_brought_does_not_crowd_out_the_queue(
    session: Session, offer: Offer
) -> None:
    feed = Feed(name="partner", state=FeedState.SUSPECT)
    session.add(feed)
    session.flush()
    session.add_all(
        factories.offer(state=OfferState.PENDING, is_held=True, feed_id=feed.id, external_id=str(n))
        for n in range(5)
    )
    offer.state = OfferState.PENDING
    session.flush()
    assert [one.id for one in moderation.queue(limit=3).pending] == [offer.id]


def test_a_decision_that_was_followed_by_another_cannot_be_undone(
    offer: Offer, mona: Person
) -> None:
    first = moderation.hide(offer, mona, "unsafe")
    moderation.restore(offer, mona)
    with pytest.raises(Conflict):
        moderation.undo(first, mona)


def test_a_pending_offer_cannot_be_restored(offer: Offer, mona: Person) -> None:
    offer.state = OfferState.CLOSED
    with pytest.raises(Conflict):
        moderation.refuse(offer, mona, "unclear")

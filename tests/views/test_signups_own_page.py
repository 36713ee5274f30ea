"""The signup's own page: its buttons, and who may open it."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import tokens
from portal.models import Offer, Signup, SignupState
from tests import factories
from tests.mailbox import last, mails
from tests.views.test_signups import offer as offer
from tests.views.test_signups import page_of, sign_up, signup_of
from tests.visitor import Visitor

S = SignupState


def test_more_people_come_where_there_is_room(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(visitor, offer, nth=1)
    visitor.get(last(app, "ann@example.org").path("/signups/"))
    visitor.submit("/confirm")
    visitor.submit("/bring", party="3")
    assert signup_of(session).party == 3
    page = visitor.submit("/bring", party="5")
    assert "place(s)" in page.words
    assert signup_of(session).party == 3


def test_opening_the_address_of_a_button_presses_nothing(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(visitor, offer)
    own = last(app, "ann@example.org").path("/signups/")
    for verb in ("confirm", "cancel", "move", "bring", "erase"):
        assert visitor.get(f"{own}/{verb}").path == own
    assert signup_of(session).state is S.HELD


def test_the_calendar_file_is_one_event(app: Flask, visitor: Visitor, offer: Offer) -> None:
    sign_up(visitor, offer)
    own = last(app, "ann@example.org").path("/signups/")
    answer = visitor.client.get(f"{own}.ics", base_url="http://127.0.0.1:8000")
    assert answer.mimetype == "text/calendar"
    assert answer.get_data(as_text=True).count("BEGIN:VEVENT") == 1


def test_two_signups_at_the_same_time_are_said_and_not_forbidden(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    twin = factories.offer(title="Peindre un banc", shifts=[factories.shift()])
    session.add(twin)
    session.commit()
    pages = []
    for one in (offer, twin):
        sign_up(visitor, one, nth=0, message=str(one.id))
        visitor.get(last(app, "ann@example.org").path("/signups/"))
        pages.append(visitor.submit("/confirm"))
    assert "Planter une haie" in pages[1].words
    assert "Au même moment" in pages[1].words


def test_a_cancelled_place_is_offered_by_mail_and_taken_by_its_button(
    app: Flask, offer: Offer, session: Session
) -> None:
    ann, ben = Visitor(app), Visitor(app)
    sign_up(ann, offer)
    ann.get(last(app, "ann@example.org").path("/signups/"))
    ann.submit("/confirm")
    ben.get(f"{page_of(offer)}?shift={offer.shifts[0].id}")
    ben.submit("/signups", first_name="Ben", email="ben@example.org")
    ben.get(last(app, "ben@example.org").path("/signups/"))
    ben.submit("/confirm")
    ann.submit("/cancel")
    assert "METHOD:CANCEL" in last(app, "ann@example.org").calendar
    offered = last(app, "ben@example.org")
    assert "libérée" in offered.subject
    ben.get(offered.path("/signups/"))
    page = ben.submit("/confirm")
    assert "on compte sur vous" in page.words
    assert signup_of(session, "Ben").state is S.CONFIRMED


def test_moving_keeps_the_place_until_the_other_one_is_sure(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(visitor, offer)
    visitor.get(last(app, "ann@example.org").path("/signups/"))
    visitor.submit("/confirm")
    page = visitor.submit("/move", shift=str(offer.shifts[1].id))
    assert page.status == 200
    assert signup_of(session).shift_id == offer.shifts[1].id
    assert "SEQUENCE:1" in last(app, "ann@example.org").calendar


def test_erasing_leaves_nothing_and_closes_every_address(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(visitor, offer)
    assert visitor.page is not None
    attempt, own = visitor.page.path, last(app, "ann@example.org").path("/signups/")
    visitor.get(own)
    visitor.submit("/confirm")
    visitor.submit("/erase")
    assert visitor.get(own).status == 404
    assert visitor.get(attempt).status == 404
    session.rollback()
    (signup,) = session.scalars(select(Signup).execution_options(populate_existing=True))
    assert (signup.email, signup.first_name, signup.state) == ("", "", S.CANCELLED)


def test_the_association_hears_at_once(app: Flask, visitor: Visitor, offer: Offer) -> None:
    sign_up(visitor, offer, message="J’ai une pelle")
    visitor.get(last(app, "ann@example.org").path("/signups/"))
    visitor.submit("/confirm")
    (mail,) = mails(app, "alice@example.org")
    assert "J’ai une pelle" in mail.text
    assert mail.message["Reply-To"] == "ann@example.org"
    assert mails(app, "bob@example.org") == []


@pytest.mark.parametrize("ending", ["x", "", ".ics"])
def test_an_altered_address_opens_nothing(
    visitor: Visitor, offer: Offer, session: Session, ending: str
) -> None:
    sign_up(visitor, offer)
    signup = signup_of(session)
    good = tokens.sign("signup", signup.id, signup.nonce)
    wrong = tokens.sign("signup", signup.id, "another nonce")
    assert visitor.get(f"/signups/{good}").status == 200
    assert visitor.get(f"/signups/{wrong}{ending}").status == 404
    assert visitor.get(f"/signups/{good[:-1]}{ending or '_'}").status == 404

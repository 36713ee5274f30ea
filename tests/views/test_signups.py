"""Signing up on the pages: from the offer to the mailed button, and what a stranger learns on the way (nothing)."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Offer, Outbox, Shift, Signup, SignupState
from tests import factories
from tests.mailbox import last, mails
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import Visitor

S = SignupState


@pytest.fixture
def offer(session: Session, cast: Cast) -> Offer:
    made = factories.offer(
        cast.jardins,
        shifts=[factories.shift(capacity=1), factories.shift(days=14, capacity=3)],
        bring="des gants",
        welcome="Nadia, au portail vert",
    )
    session.add(made)
    session.commit()
    return made


def page_of(offer: Offer) -> str:
    return f"/offers/{offer.id}-{offer.slug}"


def signup_of(session: Session, name: str = "Ann") -> Signup:
    """The signup as it is in the database now; the test's own unit of work is closed, so that pages can write."""
    session.rollback()
    found = session.scalars(select(Signup).where(Signup.first_name == name)).one()
    session.expunge(found)
    session.rollback()
    return found


def sign_up(visitor: Visitor, offer: Offer, name: str = "Ann", nth: int = 0, **more: str) -> None:
    visitor.get(f"{page_of(offer)}?shift={offer.shifts[nth].id}")
    visitor.submit("/signups", first_name=name, email=f"{name.lower()}@example.org", **more)


def test_two_fields_then_the_mailed_button_and_the_place_is_confirmed(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(visitor, offer)
    page = visitor.page
    assert page is not None and page.status == 200
    assert "ann@example.org" in page.words
    assert signup_of(session).state is S.HELD

    mail = last(app, "ann@example.org")
    page = visitor.get(mail.path("/signups/"))
    assert signup_of(session).state is S.HELD  # opening is not pressing
    page = visitor.submit("/confirm")
    assert "on compte sur vous" in page.words
    assert "des gants" in page.words and "Nadia" in page.words
    assert signup_of(session).state is S.CONFIRMED
    assert "METHOD:REQUEST" in last(app, "ann@example.org").calendar


def test_nobody_who_types_an_address_learns_whether_it_was_known(
    app: Flask, offer: Offer, session: Session
) -> None:
    sign_up(Visitor(app), offer, nth=1)
    stranger, other = Visitor(app), Visitor(app)
    sign_up(stranger, offer, nth=1)
    known = stranger.page
    sign_up(other, offer, name="Bea", nth=1)
    assert known is not None and other.page is not None
    unlike = (signup_of(session).first_name, "ann@example.org"), ("Bea", "bea@example.org")
    texts = [
        page.text.replace(name, "X").replace(address, "Y")
        for page, (name, address) in zip((known, other.page), unlike, strict=True)
    ]
    assert [_without_tokens(t) for t in texts][0] == [_without_tokens(t) for t in texts][1]
    subjects = [mail.subject for mail in mails(app)]
    rows = [(r.key, r.done_at, r.last_error) for r in session.scalars(select(Outbox))]
    assert len(subjects) == 3, (subjects, rows)


def test_typing_someone_elses_address_never_opens_their_signup(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(Visitor(app), offer)
    sign_up(visitor, offer)
    assert visitor.page is not None
    assert "/cancel" not in visitor.page.text
    attempt = visitor.page.path.rpartition("/")[2]
    for verb in ("confirm", "cancel", "move", "bring", "erase"):
        answer = visitor.post(f"/signups/{attempt}/{verb}", {"shift": "1", "party": "1"})
        assert answer.status == 404


def test_the_device_that_made_it_opens_it_once_the_address_is_proved(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(visitor, offer)
    assert visitor.page is not None
    attempt = visitor.page.path
    assert "Plus qu’un clic" in visitor.page.heading
    elsewhere = Visitor(app)
    elsewhere.get(last(app, "ann@example.org").path("/signups/"))
    elsewhere.submit("/confirm")
    assert "on compte sur vous" in visitor.get(attempt).words
    assert "Plus qu’un clic" in Visitor(app).get(attempt).heading


def test_who_comes_back_on_the_same_device_is_not_asked_again(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(visitor, offer)
    page = visitor.get(f"{page_of(offer)}?shift={offer.shifts[1].id}")
    assert "ann@example.org" in page.words
    assert page.soup.find("input", attrs={"name": "email"}) is None
    visitor.submit("/signups")
    assert len(session.scalars(select(Signup)).all()) == 2
    session.close()

    visitor.post("/signups/forget")
    page = visitor.get(page_of(offer))
    assert page.soup.find("input", attrs={"name": "email"}) is not None


def test_errors_keep_what_was_typed_and_lead_to_their_fields(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    visitor.get(page_of(offer))
    page = visitor.submit("/signups", first_name="Ann", email="nulle part", message="Bonjour")
    assert page.status == 422
    assert page.form("/signups")["first_name"] == "Ann"
    assert page.form("/signups")["message"].strip() == "Bonjour"
    assert page.soup.find("a", href="#email") is not None
    assert session.scalars(select(Signup)).all() == []


def test_a_double_click_is_one_signup_one_mail_and_one_page(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    page = visitor.get(page_of(offer))
    form = {**page.form("/signups"), "first_name": "Ann", "email": "ann@example.org"}
    address = f"/shifts/{offer.shifts[0].id}/signups"
    first, second = (
        visitor.client.post(address, data=form, base_url="http://127.0.0.1:8000") for _ in range(2)
    )
    assert (first.status_code, first.location) == (second.status_code, second.location)
    assert len(session.scalars(select(Signup)).all()) == 1
    assert len(mails(app)) == 1


def test_the_same_form_with_other_words_is_shown_again_and_can_be_sent(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    page = visitor.get(page_of(offer))
    form = {**page.form("/signups"), "first_name": "Ann", "email": "ann@example.org"}
    address = f"/shifts/{offer.shifts[1].id}/signups"
    visitor.client.post(address, data=form, base_url="http://127.0.0.1:8000")
    page = visitor.post(address, {**form, "email": "ben@example.org", "first_name": "Ben"})
    assert page.status == 422 and "déjà été envoyé" in page.words
    page = visitor.submit("/signups")
    assert page.status == 200 and "ben@example.org" in page.words


def test_a_full_shift_gives_a_place_in_line(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(Visitor(app), offer)
    visitor.get(f"{page_of(offer)}?shift={offer.shifts[0].id}")
    visitor.submit("/signups", first_name="Ben", email="ben@example.org")
    mail = last(app, "ben@example.org")
    assert "liste d’attente" in mail.text
    before = visitor.get(mail.path("/signups/"))
    assert "Vous restez dans la liste d’attente, Ben" in before.words
    assert "On vous attend" not in before.words  # no place is promised yet
    page = visitor.submit("/confirm")
    assert "rang : 1" in page.words.replace("\xa0", " ")


def test_a_shift_that_is_not_there_is_404_and_one_that_is_over_is_410(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    visitor.get(page_of(offer))
    form = {"first_name": "Ann", "email": "ann@example.org"}
    assert visitor.post("/shifts/99999/signups", form).status == 404
    past = factories.shift(days=-2)
    offer.shifts.append(past)
    session.commit()
    assert visitor.post(f"/shifts/{past.id}/signups", form).status == 410


def test_live_checks_speak_by_the_servers_rules(visitor: Visitor, offer: Offer) -> None:
    visitor.get(page_of(offer))
    address = f"/shifts/{offer.shifts[0].id}/signups/check"
    answer = visitor.post(address, {"first_name": "", "email": "camille@gmial.com"}).response.json
    assert answer["errors"].keys() == {"first_name"}
    assert "camille@gmail.com" in answer["doubts"]["email"]
    answer = visitor.post(
        address, {"first_name": "Ann", "email": "ann", "phone": "12"}
    ).response.json
    assert answer["errors"].keys() == {"email", "phone"}


def test_somebody_signed_in_presses_one_button(
    app: Flask, visitor: Visitor, offer: Offer, session: Session, cast: Cast
) -> None:
    sign_in(visitor, cast.charlie)
    page = visitor.get(page_of(offer))
    assert page.soup.find("input", attrs={"name": "email"}) is None
    page = visitor.submit("/signups")
    assert "on compte sur vous" in page.words
    assert signup_of(session, "Charlie").state is S.CONFIRMED


def test_a_robot_gets_a_mail_to_confirm_and_no_place(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(visitor, offer, website="https://spam.example")
    assert signup_of(session).state is S.WAITLISTED
    visitor.get(last(app, "ann@example.org").path("/signups/"))
    visitor.submit("/confirm")
    assert signup_of(session).state is S.CONFIRMED


def test_nothing_waits_in_the_outbox_after_the_worker_was_nudged(
    app: Flask, visitor: Visitor, offer: Offer, session: Session
) -> None:
    sign_up(visitor, offer)
    waiting = select(Outbox).where(Outbox.done_at.is_(None))
    assert session.scalars(waiting).all() == []
    assert session.get_one(Shift, offer.shifts[0].id, populate_existing=True).taken == 1


def _without_tokens(text: str) -> str:
    text = re.sub(r'name="csrf_token" value="[^"]*"', "", text)
    return re.sub(r"/signups/[\w.-]+", "", text)

"""Inviting friends by mail: what is shown, what leaves, what is refused without a word, and what is forgotten."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from portal import clock
from portal.config import Settings
from portal.db import Database
from portal.jobs import outbox, upkeep
from portal.models import Invitation, InvitationState, MailRefusal, Offer
from portal.services import invitations
from tests import factories
from tests.arrivals import sign_in
from tests.people import Cast
from tests.visitor import Visitor


@pytest.fixture
def offer(database: Database, cast: Cast) -> Offer:
    with database.writing() as session:
        made = factories.offer(
            session.merge(cast.jardins), is_ongoing=True, shifts=[factories.undated_shift()]
        )
        session.add(made)
        session.commit()
        return made


@pytest.fixture
def charlie(visitor: Visitor, database: Database, cast: Cast, offer: Offer) -> Visitor:
    sign_in(visitor, database, "charlie@example.org")
    return visitor


def invite(visitor: Visitor, offer: Offer, emails: str) -> int:
    """Send the form; the status of the page that answers."""
    visitor.get(f"/offers/{offer.id}/share")
    return visitor.submit("/invitations", emails=emails).status


def mails(settings: Settings, to: str) -> list[str]:
    folder = Path(settings.MAIL_URL.removeprefix("file://"))
    texts = [path.read_text() for path in folder.glob("*.eml")] if folder.exists() else []
    return [text for text in texts if f"To: {to}" in text]


def states(database: Database) -> list[InvitationState]:
    with database.reading() as session:
        return list(session.scalars(select(Invitation.state).order_by(Invitation.id)))


def test_the_friend_gets_the_message_that_was_shown(
    charlie: Visitor, offer: Offer, settings: Settings, database: Database
) -> None:
    shown = charlie.get(f"/offers/{offer.id}/share").soup.select_one(".letter")
    assert shown is not None
    assert "Charlie a pensé à vous" in shown.get_text()
    assert "charlie@example.org" in shown.get_text()
    assert invite(charlie, offer, "ann@example.net") == 200
    (mail,) = mails(settings, "ann@example.net")
    assert "/invitations/" in mail
    with database.reading() as session:
        sent = session.scalars(select(Invitation)).one()
    assert (sent.email, sent.state) == ("", InvitationState.SENT)


def test_a_stranger_signs_in_first(visitor: Visitor, offer: Offer) -> None:
    assert visitor.get(f"/offers/{offer.id}/invitations").heading == "Se connecter"


def test_one_to_five_possible_addresses(charlie: Visitor, offer: Offer, database: Database) -> None:
    assert invite(charlie, offer, "ann at example") == 422
    assert invite(charlie, offer, " ".join(f"a{n}@example.net" for n in range(6))) == 422
    assert invite(charlie, offer, "charlie@example.org") == 422
    assert states(database) == []


def test_twenty_a_day(charlie: Visitor, offer: Offer, database: Database) -> None:
    for batch in range(4):
        names = "\n".join(f"a{batch}{n}@example.net" for n in range(5))
        assert invite(charlie, offer, names) == 200
    assert invite(charlie, offer, "one-more@example.net") == 429
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        sign_in(charlie, database, "charlie@example.org")
        assert invite(charlie, offer, "one-more@example.net") == 200


def test_one_address_gets_one_in_thirty_days_whoever_sends_and_nobody_is_told(
    charlie: Visitor, app: Flask, offer: Offer, settings: Settings, database: Database
) -> None:
    bob = Visitor(app)
    sign_in(bob, database, "bob@example.org")
    assert invite(charlie, offer, "ann@example.net") == 200
    assert invite(bob, offer, "Ann@Example.net") == 200
    assert len(mails(settings, "ann@example.net")) == 1
    assert states(database) == [InvitationState.SENT, InvitationState.DROPPED]


def test_who_asked_not_to_be_written_to_never_is(
    charlie: Visitor, app: Flask, offer: Offer, settings: Settings, database: Database
) -> None:
    invite(charlie, offer, "ann@example.net")
    with database.reading() as session:
        token = invitations.token(session.scalars(select(Invitation)).one())
    ann = Visitor(app)
    ann.get(f"/invitations/{token}/refuse")
    assert states(database) == [InvitationState.SENT]
    ann.submit("/refuse")
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(MailRefusal)) == 1
    with time_machine.travel(clock.now() + timedelta(days=31), tick=False):
        sign_in(charlie, database, "charlie@example.org")
        assert invite(charlie, offer, "ann@example.net") == 200
    assert len(mails(settings, "ann@example.net")) == 1


def test_the_friend_lands_on_the_offer_with_a_name(
    charlie: Visitor, app: Flask, offer: Offer, database: Database
) -> None:
    invite(charlie, offer, "ann@example.net")
    with database.reading() as session:
        token = invitations.token(session.scalars(select(Invitation)).one())
    page = Visitor(app).get(f"/invitations/{token}")
    assert page.heading == "Planter une haie"
    assert "Charlie vous propose de venir ensemble." in page.words


def test_an_address_that_could_not_be_written_to_is_forgotten_after_a_day(
    app: Flask, database: Database, cast: Cast, offer: Offer
) -> None:
    with database.writing() as session:
        person, there = session.merge(cast.charlie), session.get_one(Offer, offer.id)
        invitations.invite(person, there, ["ann@example.net"])
        session.commit()
    with time_machine.travel(clock.now() + timedelta(hours=25), tick=False):
        assert upkeep.forget_friends() == 1
        outbox.drain()
    assert states(database) == [InvitationState.DROPPED]


def test_a_token_that_was_never_made_is_404(visitor: Visitor, cast: Cast) -> None:
    assert visitor.get("/invitations/1.abc.def").status == 404

"""News of what people like: what is news, to whom, how often, and off by a click."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy.orm import Session

from portal import clock, tokens
from portal.config import Settings
from portal.db import Database
from portal.jobs import outbox, upkeep
from portal.models import Offer, Person, Signup, SignupState
from portal.services import liked_news, likes
from tests import factories
from tests.people import Cast
from tests.visitor import Visitor


def offer_with(taken: int, days: float = 20, capacity: int | None = 10) -> Offer:
    return factories.offer(shifts=[factories.shift(days=days, capacity=capacity, taken=taken)])


def liked(session: Session, cast: Cast, offer: Offer) -> Offer:
    """An offer that Charlie likes."""
    session.add(offer)
    session.flush()
    likes.like(session.merge(cast.charlie), offer)
    session.flush()
    return offer


def mails(settings: Settings) -> list[str]:
    outbox.drain()
    folder = Path(settings.MAIL_URL.removeprefix("file://"))
    return [path.read_text() for path in folder.glob("*.eml")] if folder.exists() else []


@pytest.mark.parametrize(
    ("taken", "days", "capacity", "is_news"),
    [
        (8, 20, 10, True),  # two places left
        (5, 20, 10, False),
        (10, 20, 10, False),  # full: nothing to do about it
        (5, 3, 10, True),  # the last date is within a week
        (0, 20, 3, False),  # small from the start is not filling up
        (0, 3, None, True),
    ],
)
def test_few_places_left_or_few_days_are_news(
    session: Session, cast: Cast, taken: int, days: float, capacity: int | None, is_news: bool
) -> None:
    offer = liked(session, cast, offer_with(taken, days, capacity))
    session.flush()
    assert liked_news.is_news(offer) is is_news
    assert list(liked_news.news().values()) == ([[offer.id]] if is_news else [])


def test_one_mail_a_week_and_each_need_once(
    database: Database, settings: Settings, cast: Cast
) -> None:
    with database.writing() as session:
        liked(session, cast, offer_with(8))
        liked(session, cast, offer_with(9))
        session.commit()
    assert upkeep.tell_liked_news() == 1
    (mail,) = mails(settings)
    assert mail.count("Planter une haie") >= 2
    assert upkeep.tell_liked_news() == 0
    with database.writing() as session:
        liked(session, cast, offer_with(8))
        session.commit()
    assert upkeep.tell_liked_news() == 0  # news of this week waits for the next
    with time_machine.travel(clock.now() + timedelta(days=7), tick=False):
        assert upkeep.tell_liked_news() == 1


def test_who_comes_already_does_not_want_it_or_proved_nothing_hears_nothing(
    database: Database, cast: Cast
) -> None:
    with database.writing() as session:
        offer = liked(session, cast, offer_with(8))
        session.add(
            Signup(
                shift_id=offer.shifts[0].id,
                person_id=cast.charlie.id,
                nonce=tokens.nonce(),
                email="charlie@example.org",
                email_hash=tokens.email_hash("charlie@example.org"),
                first_name="Charlie",
                state=SignupState.CONFIRMED,
            )
        )
        alice, bob = session.merge(cast.alice), session.merge(cast.bob)
        alice.wants_news, bob.email_verified_at = False, None
        likes.like(alice, offer)
        likes.like(bob, offer)
        session.commit()
    assert upkeep.tell_liked_news() == 0


def test_what_is_no_news_any_more_is_not_written(
    database: Database, settings: Settings, cast: Cast
) -> None:
    with database.writing() as session:
        offer = liked(session, cast, offer_with(8))
        session.commit()
    assert upkeep.tell_liked_news() == 1
    with database.writing() as session:
        session.get_one(Offer, offer.id).shifts[0].taken = 10
        session.commit()
    assert mails(settings) == []


def test_it_ends_by_a_click_and_no_other_token_ends_it(
    visitor: Visitor, database: Database, cast: Cast
) -> None:
    with database.reading() as session:
        token = liked_news.stop_token(session.get_one(Person, cast.charlie.id))
    assert visitor.get("/account/news/1.abc.def").status == 404
    visitor.get(f"/account/news/{token}")
    visitor.submit("/account/news/")
    with database.reading() as session:
        assert session.get_one(Person, cast.charlie.id).wants_news is False

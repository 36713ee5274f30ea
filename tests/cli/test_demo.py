"""`demo load`: the world and the feeds are in the database as they were made, and counted as the services count."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal import clock, create_app, db
from portal.config import Settings
from portal.demo import feeds, generate
from portal.models import (
    Feed,
    FeedProblem,
    FeedRun,
    Like,
    Offer,
    Person,
    ProblemSeverity,
    RecurrenceRule,
    RunOutcome,
    Shift,
    Signup,
    SignupState,
)
from portal.models.signup import TAKING
from portal.services import indexing, shifts

OFFERS = 60


@pytest.fixture
def settings(gazetteer: Path, tmp_path: Path, settings: Settings) -> Settings:
    shutil.copy(gazetteer, tmp_path / "relais.db")
    return settings


@pytest.fixture
def loaded(app: Flask) -> Iterator[Session]:
    result = app.test_cli_runner().invoke(args=["demo", "load", "--offers", str(OFFERS)])
    assert result.exit_code == 0, result.output
    with db.database().writing() as session:
        yield session


def count(session: Session, *where: object) -> int:
    return session.scalar(select(func.count()).select_from(where[0]).where(*where[1:])) or 0  # type: ignore[arg-type]


def test_everything_that_was_made_is_there(loaded: Session) -> None:
    world = generate(clock.today(), OFFERS)
    made = list(world.offers())
    assert count(loaded, Offer, Offer.feed_id.is_(None)) == OFFERS
    assert count(loaded, Signup) == sum(len(offer.signups) for offer in made)
    assert count(loaded, Like) == sum(len(offer.likes) for offer in made)
    assert count(loaded, Person) == len(world.people)
    titles = loaded.scalars(select(Offer.title).where(Offer.feed_id.is_(None)).order_by(Offer.id))
    assert list(titles) == [offer.title for offer in made]


def test_each_shift_counts_what_its_signups_say(loaded: Session) -> None:
    held = select(Signup.shift_id, func.sum(Signup.party)).where(Signup.state.in_(TAKING))
    in_line = select(Signup.shift_id, func.count()).where(Signup.state == SignupState.WAITLISTED)
    taken = {row[0]: row[1] for row in loaded.execute(held.group_by(Signup.shift_id))}
    waiting = {row[0]: row[1] for row in loaded.execute(in_line.group_by(Signup.shift_id))}
    for shift in loaded.scalars(select(Shift)):
        assert shift.taken == taken.get(shift.id, 0)
        assert shift.waiting == waiting.get(shift.id, 0)
        assert shift.capacity is None or shift.taken <= shift.capacity


def test_the_worker_has_nothing_to_roll_out_again(loaded: Session) -> None:
    for rule in loaded.scalars(select(RecurrenceRule).join(Offer).where(Offer.feed_id.is_(None))):
        days = {shift.starts_at for shift in rule.offer.shifts}
        shifts.roll_out(rule.offer, rule, clock.now())
        # At most the dates of the last days before the horizon: what is there already is recognised.
        again = [s.starts_at for s in rule.offer.shifts if s.starts_at]
        assert len(again) == len(set(again))
        assert len(set(again) - days) <= 2


def test_the_feeds_were_read_and_their_problems_are_kept(loaded: Session) -> None:
    for feed in loaded.scalars(select(Feed)):
        last = loaded.scalars(select(FeedRun).where(FeedRun.feed_id == feed.id)).all()[-1]
        assert last.outcome is RunOutcome.DONE and last.created > 0, feed.name
    assert count(loaded, Feed) == len(feeds.PARTNERS)
    assert count(loaded, Offer, Offer.feed_id.is_not(None)) >= 200
    refused = count(loaded, FeedProblem, FeedProblem.severity == ProblemSeverity.REFUSED)
    assert refused == 3
    for feed in loaded.scalars(select(Feed)):
        assert feed.url.endswith(f"/demo/feeds/{feeds.partner(feed.name).file}")  # type: ignore[union-attr]


def test_the_index_and_the_database_agree(loaded: Session) -> None:
    assert indexing.check().count == 0


def test_a_second_demo_is_refused_with_the_way_out(app: Flask, loaded: Session) -> None:
    loaded.rollback()
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "DATA=" in result.output


@pytest.mark.postgresql
def test_on_postgresql_ids_come_from_the_sequences(settings: Settings, postgresql_url: str) -> None:
    app = create_app(replace(settings, DATABASE_URL=postgresql_url))
    with app.app_context():
        result = app.test_cli_runner().invoke(args=["demo", "load", "--offers", "20"])
        assert result.exit_code == 0, result.output
        with db.database().writing() as session:
            session.add(Person(email="next@example.org"))
            session.flush()  # would meet a taken id if the sequence had been passed by
            assert count(session, Offer, Offer.feed_id.is_(None)) == 20
        db.database().engine.dispose()

"""A feed whose dates get another hour, or another clock: each date keeps the people who signed up on it."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Feed, Outbox, Shift, ShiftState, Signup, SignupState
from portal.services import feed_countries, feeds
from tests import factories
from tests.feeds import deliver

HEADER = "identifiant;titre;association;a_distance;places;dates;date de début;répétition;heure de début;durée\n"


def dates(hour: str, days: str = "12/09/2031, 19/09/2031, 26/09/2031") -> bytes:
    return f"{HEADER}1;Lire;Lire ensemble;oui;5;{days};;;{hour};2h\n".encode()


def weekly(hour: str, first: str = "02/09/2025", rule: str = "FREQ=WEEKLY,BYDAY=TU") -> bytes:
    rule = rule.replace(",", ";")
    return f'{HEADER}1;Lire;Lire ensemble;oui;5;;{first};"{rule}";{hour};2h\n'.encode()


@pytest.fixture
def feed(session: Session) -> Feed:
    made = feeds.add("livres", "", "table")
    session.commit()
    return made


def sign_up_on_each(session: Session) -> dict[int, int]:
    """Somebody on every date; the shift of each signup."""
    for shift in session.scalars(select(Shift)).all():
        session.add(factories.signup(shift))
    session.commit()
    return people(session)


def people(session: Session) -> dict[int, int]:
    rows = session.scalars(select(Signup).where(Signup.state == SignupState.CONFIRMED))
    return {one.id: one.shift_id for one in rows}


def hours(session: Session) -> set[int]:
    """The hours of the dates that take place, on the world's clock."""
    planned = select(Shift).where(Shift.state == ShiftState.PLANNED)
    return {s.starts_at.hour for s in session.scalars(planned) if s.starts_at}


def letters(session: Session, template: str) -> int:
    return sum(template in key for key in session.scalars(select(Outbox.key)))


def test_another_hour_of_the_same_days_cancels_nobody(session: Session, feed: Feed) -> None:
    deliver(session, feed, dates("14:00"))
    before = sign_up_on_each(session)
    deliver(session, feed, dates("15:00"))
    assert (people(session), hours(session)) == (before, {13})
    assert (letters(session, "shift_changed"), letters(session, "shift_cancelled")) == (3, 0)


@pytest.mark.parametrize("content", [dates("14:00"), weekly("14:00")])
def test_another_clock_of_the_feed_cancels_nobody(
    session: Session, feed: Feed, content: bytes
) -> None:
    deliver(session, feed, content)
    before = sign_up_on_each(session)
    feed_countries.change(feed, "FR", "Indian/Reunion")
    session.commit()
    deliver(session, feed, content)
    assert (people(session), hours(session)) == (before, {10})
    assert letters(session, "shift_cancelled") == 0


def test_another_hour_of_a_rule_cancels_nobody(session: Session, feed: Feed) -> None:
    deliver(session, feed, weekly("14:00"))
    before = sign_up_on_each(session)
    assert len(before) > 20
    deliver(session, feed, weekly("15:00"))
    assert people(session) == before
    assert {s.starts_at.hour for s in session.scalars(select(Shift)) if s.starts_at} <= {13, 14}
    assert letters(session, "shift_cancelled") == 0


def test_a_rule_that_begins_on_a_later_day_keeps_the_same_dates(
    session: Session, feed: Feed
) -> None:
    deliver(session, feed, weekly("14:00"))
    before = sign_up_on_each(session)
    deliver(session, feed, weekly("14:00", first="09/09/2025"))
    assert people(session) == before
    assert (letters(session, "shift_changed"), letters(session, "shift_cancelled")) == (0, 0)


def test_a_date_that_is_gone_is_still_cancelled(session: Session, feed: Feed) -> None:
    deliver(session, feed, dates("14:00"))
    sign_up_on_each(session)
    deliver(session, feed, dates("15:00", "12/09/2031, 20/09/2031, 27/09/2031"))
    assert (len(people(session)), letters(session, "shift_cancelled")) == (1, 2)


def test_another_day_of_the_week_cancels_its_dates(session: Session, feed: Feed) -> None:
    deliver(session, feed, weekly("14:00"))
    count = len(sign_up_on_each(session))
    deliver(session, feed, weekly("14:00", rule="FREQ=WEEKLY,BYDAY=WE"))
    assert people(session) == {}
    assert letters(session, "shift_cancelled") == count

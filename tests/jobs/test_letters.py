"""Letters: written from what is true when they leave, in their reader's language, with the date for a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.jobs import letters, outbox, upkeep
from portal.models import Offer, Outbox, Shift, Signup
from portal.services import outbox as rows
from portal.services import signups
from tests import factories
from tests.mailbox import last, mails
from tests.people import Cast
from tests.services.line import wish


@pytest.fixture
def offer(session: Session, cast: Cast) -> Offer:
    made = factories.offer(
        cast.jardins,
        title="Planter <une> haie",
        shifts=[factories.shift(capacity=1), factories.shift(days=14)],
    )
    session.add(made)
    session.commit()
    return made


def held(session: Session, shift: Shift, name: str = "ann", **more: object) -> Signup:
    attempt = signups.sign_up(shift.id, wish(name, **more))
    signup = session.get_one(Signup, attempt.signup_id)
    session.commit()
    return signup


def confirmed(session: Session, shift: Shift, name: str = "ann", **more: object) -> Signup:
    signup = signups.confirm(held(session, shift, name, **more).id)
    session.commit()
    return signup


def test_a_letter_has_one_button_and_says_the_same_as_text(
    app: Flask, session: Session, offer: Offer
) -> None:
    held(session, offer.shifts[0])
    mail = last(app, "ann@example.org")
    assert mail.html.count('class="button"') == 1
    assert "Planter &lt;une&gt; haie" in mail.html and "Planter <une> haie" in mail.text
    assert mail.path("/signups/") in mail.html
    assert "<img" not in mail.html and "http://127.0.0.1:8000" in mail.html
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_a_letter_is_written_in_its_readers_language(
    app: Flask, session: Session, offer: Offer
) -> None:
    held(session, offer.shifts[0], language="en")
    mail = last(app, "ann@example.org")
    assert mail.message["Content-Language"] == "en"
    assert 'lang="en"' in mail.html


def test_what_is_no_longer_true_is_not_written(app: Flask, session: Session, offer: Offer) -> None:
    signup = held(session, offer.shifts[0])
    signups.cancel(signup.id)
    session.commit()
    assert mails(app) == []
    assert rows_left(session) == []


def test_the_calendar_follows_by_its_number_and_is_emptied_at_last(
    app: Flask, session: Session, offer: Offer
) -> None:
    shift = offer.shifts[0]
    signup = confirmed(session, shift)
    first = event(last(app, "ann@example.org").calendar)
    assert shift.starts_at is not None and shift.ends_at is not None
    day = timedelta(days=1)
    signups.move_shift(shift, starts_at=shift.starts_at + day, ends_at=shift.ends_at + day)
    session.commit()
    second = event(last(app, "ann@example.org").calendar)
    signups.cancel(signup.id)
    session.commit()
    third = event(last(app, "ann@example.org").calendar)
    assert {e["uid"] for e in (first, second, third)} == {f"signup-{signup.id}@127.0.0.1"}
    assert [e["sequence"] for e in (first, second, third)] == [0, 1, 2]
    assert third["status"] == "CANCELLED"
    assert second["dtstart"].dt == shift.starts_at.replace(microsecond=0)


def test_reminders_come_two_days_and_three_hours_before_and_say_how_to_cancel(
    app: Flask, session: Session, offer: Offer
) -> None:
    starts_at = offer.shifts[0].starts_at
    assert starts_at is not None
    signup = confirmed(session, offer.shifts[0])
    assert len(mails(app, "ann@example.org")) == 1
    for hours in (48, 3):
        with time_machine.travel(starts_at - timedelta(hours=hours)):
            reminder = last(app, "ann@example.org")
            assert "Prévenez d’un clic" in reminder.text
    assert len(mails(app, "ann@example.org")) == 3
    assert signup.state.value == "confirmed"


def test_no_reminder_for_who_signed_up_later_than_it_or_cancelled(
    app: Flask, session: Session, offer: Offer
) -> None:
    starts_at = offer.shifts[0].starts_at
    assert starts_at is not None
    with time_machine.travel(starts_at - timedelta(hours=24)):
        signup = confirmed(session, offer.shifts[0])
        assert [k for k in rows_left(session) if "reminder" in k] == [
            f"signup:{signup.id}:reminder:3:0"
        ]
        signups.cancel(signup.id)
        session.commit()
    with time_machine.travel(starts_at - timedelta(hours=1)):
        assert not any("heure" in mail.subject for mail in mails(app, "ann@example.org"))


def test_who_waits_reads_their_place_in_line(app: Flask, session: Session, offer: Offer) -> None:
    confirmed(session, offer.shifts[0])
    held(session, offer.shifts[0], "bob")
    held(session, offer.shifts[0], "cleo")
    assert "2" in last(app, "cleo@example.org").text.split("liste d’attente")[1][:20]


def test_a_cancelled_shift_says_what_else_one_could_do(
    app: Flask, session: Session, offer: Offer
) -> None:
    confirmed(session, offer.shifts[0])
    signups.cancel_shift(offer.shifts[0])
    session.commit()
    mail = last(app, "ann@example.org")
    assert "Annulé" in mail.subject
    assert "METHOD:CANCEL" in mail.calendar
    assert mail.path("#shifts") == f"/offers/{offer.id}-{offer.slug}#shifts"


def test_an_association_without_a_team_is_written_to_itself(
    app: Flask, session: Session, cast: Cast
) -> None:
    lonely = factories.association("Seule", email="seule@example.org")
    offer = factories.offer(lonely)
    session.add(offer)
    session.commit()
    confirmed(session, offer.shifts[0])
    assert last(app, "seule@example.org").message["Reply-To"] == "ann@example.org"


def test_an_association_that_wants_a_digest_is_not_written_to_at_once(
    app: Flask, session: Session, offer: Offer
) -> None:
    offer.association.hears_at_once = False
    session.commit()
    confirmed(session, offer.shifts[0])
    assert mails(app, "alice@example.org") == []


def test_the_digest_names_who_comes_and_who_does_not(
    app: Flask, session: Session, offer: Offer
) -> None:
    offer.association.hears_at_once = False
    session.commit()
    with time_machine.travel(datetime(2026, 11, 20, 20, tzinfo=UTC)):
        confirmed(session, offer.shifts[0])
        signups.cancel(confirmed(session, offer.shifts[1], "bob", party=2).id)
        session.commit()
    with time_machine.travel(datetime(2026, 11, 21, 5, tzinfo=UTC)):
        assert upkeep.tell_teams() == 0  # six in the morning
    with time_machine.travel(datetime(2026, 11, 21, 7, tzinfo=UTC)):
        assert upkeep.tell_teams() == 1
        mail = last(app, "alice@example.org")
    assert "Ann" in mail.text.split("annulation")[0]
    assert "Bob" in mail.text.split("annulation")[1]


def test_an_address_that_nobody_proved_gets_five_messages_and_the_rest_after_its_proof(
    app: Flask, session: Session, offer: Offer
) -> None:
    found = []
    for number in range(8):
        other = factories.offer(offer.association, title=f"Besoin {number}")
        session.add(other)
        session.flush()
        found.append(held(session, other.shifts[0], key=f"k{number}"))
    assert len(mails(app, "ann@example.org")) == 5
    signups.confirm(found[0].id)
    session.commit()
    assert sum("Confirmez" in mail.subject for mail in mails(app, "ann@example.org")) >= 6


def test_a_row_that_nobody_knows_how_to_write_is_set_aside(session: Session) -> None:
    rows.add("mail", "strange", {"template": "nothing", "nobody": 1})
    session.commit()
    outbox.drain()
    (row,) = session.scalars(select(Outbox).execution_options(populate_existing=True))
    assert row.failed_at is not None and "nothing" in row.last_error


def test_a_defect_in_one_letter_does_not_stop_the_others(
    app: Flask, session: Session, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows.add("mail", "broken", {"template": "signup_held", "signup": "not a number"})
    session.commit()
    held(session, offer.shifts[0])
    assert [mail.to for mail in mails(app)] == ["ann@example.org"]


def test_every_letter_about_a_signup_exists_in_three_parts(app: Flask) -> None:
    for template in letters.signups.TRUE_WHILE:
        for part in ("subject.txt", "body.txt", "body.html"):
            app.jinja_env.get_template(f"emails/{template}/{part}")


def event(text: str) -> dict[str, object]:
    """The one event of a calendar file."""
    return next(iter(Calendar.from_ical(text).walk("VEVENT")))


def rows_left(session: Session) -> list[str]:
    session.rollback()
    waiting = select(Outbox.key).where(Outbox.kind == "mail", Outbox.done_at.is_(None))
    found = list(session.scalars(waiting))
    session.rollback()
    return found

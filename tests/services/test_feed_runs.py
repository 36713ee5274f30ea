"""A feed's run: created, updated, unchanged, withdrawn; the brake; and what a bad record may not do to its neighbours."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from portal.db import Database
from portal.models import (
    Feed,
    FeedState,
    History,
    Offer,
    OfferState,
    Outbox,
    RunOutcome,
    Shift,
    ShiftState,
    Signup,
)
from portal.services import feed_answers, feed_brake, feeds, indexing
from portal.services.feed_runs import Tally
from tests import factories
from tests.feeds import LIMITS, deliver, line, table


@pytest.fixture
def feed(session: Session) -> Feed:
    made = feeds.add("livres", "", "table")
    session.commit()
    return made


@pytest.fixture
def run(session: Session, feed: Feed) -> Callable[[bytes], Tally]:
    """Read some bytes as this feed, the way the command does."""
    return lambda body: deliver(session, feed, body)


def counts(tally: Tally) -> tuple[int, int, int, int]:
    return tally.created, tally.updated, tally.unchanged, tally.withdrawn


def live(session: Session) -> int:
    return session.scalar(select(func.count()).where(Offer.state == OfferState.LIVE)) or 0


def test_new_records_become_offers_with_shifts_and_are_indexed(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    assert counts(run(table(line(1), line(2)))) == (2, 0, 0, 0)
    offer = session.scalars(select(Offer).where(Offer.external_id == "1")).one()
    assert [shift.capacity for shift in offer.shifts] == [5]
    assert offer.shifts[0].starts_at is not None and offer.shifts[0].starts_at.hour == 12
    assert offer.association.name == "Lire ensemble"
    wanted = session.scalars(select(Outbox.key).where(Outbox.kind == "index")).all()
    assert f"index:{offer.id}" in wanted


def test_an_unchanged_record_writes_nothing(
    run: Callable[[bytes], Tally], session: Session, database: Database
) -> None:
    run(table(line(1), line(2)))
    written: list[str] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def note(_c: object, _cur: object, sql: str, *rest: object) -> None:
        if sql.startswith(("INSERT", "UPDATE", "DELETE")) and "feed_runs" not in sql:
            written.append(sql)

    assert counts(run(table(line(1), line(2)))) == (0, 0, 2, 0)
    assert [sql for sql in written if "feeds" not in sql] == []


def test_a_changed_record_keeps_its_offer_and_its_number(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    run(table(line(1)))
    before = session.scalars(select(Offer.id)).one()
    assert counts(run(table(line(1, "Ranger la réserve")))) == (0, 1, 0, 0)
    offer = session.scalars(select(Offer)).one()
    assert (offer.id, offer.title, offer.version) == (before, "Ranger la réserve", 2)


def test_a_shift_that_moves_keeps_its_people(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    run(table(line(1)))
    shift = session.scalars(select(Shift)).one()
    session.add(factories.signup(shift))
    session.commit()
    run(table(line(1, day="19/09/2031")))
    moved = session.scalars(select(Shift)).one()
    assert moved.starts_at is not None
    assert (moved.id, moved.starts_at.day) == (shift.id, 19)
    assert session.scalars(select(Signup)).one().shift_id == shift.id
    assert any("shift_changed" in key for key in session.scalars(select(Outbox.key)))


def test_a_record_that_changes_its_title_and_its_date_at_once_changes_both(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    run(table(line(1)))
    run(table(line(1, "Ranger la réserve", day="19/09/2031")))
    offer = session.scalars(select(Offer)).one()
    assert (offer.title, offer.shifts[0].starts_at.day) == ("Ranger la réserve", 19)  # type: ignore[union-attr]
    assert run(table(line(1, "Ranger la réserve", day="19/09/2031"))).unchanged == 1


def test_a_date_that_vanished_with_people_on_it_is_cancelled_and_they_are_told(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    run(table(line(1)))
    shift = session.scalars(select(Shift)).one()
    session.add(factories.signup(shift))
    session.commit()
    run(table("1;Trier des livres 1;On trie et on range.;Lire ensemble;;;5;oui"))
    session.expire_all()
    assert session.get_one(Shift, shift.id).state is ShiftState.CANCELLED
    assert any("shift_cancelled" in key for key in session.scalars(select(Outbox.key)))


def test_what_the_feed_no_longer_has_is_withdrawn_and_comes_back_as_the_same_offer(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    run(table(*(line(n) for n in range(1, 6))))
    ident = session.scalars(select(Offer.id).where(Offer.external_id == "5")).one()
    assert run(table(*(line(n) for n in range(1, 5)))).withdrawn == 1
    assert session.get_one(Offer, ident).state is OfferState.WITHDRAWN
    run(table(*(line(n) for n in range(1, 6))))
    assert session.get_one(Offer, ident).state is OfferState.LIVE


def test_a_refused_record_never_withdraws_its_offer(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    run(table(line(1), line(2)))
    tally = run(table(line(1), "2;;;Lire ensemble;12/09/2031 14:00;12/09/2031 17:00;5;oui"))
    assert (tally.refused, tally.withdrawn, live(session)) == (1, 0, 2)
    assert tally.problems[0].line == 3


def test_the_same_id_twice_keeps_the_first_and_reports_the_second(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    tally = run(table(line(1, "Le premier"), line(1, "Le second")))
    assert (tally.created, tally.refused) == (1, 1)
    assert session.scalars(select(Offer.title)).one() == "Le premier"
    assert tally.problems[0].code == "id_twice"


def test_the_brake_keeps_everything_until_a_person_confirms(
    run: Callable[[bytes], Tally], session: Session, feed: Feed
) -> None:
    run(table(*(line(n) for n in range(60))))
    tally = run(table(*(line(n) for n in range(30))))
    assert (tally.outcome, tally.withdrawn, live(session)) == (RunOutcome.SUSPECT, 0, 60)
    assert feed.state is FeedState.SUSPECT
    assert feed_answers.confirm(feed, session.commit) == 30
    session.expire_all()
    assert (live(session), feed.state) == (30, FeedState.ACTIVE)


def test_without_the_brake_the_same_feed_wipes_half_of_the_offers(
    run: Callable[[bytes], Tally], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_brake, "LEAST", 10**6)
    run(table(*(line(n) for n in range(60))))
    assert run(table(*(line(n) for n in range(30)))).withdrawn == 30
    assert live(session) == 30


def test_renumbered_ids_are_not_shown_beside_the_old_ones(
    run: Callable[[bytes], Tally], session: Session, feed: Feed
) -> None:
    run(table(*(line(n) for n in range(40))))
    tally = run(table(*(line(n + 1000, f"Trier des livres {n}") for n in range(40))))
    assert (tally.outcome, live(session)) == (RunOutcome.SUSPECT, 40)
    feed_answers.dismiss(feed, session.commit)
    session.expire_all()
    shown = set(session.scalars(select(Offer.external_id).where(Offer.state == OfferState.LIVE)))
    assert shown == {str(n) for n in range(40)}


def test_what_was_dismissed_does_not_come_back_with_the_next_run(
    run: Callable[[bytes], Tally], session: Session, feed: Feed
) -> None:
    run(table(*(line(n) for n in range(40))))
    wrong = table(*(line(n + 1000, f"Trier des livres {n}") for n in range(40)))
    run(wrong)
    feed_answers.dismiss(feed, session.commit)
    session.expire_all()
    assert (run(wrong).outcome, live(session)) == (RunOutcome.SUSPECT, 40)
    assert feed_answers.confirm(feed, session.commit) == 40
    session.expire_all()
    shown = set(session.scalars(select(Offer.external_id).where(Offer.state == OfferState.LIVE)))
    assert shown == {str(n + 1000) for n in range(40)}


def test_what_is_held_is_never_given_to_the_index(
    run: Callable[[bytes], Tally], session: Session, feed: Feed
) -> None:
    run(table(*(line(n) for n in range(40))))
    run(table(*(line(n + 1000) for n in range(40))))
    held = session.scalars(select(Offer.id).where(Offer.state == OfferState.PENDING)).all()
    rows = set(session.scalars(select(Outbox.key).where(Outbox.kind == "index")))
    assert len(held) == 40 and not {f"index:{ident}" for ident in held} & rows
    feed_answers.confirm(feed, session.commit)
    rows = set(session.scalars(select(Outbox.key).where(Outbox.kind == "index")))
    assert {f"index:{ident}" for ident in held} <= rows


def test_what_was_held_and_dropped_leaves_no_word_in_the_history(
    run: Callable[[bytes], Tally], session: Session, feed: Feed
) -> None:
    run(table(*(line(n) for n in range(40))))
    run(table(*(line(n + 1000) for n in range(40))))
    feed_answers.dismiss(feed, session.commit)
    assert session.scalars(select(History.verb)).all() == []
    run(table(*(line(n) for n in range(39))))
    assert session.scalars(select(History.verb)).all() == ["feed_withdrawn"]


def test_without_the_hold_both_numberings_would_be_shown_while_a_person_is_asked(
    run: Callable[[bytes], Tally], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(table(*(line(n) for n in range(40))))
    monkeypatch.setattr(feed_brake, "has_offers", lambda feed: False)
    run(table(*(line(n + 1000) for n in range(40))))
    assert live(session) == 80


PAST = "12/09/2021"


def test_the_brake_does_not_count_offers_that_are_over_among_those_that_vanish(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    over = [line(n, day=PAST) for n in range(100, 140)]
    run(table(*over, *(line(n) for n in range(25))))
    tally = run(table(*(line(n) for n in range(20))))
    assert (tally.outcome, tally.withdrawn, live(session)) == (RunOutcome.DONE, 45, 20)


def test_the_brake_does_not_count_offers_that_are_over_among_those_that_stay(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    over = [line(n, day=PAST) for n in range(100, 170)]
    run(table(*over, *(line(n) for n in range(30))))
    tally = run(table(*over, *(line(n) for n in range(8))))
    assert (tally.outcome, live(session)) == (RunOutcome.SUSPECT, 100)
    assert (tally.why_code, tally.why_facts) == ("too_much_gone", {"gone": 22, "before": 30})


def test_control_a_brake_that_counts_offers_that_are_over_is_wrong_both_ways(
    run: Callable[[bytes], Tally], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(indexing, "undone", lambda at: ())
    over = [line(n, day=PAST) for n in range(100, 140)]
    run(table(*over, *(line(n) for n in range(25))))
    assert run(table(*(line(n) for n in range(20)))).outcome is RunOutcome.SUSPECT
    many = [line(n, day=PAST) for n in range(100, 240)]
    run(table(*many, *(line(n) for n in range(25))))
    assert run(table(*many, *(line(n) for n in range(3)))).outcome is RunOutcome.DONE


@pytest.mark.parametrize("body", [b"", b"<!doctype html><title>Login</title>", b"\x89PNG\r\n"])
def test_a_feed_that_is_not_what_it_was_changes_nothing(
    run: Callable[[bytes], Tally], session: Session, body: bytes
) -> None:
    run(table(line(1), line(2)))
    tally = run(body)
    assert (tally.outcome, live(session)) == (RunOutcome.SUSPECT, 2)
    assert tally.why_code in ("empty", "html_page", "no_header")


def test_a_feed_never_touches_the_offer_of_another(
    run: Callable[[bytes], Tally], session: Session, feed: Feed
) -> None:
    run(table(line(1)))
    other = feeds.add("autre", "", "table")
    session.commit()
    feeds.read(other, io.BytesIO(table(line(1, "Tout à fait autre"))), LIMITS, session.commit)
    titles = {row.feed_id: row.title for row in session.execute(select(Offer.feed_id, Offer.title))}
    assert titles == {feed.id: "Trier des livres 1", other.id: "Tout à fait autre"}


def test_what_a_coordinator_wrote_by_hand_is_not_overwritten(
    run: Callable[[bytes], Tally], session: Session
) -> None:
    run(table(line(1)))
    offer = session.scalars(select(Offer)).one()
    offer.title, offer.own_fields = "Notre titre à nous", ["title"]
    session.commit()
    run(table(line(1, "Le titre du flux")))
    assert session.scalars(select(Offer.title)).one() == "Notre titre à nous"

"""A partner renumbers its records: by a table of old and new ids, and nothing is lost."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.formats import renumbering
from portal.models import Feed, FeedState, Like, Offer, OfferState, RunOutcome, Shift, Signup
from portal.services import feed_answers, feeds, rekeying
from portal.services.rekeying import Rekeyed
from tests import factories
from tests.feeds import deliver, line, table

COUNT = 40
SAME = [f"Trier des livres {n}" for n in range(COUNT)]
BEFORE = table(*(line(n, SAME[n]) for n in range(COUNT)))
AFTER = table(*(line(f"new-{n}", SAME[n]) for n in range(COUNT)))


@pytest.fixture
def feed(session: Session) -> Feed:
    """Forty offers; somebody likes the first, somebody signed up on it."""
    made = feeds.add("livres", "", "table")
    session.commit()
    deliver(session, made, BEFORE)
    offer = session.scalars(select(Offer).where(Offer.external_id == "0")).one()
    ann = factories.person("ann")
    session.add_all([ann, factories.signup(offer.shifts[0], "Ann")])
    session.flush()
    session.add(Like(person_id=ann.id, offer_id=offer.id, cluster_id=offer.cluster_id))
    session.commit()
    return made


@pytest.fixture
def apply(session: Session, feed: Feed) -> Callable[[str], Rekeyed]:
    """Read a table into the feed, as the command does."""

    def read(text: str) -> Rekeyed:
        done = rekeying.rekey(feed, renumbering.read(io.BytesIO(text.encode())))
        session.commit()
        session.expire_all()
        return done

    return read


def whole() -> str:
    return "ancien;nouveau\n" + "".join(f"{n};new-{n}\n" for n in range(COUNT))


def ids(session: Session) -> dict[str, int]:
    return {
        str(external_id): ident
        for external_id, ident in session.execute(
            select(Offer.external_id, Offer.id).where(Offer.external_id.is_not(None))
        )
    }


def people(session: Session) -> tuple[list[int], list[int]]:
    """The offers that somebody signed up on, and those that somebody likes."""
    signed = session.scalars(select(Shift.offer_id).join(Signup, Signup.shift_id == Shift.id)).all()
    liked = session.scalars(select(Offer.id).join(Like, Like.cluster_id == Offer.cluster_id)).all()
    return list(signed), list(liked)


def test_a_table_before_the_feed_changes_keeps_pages_likes_and_signups(
    session: Session, feed: Feed, apply: Callable[[str], Rekeyed]
) -> None:
    before, crowd = ids(session), people(session)
    done = apply(whole())
    assert (done.moved, done.problems) == (COUNT, [])
    tally = deliver(session, feed, AFTER)
    assert (tally.outcome, tally.created, tally.withdrawn) == (RunOutcome.DONE, 0, 0)
    assert {f"new-{n}": ident for n, ident in before.items()} == ids(session)
    assert people(session) == crowd
    states = set(session.scalars(select(Offer.state)))
    assert states == {OfferState.LIVE}


def test_a_table_after_the_brake_settles_the_suspect_run(
    session: Session, feed: Feed, apply: Callable[[str], Rekeyed]
) -> None:
    before, crowd = ids(session), people(session)
    assert deliver(session, feed, AFTER).outcome is RunOutcome.SUSPECT
    apply(whole())
    assert feed.state is FeedState.ACTIVE
    assert {f"new-{n}": ident for n, ident in before.items()} == ids(session)
    tally = deliver(session, feed, AFTER)
    assert (tally.outcome, tally.created, tally.withdrawn) == (RunOutcome.DONE, 0, 0)
    assert people(session) == crowd


def test_control_without_the_table_a_confirmed_renumbering_loses_likes_and_signups(
    session: Session, feed: Feed
) -> None:
    crowd = people(session)
    deliver(session, feed, AFTER)
    feed_answers.confirm(feed, session.commit)
    session.expire_all()
    live = set(session.scalars(select(Offer.id).where(Offer.state == OfferState.LIVE)))
    assert not live & set(crowd[0]) and not live & set(crowd[1])


def test_a_new_offer_that_people_found_meanwhile_gives_them_to_the_old_one(
    session: Session, feed: Feed, apply: Callable[[str], Rekeyed]
) -> None:
    kept = ids(session)["0"]
    moved = [line("new-0", SAME[0]), *(line(n, SAME[n]) for n in range(1, COUNT))]
    deliver(session, feed, table(*moved))
    twin = session.scalars(select(Offer).where(Offer.external_id == "new-0")).one()
    bea = factories.person("bea")
    session.add_all([bea, factories.signup(twin.shifts[0], "Bea")])
    session.flush()
    session.add(Like(person_id=bea.id, offer_id=twin.id, cluster_id=twin.cluster_id))
    session.commit()
    feed.etag = '"read"'
    session.commit()
    assert apply("0;new-0\n").moved == 1
    assert session.get_one(Offer, kept).state is OfferState.LIVE  # before any other run
    assert feed.etag == ""  # which must not be told that it knows the file
    deliver(session, feed, table(*moved))
    signed, liked = people(session)
    assert signed == [kept, kept] and liked.count(kept) == 2
    assert session.get_one(Offer, kept).state is OfferState.LIVE
    assert session.get_one(Offer, twin.id).state is OfferState.WITHDRAWN


def test_two_that_change_places_do(session: Session, apply: Callable[[str], Rekeyed]) -> None:
    before = ids(session)
    assert apply("1,2\n2,3\n3,1\n").moved == 3
    after = ids(session)
    assert (after["2"], after["3"], after["1"]) == (before["1"], before["2"], before["3"])


def test_a_table_that_is_read_twice_changes_nothing_more(
    session: Session, apply: Callable[[str], Rekeyed]
) -> None:
    apply(whole())
    after = ids(session)
    again = apply(whole())
    assert (again.moved, again.already, ids(session)) == (0, COUNT, after)


def test_bad_lines_are_reported_with_their_number_and_the_others_are_done(
    session: Session, apply: Callable[[str], Rekeyed]
) -> None:
    done = apply(
        "old id\tnew id\n0\tnew-0\nnobody\tnew-1\n2\n1\tnew-0\n0\tnew-9\n3\t" + "x" * 300 + "\n"
    )
    assert done.moved == 1
    assert sorted((p.line, p.code) for p in done.problems) == [
        (3, "renumber_unknown"),
        (4, "renumber_incomplete"),
        (5, "renumber_twice"),
        (6, "renumber_twice"),
        (7, "renumber_incomplete"),
    ]


def test_another_feeds_offers_are_never_renumbered(
    session: Session, feed: Feed, apply: Callable[[str], Rekeyed]
) -> None:
    other = feeds.add("autre", "", "table")
    session.commit()
    deliver(session, other, table(line("theirs")))
    done = apply("theirs;mine\n")
    assert (done.moved, [p.code for p in done.problems]) == (0, ["renumber_unknown"])


def test_the_command_says_what_it_did(
    app: Flask, session: Session, feed: Feed, tmp_path: Path
) -> None:
    file = tmp_path / "renumbering.csv"
    file.write_text("0;new-0\nnobody;new-1\n", encoding="utf-8")
    session.commit()
    done = app.test_cli_runner().invoke(args=["feeds", "rekey", "livres", str(file)])
    assert done.exit_code == 0, done.output
    assert "rekeyed 1  already 0  refused 1" in done.output
    assert "ligne 2" in done.output

"""A partner gives the table of its old and new ids, sees what it would do, and does it; and watches its feed being read."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.db import Database
from portal.models import (
    Feed,
    FeedRun,
    Like,
    Offer,
    OfferState,
    Person,
    RunOutcome,
    Shift,
    Signup,
    SignupState,
)
from portal.services import feed_turns, feeds, leases
from tests import factories
from tests.delivering import ROWS, deliver, read_feed, signed_in, table
from tests.people import Cast
from tests.visitor import Visitor

TABLES = {
    "semicolons and a header": "ancien;nouveau\na;n-a\nb;n-b\nd;n-d\n",
    "commas": "a,n-a\nb,n-b\nd,n-d\n",
    "tabs": "a\tn-a\nb\tn-b\nd\tn-d\n",
}


@pytest.fixture
def feed(session: Session, cast: Cast) -> Feed:
    """Offers a, b and d live, c withdrawn; Charlie likes a and signed up on it."""
    made = read_feed(session, cast)
    come(session, "a", cast.charlie)
    return made


def come(session: Session, external_id: str, person: Person) -> None:
    """Somebody likes an offer and signs up on it."""
    offer = session.scalars(select(Offer).where(Offer.external_id == external_id)).one()
    signup = factories.signup(offer.shifts[0], email=person.email, person_id=person.id)
    like = Like(person_id=person.id, offer_id=offer.id, cluster_id=offer.cluster_id)
    session.add_all([like, signup])
    session.commit()


def people_of(session: Session, ident: int) -> tuple[set[int | None], set[int | None]]:
    """Who likes this offer, and who is signed up on it."""
    session.expire_all()
    liked = session.scalars(select(Like.person_id).where(Like.offer_id == ident))
    signed = session.scalars(
        select(Signup.person_id)
        .join(Shift, Shift.id == Signup.shift_id)
        .where(Shift.offer_id == ident, Signup.state == SignupState.CONFIRMED)
    )
    return set(liked), set(signed)


@pytest.fixture
def alice(visitor: Visitor, cast: Cast, feed: Feed) -> Visitor:
    return signed_in(visitor, cast.alice)


def ids(session: Session) -> dict[str, int]:
    session.expire_all()
    asked = select(Offer.external_id, Offer.id).where(Offer.state == OfferState.LIVE)
    found = {str(row.external_id): row.id for row in session.execute(asked)}
    session.commit()  # a test that only looks must not keep the pages from writing
    return found


@contextmanager
def working(database: Database, feed: Feed) -> Iterator[None]:
    """Somebody has the feed's turn. In units of work of its own: the pages have theirs."""
    name = f"feed:{feed.id}"
    with database.writing() as own:
        leases.take(name, "elsewhere:1:x", timedelta(0), timedelta(minutes=5))
        own.commit()
    yield
    with database.writing() as own:
        leases.release(name, "elsewhere:1:x")
        own.commit()


def delivered(database: Database, feed: Feed, content: bytes) -> FeedRun:
    with database.writing() as own:
        return deliver(own, own.get_one(Feed, feed.id), content)


def give(visitor: Visitor, text: str, **more: Any) -> Any:
    """The table as a file, on the page that asks for it."""
    visitor.get("/partners/jardins/ids")
    file = (io.BytesIO(text.encode()), "ids.csv")
    return visitor.post(
        "/partners/jardins/ids", {"file": file, **more}, content_type="multipart/form-data"
    )


@pytest.mark.parametrize("kind", sorted(TABLES))
def test_a_table_is_shown_first_then_done_and_the_next_run_makes_nothing_new(
    alice: Visitor, feed: Feed, session: Session, database: Database, cast: Cast, kind: str
) -> None:
    before = ids(session)
    page = give(alice, TABLES[kind])
    figures = [one.get_text() for one in page.soup.select(".figure__number")]
    assert figures == ["3", "0", "0", "0"] and "Planter des arbres" in page.words
    assert ids(session) == before  # only looked at
    forms = page.soup.select('form[action="/partners/jardins/ids"]')
    given = {one["name"]: one["value"] for one in forms[0].select("input[type=hidden]")}
    done = alice.post("/partners/jardins/ids", given)
    assert "3 besoins portent leur nouvel identifiant" in done.words
    assert ids(session) == {f"n-{old}": ident for old, ident in before.items()}
    rows = ["n-a;Planter des arbres;Une haie;J;69007;Lyon;;8", "n-b;Trier;Des dons;J;69007;Lyon;;", "n-d;Cuisiner;Pour tous;J;69007;Lyon;;"]  # fmt: skip
    run = delivered(database, feed, table(*rows))
    assert (run.outcome, run.created, run.withdrawn) == (RunOutcome.DONE, 0, 0)
    assert people_of(session, before["a"]) == ({cast.charlie.id}, {cast.charlie.id})


def test_people_who_came_to_the_copy_before_the_table_join_those_of_the_offer(
    alice: Visitor, feed: Feed, session: Session, database: Database, cast: Cast
) -> None:
    before = ids(session)
    copies = [f"n-{row}" for row in (ROWS[0], ROWS[1], "d;Cuisiner;Pour tous;J;69007;Lyon;;")]
    delivered(database, feed, table(*copies))
    come(session, "n-a", cast.dora)
    page = give(alice, TABLES["commas"])
    assert "a déjà recréé 3 besoins" in page.words
    give(alice, TABLES["commas"], confirmed="1")
    both = {cast.charlie.id, cast.dora.id}
    assert people_of(session, before["a"]) == (both, both)
    assert ids(session) == {f"n-{old}": before[old] for old in "abd"}


def test_each_line_without_effect_says_why(alice: Visitor) -> None:
    page = give(alice, "a;n-a\ninconnu;x\na;autre\nb;\n")
    why = [row.get_text(" ", strip=True) for row in page.soup.select("tbody tr")][1:]
    assert len(why) == 3
    assert any("inconnu" in one and "cet ancien identifiant" in one for one in why)
    assert any("figure déjà plus haut" in one for one in why)
    assert any("ses deux identifiants" in one for one in why)


def test_ids_that_go_round_in_a_circle_are_said_and_done(alice: Visitor, session: Session) -> None:
    before = ids(session)
    page = give(alice, "a;b\nb;d\nd;a\n")
    assert [one.get_text() for one in page.soup.select(".figure__number")][2] == "3"
    give(alice, "a;b\nb;d\nd;a\n", confirmed="1")
    assert ids(session) == {"b": before["a"], "d": before["b"], "a": before["d"]}


@pytest.mark.parametrize("text", ["", "  \n", "x" * 400_001])
def test_nothing_or_too_much_is_refused_in_words(alice: Visitor, text: str) -> None:
    page = give(alice, text)
    assert page.status == 422 and page.soup.select_one(".error-summary, [role=alert]")


def test_nobody_renumbers_while_the_feed_is_read(
    alice: Visitor, feed: Feed, session: Session, database: Database
) -> None:
    before = ids(session)
    with working(database, feed):
        page = give(alice, TABLES["commas"], confirmed="1")
        assert page.status == 409 and "lu en ce moment" in page.words
    assert ids(session) == before


def test_the_notice_of_a_suspect_run_leads_to_the_table(
    alice: Visitor, feed: Feed, database: Database
) -> None:
    many = [f"n{n};Besoin {n};Texte;J;69007;Lyon;;" for n in range(30)]
    delivered(database, feed, table(*many))
    assert delivered(database, feed, table(*ROWS)).outcome is RunOutcome.SUSPECT
    page = alice.get("/partners/jardins")
    assert page.soup.select_one('.notice a[href="/partners/jardins/ids"]')
    assert page.soup.select_one('form[action="/partners/jardins/run"]')


def step(visitor: Visitor) -> tuple[str, str]:
    told = visitor.get("/partners/jardins/progress").response.get_json()
    return told["step"], told["words"]


def test_read_now_says_how_far_it_is_then_shows_the_result(
    alice: Visitor, feed: Feed, session: Session, database: Database
) -> None:
    feed.next_run_at = None
    session.commit()
    assert step(alice) == ("", "")
    alice.get("/partners/jardins")
    page = alice.submit("/partners/jardins/run")
    shown = page.soup.select_one('[data-progress="/partners/jardins/progress"]')
    assert shown and "commence" in shown.get_text()
    assert page.soup.select_one('noscript a[href="/partners/jardins"]')
    assert not page.soup.select_one('form[action="/partners/jardins/run"]')
    with working(database, feed):
        with database.writing() as own:
            started = feeds.begin(own.get_one(Feed, feed.id))
            own.commit()
        assert step(alice)[0] == "fetching"
        with database.writing() as own:
            again = own.get_one(FeedRun, started.id)
            again.bytes, again.records = 9_000, 1_250
            own.commit()
        assert step(alice) == ("reading", "1\u202f250 annonces lues")
        assert alice.post("/partners/jardins/run").status == 409
    assert step(alice) == ("", "")  # cut short: nobody waits for it
    assert not alice.get("/partners/jardins").soup.select("[data-progress]")


def test_a_run_writes_its_progress_where_the_page_looks(session: Session, feed: Feed) -> None:
    started = feeds.begin(feed)
    started.started_at = clock.now()
    session.commit()
    told: list[int] = []
    with time_machine.travel(clock.now(), tick=False) as traveller:
        note = feed_turns.noting(started, session.commit, told.append)
        note(25)
        assert not session.dirty and started.records == 0
        traveller.shift(2)
        note(50)
    session.expire_all()
    assert (started.records, told) == (50, [25, 50])

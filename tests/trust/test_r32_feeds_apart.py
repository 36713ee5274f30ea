"""R32: a feed never changes another's offers, whatever ids it writes; an id that comes twice is kept once and reported."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Association, Feed, Offer
from portal.services import feed_items, feeds
from tests.feeds import deliver, line, table

# The same id to a careless eye: each is an id of its own, since text is always text.
VARIANTS = (
    "abc-1",
    "ABC-1",
    "Abc-1",
    "abc‑1",
    "abc-١",
    "abc-01",
    "abc_1",
    "abc-1.",
    "ａbc-1",
    "àbc-1",
    "%61bc-1",
    "abc-1/../2",
)
# Padding is no part of an id, nor is the form of its accents: these are the first one again.
SAME = ("café-1", " café-1 ", unicodedata.normalize("NFD", "café-1"))

Rows = dict[tuple[int | None, str | None], tuple[object, ...]]


@pytest.fixture
def two(session: Session) -> tuple[Feed, Feed]:
    made = feeds.add("un", "", "table"), feeds.add("deux", "", "table")
    session.commit()
    return made


def rows_of(session: Session, feed: Feed) -> Rows:
    session.expire_all()
    asked = select(Offer).where(Offer.feed_id == feed.id)
    return {
        (one.feed_id, one.external_id): (
            one.id, one.title, one.state, one.version, one.association_id, one.updated_at,
            one.association.name, len(one.shifts),
        )
        for one in session.scalars(asked)
    }  # fmt: skip


def test_r32_two_feeds_with_the_same_ids_never_meet(
    session: Session,
    two: tuple[Feed, Feed],
    full: bool,
    record_property: Callable[[str, object], None],
) -> None:
    """Ids of both feeds come from one small set; after each run of one, the other's rows are as they were."""
    chance = random.Random(32)
    rounds = 60 if full else 8
    record_property("n", rounds)
    for number in range(rounds):
        mover, other = two if number % 2 else two[::-1]
        before = rows_of(session, other)
        ids = chance.sample([*VARIANTS, *map(str, range(8))], 15)
        deliver(
            session, mover, table(*(line(i, f"Tour {number} de {mover.name} {i}") for i in ids))
        )
        assert rows_of(session, other) == before
        titles = {row[1] for row in rows_of(session, mover).values()}
        assert not any(f"de {other.name} " in str(title) for title in titles)


def test_r32_an_id_that_looks_like_another_is_another(
    session: Session, two: tuple[Feed, Feed]
) -> None:
    tally = deliver(
        session, two[0], table(*(line(i, f"Offre {n}") for n, i in enumerate(VARIANTS)))
    )
    assert (tally.created, tally.refused) == (len(VARIANTS), 0)
    kept = {str(one) for one in session.scalars(select(Offer.external_id))}
    assert kept == set(VARIANTS)


def test_r32_an_id_that_comes_twice_is_kept_once_and_reported(
    session: Session, two: tuple[Feed, Feed]
) -> None:
    tally = deliver(session, two[0], table(*(line(i, f"Offre {n}") for n, i in enumerate(SAME))))
    assert (tally.created, tally.refused) == (1, 2)
    assert [problem.code for problem in tally.problems] == ["id_twice", "id_twice"]
    assert session.scalars(select(Offer.title)).one() == "Offre 0"


def test_r32_the_association_of_another_feed_is_not_touched(
    session: Session, two: tuple[Feed, Feed]
) -> None:
    deliver(session, two[0], table(line(1)))
    mine = session.scalars(select(Association)).one()
    before = (mine.id, mine.name, mine.description, mine.slug)
    deliver(session, two[1], table(line(1).replace("On trie et on range.", "<b>Piraté</b>")))
    session.expire_all()
    found = session.get_one(Association, mine.id)
    assert (found.id, found.name, found.description, found.slug) == before
    assert len(session.scalars(select(Association)).all()) == 2


def test_r32_control_without_the_feed_in_the_key_the_other_feeds_offer_is_overwritten(
    session: Session, two: tuple[Feed, Feed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same two deliveries when an offer is looked up by its id alone."""

    def look_up(self: feed_items.Known, items: list[feed_items.FeedItem]) -> None:
        self.wanted = {item.external_id: feed_items.content_hash(item) for item in items}
        found = session.scalars(select(Offer).where(Offer.external_id.in_(self.wanted)))
        self.offers = {str(offer.external_id): offer for offer in found}

    monkeypatch.setattr(feed_items.Known, "look_up", look_up)
    deliver(session, two[0], table(line(1, "La première")))
    deliver(session, two[1], table(line(1, "La pirate")))
    assert session.scalars(select(Offer.title)).all() == ["La pirate"]

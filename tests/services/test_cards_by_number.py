"""The offers of a page are fetched by their numbers, whatever else is asked of them: the time does not grow with the portal."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session as Unit

from portal import clock
from portal.models import AssociationState, Feed, OfferState
from portal.services import finding, likes
from search.results import Hit
from tests import factories
from tests.people import Cast


def plans(unit: Unit, work: Any) -> list[str]:
    """How SQLite goes about each statement of `work`: its steps."""
    sent: list[tuple[str, Any]] = []

    def see(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        sent.append((statement, values))

    connection = unit.connection()
    event.listen(connection.engine, "before_cursor_execute", see)
    try:
        work()
    finally:
        event.remove(connection.engine, "before_cursor_execute", see)
    return [
        str(step[3])
        for statement, values in sent
        for step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
    ]


def test_the_offers_of_a_page_are_fetched_by_number(session: Unit, cast: Cast) -> None:
    offers = [
        factories.offer(cast.jardins, title=f"Besoin {n}") for n in range(20)
    ]  # of few, SQLite fetches by number anyway
    session.add_all(offers)
    session.flush()
    steps = plans(session, lambda: finding.of_ids([offer.id for offer in offers]))
    assert [step for step in steps if step.startswith(("SEARCH offers", "SCAN offers"))] == [
        "SEARCH offers USING INTEGER PRIMARY KEY (rowid=?)"
    ]


def test_a_list_finds_its_offers_and_shifts_by_number(session: Unit, cast: Cast) -> None:
    """Shifts asked for by pairs of offer and instant are looked for among all shifts of the portal."""
    offers = [factories.offer(cast.jardins, title=f"Besoin {n}") for n in range(20)]
    session.add_all(offers)
    session.flush()
    hits = [
        Hit(offer.id, offer.cluster_id, 0.0, next_at=clock.epoch() if n % 2 else None)
        for n, offer in enumerate(offers)
    ]
    steps = plans(session, lambda: finding.briefs(hits))
    assert any(step.startswith("SEARCH shifts USING INDEX ix_shifts_offer_id") for step in steps)
    assert not [
        step for step in steps if step.startswith(("SCAN offers", "SCAN shifts", "SCAN locations"))
    ]


@pytest.mark.parametrize("why", ["offer", "association", "feed", "expired"])
def test_what_may_not_be_listed_any_more_has_no_card(session: Unit, cast: Cast, why: str) -> None:
    feed = Feed(name="flux", title="Flux", url="https://example.org/flux")
    session.add(feed)
    session.flush()
    offer = factories.offer(cast.panier, feed_id=feed.id, external_id="1")
    other = factories.offer(cast.jardins)
    session.add_all([offer, other])
    session.flush()
    numbers = [offer.id, other.id]
    assert [card.offer.id for card in finding.of_ids(numbers)] == numbers
    assert [card.offer.id for card in finding.briefs_of(numbers)] == numbers
    match why:
        case "offer":
            offer.state = OfferState.HIDDEN
        case "association":
            cast.panier.state = AssociationState.SUSPENDED
        case "feed":
            feed.hidden_at = clock.now()
        case _:
            offer.expires_at = clock.now()
    session.flush()
    assert [card.offer.id for card in finding.of_ids(numbers)] == [other.id]
    assert [card.offer.id for card in finding.briefs_of(numbers)] == [other.id]


def test_a_like_is_told_to_its_person_alone(session: Unit, cast: Cast) -> None:
    offer = factories.offer(cast.jardins)
    session.add(offer)
    session.flush()
    likes.like(cast.alice, offer)
    session.flush()
    told = [
        finding.briefs_of([offer.id], person)[0].is_liked
        for person in (cast.alice.id, cast.bob.id, None, cast.alice.id)
    ]
    assert told == [True, False, False, True]


def test_the_shift_that_was_found_is_told_however_few_are(session: Unit, cast: Cast) -> None:
    shifts = [factories.shift(day) for day in (3, 4, 5, 6)]
    for shift in shifts:
        assert shift.starts_at is not None
        shift.starts_at = shift.starts_at.replace(microsecond=0)  # the index counts seconds
    offer = factories.offer(cast.jardins, shifts=shifts)
    session.add(offer)
    session.flush()
    first, _second, third, _last = offer.shifts
    assert third.starts_at is not None
    hit = Hit(offer.id, offer.cluster_id, 0.0, next_at=int(third.starts_at.timestamp()))
    (card,) = finding.cards([hit], most_shifts=1)
    assert (card.shift, card.shifts) == (third, [first, third])
    (card,) = finding.cards([Hit(offer.id, offer.cluster_id, 0.0)], most_shifts=1)
    assert (card.shift, card.shifts) == (first, [first])
    gone = replace(
        hit, next_at=int(third.starts_at.timestamp()) + 1
    )  # it was moved since it was indexed
    told = [
        finding.briefs([one])[0].shift for one in (hit, gone, Hit(offer.id, offer.cluster_id, 0.0))
    ]
    assert [shift and shift.starts_at for shift in told] == [
        third.starts_at,
        first.starts_at,
        first.starts_at,
    ]


def test_of_two_shifts_at_one_instant_the_first_that_was_made_is_told(
    session: Unit, cast: Cast
) -> None:
    starts = factories.shift(3).starts_at
    assert starts is not None
    starts = starts.replace(microsecond=0)
    offer = factories.offer(
        cast.jardins,
        shifts=[
            factories.shift(
                starts_at=starts, ends_at=starts + timedelta(hours=hours), capacity=hours
            )
            for hours in (4, 2)
        ],
    )
    session.add(offer)
    session.flush()
    first, second = sorted(offer.shifts, key=lambda shift: shift.id)
    hit = Hit(offer.id, offer.cluster_id, 0.0, next_at=int(starts.timestamp()))
    session.execute(text("PRAGMA reverse_unordered_selects = ON"))  # as PostgreSQL may
    try:
        told = finding.briefs([hit])[0].shift
    finally:
        session.execute(text("PRAGMA reverse_unordered_selects = OFF"))
    assert first.capacity != second.capacity and told and told.places_left == first.capacity


def test_a_list_tells_the_place_that_was_found(session: Unit, cast: Cast) -> None:
    places = [factories.location(city=city, position=n) for n, city in enumerate(("Lyon", "Brest"))]
    offer = factories.offer(cast.jardins, locations=places)
    bare = factories.offer(cast.jardins, locations=[])
    session.add_all([offer, bare])
    session.flush()
    hits = [
        Hit(offer.id, offer.cluster_id, 0.0, location_index=1),
        Hit(offer.id, offer.cluster_id, 0.0),
        Hit(bare.id, bare.cluster_id, 0.0),
    ]
    # A hit for each: a page never has an offer twice.
    told = [finding.briefs([hit])[0].location for hit in hits]
    assert [place and place.city for place in told] == ["Brest", "Lyon", None]

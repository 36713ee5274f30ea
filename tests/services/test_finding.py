"""Finding: from parameters to offers, by the engine and, when it cannot, by the database."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock, index
from portal.models import AssociationState, Offer, OfferState, Remote
from portal.services import finding, indexing
from search.index import IndexUnavailable
from search.memory import MemoryIndex
from search.query import Query
from search.results import Results
from tests import factories


def found_by(**params: str | list[str]) -> finding.Found:
    given = {name: [value] if isinstance(value, str) else value for name, value in params.items()}
    return finding.find(finding.read(given, now=clock.now()))


@pytest.fixture
def offers(session: Session) -> dict[str, Offer]:
    """A garden and a library in Lyon, a garden in Lille, a translation from afar."""
    lille = {"city": "Lille", "departement": "59", "region": "32", "lat": 50.6366, "lon": 3.0635}
    made = {
        "haie": factories.offer(title="Planter une haie au jardin"),
        "lecture": factories.offer(title="Lire des histoires aux enfants", themes=["education"]),
        "lille": factories.offer(
            title="Entretenir le jardin partagé", locations=[factories.location(**lille)]
        ),
        "traduction": factories.offer(
            title="Traduire des notices",
            themes=["skills"],
            remote=Remote.FULL,
            is_ongoing=True,
            locations=[],
            shifts=[factories.undated_shift()],
        ),
    }
    session.add_all(made.values())
    session.commit()
    indexing.rebuild()
    session.commit()  # ends the reading: what a page asks the worker may write
    return made


class BrokenIndex(MemoryIndex):
    """An engine whose folder is gone."""

    def search(self, query: Query) -> Results:
        raise IndexUnavailable("the folder is gone")


def break_index(app: Flask) -> None:
    """From now on only the database can answer; a repair was asked for just now."""
    app.extensions["index"] = BrokenIndex()
    app.extensions["index_asked_at"] = clock.epoch()


def test_words_find_the_offers_that_hold_them(offers: dict[str, Offer]) -> None:
    assert set(found_by(q="jardin").ids) == {offers["haie"].id, offers["lille"].id}


def test_a_circle_holds_what_is_near_and_remote_offers_follow_in_a_tail(
    offers: dict[str, Offer],
) -> None:
    found = found_by(lat="45.75", lon="4.85", radius="10")
    assert set(found.ids[:2]) == {offers["haie"].id, offers["lecture"].id}
    assert found.ids[2:] == (offers["traduction"].id,)
    assert found.tail_from == 2


def test_an_area_is_asked_by_its_code(offers: dict[str, Offer]) -> None:
    assert set(found_by(area="59", remote="no").ids) == {offers["lille"].id}
    assert set(found_by(area="R84", remote="no").ids) == {
        offers["haie"].id,
        offers["lecture"].id,
    }


def test_themes_are_joined_by_or(offers: dict[str, Offer]) -> None:
    found = found_by(theme=["education", "skills"])
    assert set(found.ids) == {offers["lecture"].id, offers["traduction"].id}


def test_dates_find_overlapping_shifts_and_what_is_ongoing(offers: dict[str, Offer]) -> None:
    day = (clock.now() + timedelta(days=60)).date().isoformat()
    assert found_by(**{"from": day, "to": day}).ids == (offers["traduction"].id,)


def test_facets_agree_with_what_the_click_gives(offers: dict[str, Offer]) -> None:
    for value, count in found_by(q="jardin").results.facets["theme"]:
        assert found_by(q="jardin", theme=value).total == count


def test_cards_come_in_the_order_of_the_hits_with_their_shift_and_place(
    offers: dict[str, Offer],
) -> None:
    found = found_by(lat="45.75", lon="4.85")
    cards = finding.cards(found.results.hits, found.asked.query)
    assert [card.offer.id for card in cards] == list(found.ids)
    assert cards[0].location is not None and cards[0].location.city == "Lyon"
    assert cards[0].shift is not None and cards[0].shift.starts_at is not None
    assert cards[0].distance_km is not None and cards[0].distance_km < 3


def test_what_was_hidden_since_it_was_indexed_is_not_shown(
    offers: dict[str, Offer], session: Session
) -> None:
    offers["haie"].state = OfferState.HIDDEN
    session.commit()
    hits = found_by(q="jardin").results.hits
    assert [card.offer.id for card in finding.cards(hits)] == [offers["lille"].id]


def test_offers_of_a_suspended_association_are_not_found(
    offers: dict[str, Offer], session: Session
) -> None:
    offers["haie"].association.state = AssociationState.SUSPENDED
    session.commit()
    indexing.reindex([offers["haie"].id])
    assert found_by(q="jardin").ids == (offers["lille"].id,)


def test_a_page_after_the_last_shows_the_last_and_says_so(offers: dict[str, Offer]) -> None:
    found = found_by(page="1000000000")
    assert found.page == 1 and found.total == 4 and len(found.ids) == 4
    assert "voici la dernière" in found.notes[-1].sentence


def test_nothing_found_says_what_each_filter_hides(offers: dict[str, Offer]) -> None:
    found = found_by(q="jardin", theme="health")
    assert found.total == 0
    assert [(drop.part.kind, drop.total) for drop in found.ways.drops] == [("theme", 2)]


def test_nothing_near_proposes_a_wider_circle_and_remote_offers(offers: dict[str, Offer]) -> None:
    found = found_by(lat="46.2", lon="5.2", radius="2", remote="no")
    assert found.total == 0
    assert found.ways.wider_km == 100.0 and found.ways.wider_total == 2
    assert found.ways.remote_total == 1


@pytest.mark.parametrize(
    "params",
    [
        {"q": "jardin"},
        {"q": "jardn"},
        {"lat": "45.75", "lon": "4.85", "radius": "10"},
        {"lat": "45.75", "lon": "4.85", "radius": "10", "remote": "no", "sort": "distance"},
        {"area": "69"},
        {"theme": "environment", "sort": "date"},
        {"when": "month"},
        {},
    ],
)
def test_the_database_gives_the_same_answer_when_the_engine_cannot(
    app: Flask, offers: dict[str, Offer], params: dict[str, str]
) -> None:
    by_engine = found_by(**params)
    break_index(app)
    by_database = found_by(**params)
    assert by_engine.backend == "index" and by_database.backend == "database"
    assert by_database.ids == by_engine.ids
    assert by_database.total == by_engine.total
    assert by_database.results.facets == by_engine.results.facets


def test_without_the_database_behind_it_a_broken_engine_fails(
    app: Flask, offers: dict[str, Offer]
) -> None:
    """The control of the fallback: the engine alone raises."""
    break_index(app)
    with pytest.raises(IndexUnavailable):
        index.current().search(finding.read({}, now=clock.now()).query)


def test_the_stand_in_notices_a_change_within_a_minute(
    app: Flask, offers: dict[str, Offer], session: Session
) -> None:
    break_index(app)
    assert found_by(q="jardin").total == 2
    offers["lecture"].title = "Un jardin de lecture"
    offers["lecture"].version += 1
    session.commit()
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        assert found_by(q="jardin").total == 3

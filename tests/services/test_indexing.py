"""Indexing: what an offer becomes, what goes in and out, and whether index and database agree."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from portal import clock, index
from portal.models import Offer, OfferState, Remote, ShiftState
from portal.services import indexing
from tests import factories


@pytest.fixture
def offer(session: Session) -> Offer:
    made = factories.offer(tags=["haie", "arbres"], minimum_age=16)
    session.add(made)
    session.commit()
    return made


def held() -> list[tuple[int, int]]:
    return list(index.current().versions())


def test_a_document_holds_plain_words_codes_and_the_shifts_ahead(
    offer: Offer, session: Session
) -> None:
    offer.description = "<p>On plante &amp; on <em>arrose</em>.</p>"
    offer.shifts.append(factories.shift(days=-3))
    document = indexing.document(offer)
    assert "On plante & on arrose." in document.description and "<" not in document.description
    assert len(document.shifts) == 1 and document.shifts[0][1] - document.shifts[0][0] == 3 * 3600
    assert (document.locations[0].departement, document.locations[0].region) == ("69", "84")
    assert document.open_to_minors and document.has_places and document.version == 1


def test_the_region_follows_from_the_departement_however_a_feed_wrote_it() -> None:
    by_name = factories.location(departement="", region="Auvergne-Rhône-Alpes")
    assert indexing.point(by_name).region == "84"
    assert indexing.point(factories.location(departement="2A", region="")).region == "94"


def test_a_location_without_position_is_not_at_zero_zero() -> None:
    point = indexing.point(factories.location(lat=None, lon=None))
    assert point.lat is None and point.lon is None and point.departement == "69"


def test_a_full_offer_is_still_found_for_its_waiting_list(offer: Offer) -> None:
    offer.shifts[0].taken = 10
    assert not indexing.document(offer).has_places


def test_a_shift_with_a_place_of_its_own_names_it(offer: Offer, session: Session) -> None:
    offer.locations.append(factories.location(city="Villeurbanne", position=1))
    session.flush()
    offer.shifts[0].location_id = offer.locations[1].id
    assert indexing.document(offer).shift_locations == (1,)


@pytest.mark.parametrize("state", [state for state in OfferState if state is not OfferState.LIVE])
def test_only_live_offers_are_indexed(offer: Offer, session: Session, state: OfferState) -> None:
    indexing.rebuild()
    assert held() == [(offer.id, 1)]
    offer.state = state
    session.commit()
    indexing.reindex([offer.id])
    assert held() == []


def test_what_is_over_expired_or_cancelled_is_not_indexed(session: Session) -> None:
    past = factories.offer(shifts=[factories.shift(days=-2)])
    expired = factories.offer(expires_at=clock.now() - timedelta(minutes=1))
    cancelled = factories.offer(shifts=[factories.shift(state=ShiftState.CANCELLED)])
    session.add_all([past, expired, cancelled])
    session.commit()
    assert indexing.rebuild() == 0


def test_an_ongoing_offer_needs_no_date(session: Session) -> None:
    session.add(factories.offer(is_ongoing=True, shifts=[], remote=Remote.FULL, locations=[]))
    session.commit()
    assert indexing.rebuild() == 1


def test_the_check_sees_differences_both_ways(offer: Offer, session: Session) -> None:
    other = factories.offer()
    session.add(other)
    session.commit()
    indexing.rebuild()
    assert indexing.check().count == 0
    offer.version += 1
    other.state = OfferState.PAUSED
    new = factories.offer()
    session.add(new)
    session.commit()
    assert indexing.check() == indexing.Differences((new.id,), (offer.id,), (other.id,))
    indexing.reindex([offer.id, other.id, new.id])
    assert indexing.check().count == 0


def test_an_offer_that_ended_with_time_is_no_difference(session: Session) -> None:
    session.add(factories.offer(shifts=[factories.shift(days=0, hours=0.0001)]))
    session.commit()
    indexing.rebuild()
    assert indexing.check().stray == ()


def test_filling_the_index_takes_few_statements(session: Session) -> None:
    from tests.statements import counted

    association = factories.association()
    session.add_all([factories.offer(association) for _ in range(60)])
    session.commit()
    session.expire_all()
    with counted(session) as statements:
        indexing.rebuild()
    assert len(statements) <= 3

"""Which offers of a feed nobody finds, and why, on its partner's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.models import Feed, Offer, OfferState
from tests import factories
from tests.delivering import read_feed, signed_in
from tests.people import Cast
from tests.visitor import Visitor


@pytest.fixture
def feed(session: Session, cast: Cast) -> Feed:
    return read_feed(session, cast)


@pytest.fixture
def alice(visitor: Visitor, cast: Cast, session: Session) -> Visitor:
    return signed_in(visitor, cast.alice)


def test_the_partner_reads_which_offers_nobody_finds_and_why(
    alice: Visitor, feed: Feed, session: Session
) -> None:
    assert "Ce que personne ne trouve" not in alice.get("/partners/jardins/offers").words
    a, b, d = (
        session.scalars(select(Offer).where(Offer.external_id == ident)).one() for ident in "abd"
    )
    a.is_ongoing = False
    for shift in a.shifts:
        shift.starts_at = shift.ends_at = clock.now() - timedelta(days=1)
    b.state = OfferState.HIDDEN
    twin = factories.offer(a.association)
    twin.cluster = d.cluster
    session.add(twin)
    session.commit()
    page = alice.get("/partners/jardins/offers")
    words = [one.get_text() for one in page.soup.select(".notice li")]
    assert len(words) == 3
    for one, said in zip(words, ("1 besoin est passé", "1 besoin a été masqué", "1 besoin est publié par un autre"), strict=True):  # fmt: skip
        assert said in one.replace("\u00a0", " ")
    assert b.title not in page.soup.select_one("main table").get_text()  # type: ignore[union-attr]

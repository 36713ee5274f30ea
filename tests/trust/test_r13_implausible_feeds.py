"""R13: a feed that is suddenly empty, cut, another page, broken, renumbered or a year off takes nothing away by itself.

Served by a real HTTP server on loopback, fetched and read by the real run; a person then confirms or dismisses.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portal.models import Feed, FeedState, Offer, OfferState, Outbox, RunOutcome
from portal.services import feed_answers, feed_brake, feeds
from portal.services.feed_limits import Limits
from tests import factories

LIMITS = Limits(max_bytes=10**7, max_seconds=20, max_records=10**5, allow_private=True)
COUNT = 60


def footprint(ids: range, year: int = 2031) -> bytes:
    """A Footprint feed of dated offers."""
    offers = "".join(
        f"<VolunteerOpportunity><volunteerOpportunityID>{n}</volunteerOpportunityID><title>Trier des livres {n % 1000}</title>"
        "<description>On trie.</description><locations><location><virtual>Yes</virtual></location></locations>"
        f"<dateTimeDurations><dateTimeDuration><openEnded>No</openEnded><startDate>{year}-06-{n % 28 + 1:02d}</startDate>"
        f"<endDate>{year}-06-{n % 28 + 1:02d}</endDate><startTime>10:00:00</startTime><endTime>12:00:00</endTime>"
        "</dateTimeDuration></dateTimeDurations></VolunteerOpportunity>"
        for n in ids
    )
    return (
        '<?xml version="1.0"?><FootprintFeed schemaVersion="0.1"><FeedInfo><providerID>1</providerID>'
        "<providerName>Essai</providerName><createdDateTime>2026-01-01T00:00:00</createdDateTime></FeedInfo>"
        f"<VolunteerOpportunities>{offers}</VolunteerOpportunities></FootprintFeed>"
    ).encode()


GOOD = footprint(range(COUNT))
BAD: dict[str, tuple[bytes, int]] = {
    "empty": (footprint(range(0)), 200),
    "half": (GOOD[: len(GOOD) // 2], 200),
    "web_page": (b"<!doctype html><html><body>Please log in</body></html>", 200),
    "unavailable": (b"try later", 503),
    "renumbered": (footprint(range(1000, 1000 + COUNT)), 200),
    "a_year_off": (footprint(range(COUNT), 2021), 200),
}


@pytest.fixture
def feed(session: Session, httpserver: HTTPServer) -> Feed:
    """A feed that was read once, with a moderator who watches."""
    session.add(factories.moderator("mona"))
    made = feeds.add("essai", httpserver.url_for("/feed.xml"), "footprint")
    session.commit()
    httpserver.expect_ordered_request("/feed.xml").respond_with_data(GOOD)
    assert feeds.run(made, LIMITS, session.commit).created == COUNT
    return made


@pytest.fixture
def deliver(
    session: Session, feed: Feed, httpserver: HTTPServer
) -> Callable[[bytes, int], RunOutcome]:
    """Serve something else, and run the feed."""

    def run(body: bytes, status: int = 200) -> RunOutcome:
        httpserver.expect_ordered_request("/feed.xml").respond_with_data(body, status=status)
        done = feeds.run(feed, LIMITS, session.commit)
        session.expire_all()
        return done.outcome

    return run


def shown(session: Session) -> int:
    """Live offers that still have something ahead."""
    live = session.scalars(select(Offer).where(Offer.state == OfferState.LIVE)).unique()
    return sum(not offer.is_over(factories.clock.now()) for offer in live)


def letters(session: Session) -> int:
    told = select(func.count()).where(Outbox.kind == "mail", Outbox.key.like("run:%"))
    return session.scalar(told) or 0


@pytest.mark.parametrize("kind", sorted(BAD))
def test_r13_nothing_is_taken_away_and_somebody_is_told(
    kind: str, session: Session, deliver: Callable[[bytes, int], RunOutcome]
) -> None:
    outcome = deliver(*BAD[kind])
    assert outcome in (RunOutcome.SUSPECT, RunOutcome.FAILED, RunOutcome.DONE)
    assert shown(session) == COUNT
    if kind != "half":  # a cut file is told in its run, and its offers wait for a whole one
        assert outcome is not RunOutcome.DONE
        assert letters(session) == 1


@pytest.mark.parametrize("kind", ["empty", "renumbered", "a_year_off"])
def test_r13_it_is_done_when_a_person_confirms(
    kind: str, session: Session, feed: Feed, deliver: Callable[[bytes, int], RunOutcome]
) -> None:
    deliver(*BAD[kind])
    assert feed.state is FeedState.SUSPECT
    assert feed_answers.confirm(feed, session.commit) == COUNT
    session.expire_all()
    assert shown(session) == (COUNT if kind == "renumbered" else 0)
    assert feed.state is FeedState.ACTIVE


def test_r13_control_without_the_brake_an_empty_or_wrong_feed_wipes_everything(
    session: Session, deliver: Callable[[bytes, int], RunOutcome], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_brake, "LEAST", 10**9)
    deliver(*BAD["a_year_off"])
    assert shown(session) == 0
    deliver(footprint(range(1, 2)), 200)
    assert shown(session) == 1

"""Dead links: checked politely by the worker behind the guard, and told to the partner before a volunteer meets them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal import clock
from portal.jobs import links as job
from portal.models import Feed, Link, LinkState, Offer
from portal.services import feeds, links
from tests import factories

ROBOTS = "User-agent: *\nDisallow: /private\n"


@pytest.fixture
def feed(session: Session) -> Feed:
    made = feeds.add("livres", "https://example.org/feed.csv")
    session.commit()
    return made


@pytest.fixture
def offer(session: Session, feed: Feed) -> Callable[[str], Offer]:
    """An offer of the feed whose own page is there."""

    def make(url: str) -> Offer:
        made = factories.offer(feed_id=feed.id, external_id=url[-60:], detail_url=url)
        session.add(made)
        session.commit()
        return made

    return make


@pytest.fixture
def site(httpserver: HTTPServer) -> HTTPServer:
    """A partner's server: a good page, one that wants GET, a dead one, one closed to robots, one in trouble."""
    httpserver.expect_request("/robots.txt").respond_with_data(ROBOTS)
    httpserver.expect_request("/good").respond_with_data("here")
    httpserver.expect_request("/old").respond_with_data(status=301, headers={"Location": "/good"})
    httpserver.expect_request("/get-only", method="HEAD").respond_with_data(status=405)
    httpserver.expect_request("/get-only", method="GET").respond_with_data("here")
    httpserver.expect_request("/dead").respond_with_data(status=404)
    httpserver.expect_request("/private/1").respond_with_data("here")
    httpserver.expect_request("/keep-out").respond_with_data(status=403)
    httpserver.expect_request("/broken").respond_with_data(status=500)
    return httpserver


def turn(session: Session) -> int:
    """The worker's turn, without the pauses."""
    session.commit()
    count = job.check_due(pause=0)
    session.expire_all()
    return count


def asked(site: HTTPServer) -> list[str]:
    return [f"{request.method} {request.path}" for request, _ in site.log]


@pytest.mark.parametrize(
    ("path", "state", "why"),
    [
        ("/good", LinkState.GOOD, ""),
        ("/old", LinkState.GOOD, ""),
        ("/get-only", LinkState.GOOD, ""),
        ("/dead", LinkState.BAD, "404"),
        ("/broken", LinkState.BAD, "500"),
        ("/keep-out", LinkState.CLOSED, "403"),
        ("/private/1", LinkState.CLOSED, "robots.txt"),
    ],
)
def test_a_page_is_judged_by_what_it_answers(
    path: str,
    state: LinkState,
    why: str,
    site: HTTPServer,
    session: Session,
    offer: Callable[[str], Offer],
) -> None:
    offer(site.url_for(path))
    assert turn(session) == 1
    link = session.scalars(select(Link)).one()
    assert (link.state, link.why) == (state, why)


def test_robots_txt_is_asked_first_once_a_turn_and_a_page_it_closes_is_never_visited(
    site: HTTPServer, session: Session, offer: Callable[[str], Offer]
) -> None:
    for path in ("/good", "/private/1", "/dead"):
        offer(site.url_for(path))
    turn(session)
    assert asked(site)[0] == "GET /robots.txt"
    assert asked(site).count("GET /robots.txt") == 1
    assert not any("private" in line for line in asked(site))
    assert asked(site).count("HEAD /good") == 1 and "GET /good" not in asked(site)


def test_control_without_robots_txt_the_same_page_is_visited(
    httpserver: HTTPServer, session: Session, offer: Callable[[str], Offer]
) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data(status=404)
    httpserver.expect_request("/private/1").respond_with_data("here")
    offer(httpserver.url_for("/private/1"))
    turn(session)
    assert "HEAD /private/1" in asked(httpserver)


def test_a_good_page_is_asked_once_a_week_and_a_dead_one_once_a_day(
    site: HTTPServer, session: Session, offer: Callable[[str], Offer]
) -> None:
    good, dead = offer(site.url_for("/good")), offer(site.url_for("/dead"))
    assert turn(session) == 2
    assert turn(session) == 0
    first = session.get_one(Link, dead.id).bad_since
    with time_machine.travel(clock.now() + timedelta(days=1, minutes=1)):
        assert turn(session) == 1
        assert session.get_one(Link, dead.id).bad_since == first
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        assert turn(session) == 2
        assert session.get_one(Link, good.id).bad_since is None


def test_another_address_is_asked_at_once_and_the_old_verdict_is_forgotten(
    site: HTTPServer, session: Session, offer: Callable[[str], Offer], feed: Feed
) -> None:
    moved = offer(site.url_for("/dead"))
    turn(session)
    assert [link.offer_id for link in links.bad_of(feed)] == [moved.id]
    moved.detail_url = site.url_for("/good")
    session.flush()
    assert links.bad_of(feed) == []
    assert turn(session) == 1
    assert session.get_one(Link, moved.id).state is LinkState.GOOD


def test_the_partner_is_told_the_dead_ones_of_this_feed_and_how_many_are_well(
    site: HTTPServer, session: Session, offer: Callable[[str], Offer], feed: Feed
) -> None:
    for path in ("/good", "/dead", "/private/1"):
        offer(site.url_for(path))
    other = feeds.add("autre", "https://example.org/other.csv")
    session.flush()
    foreign = factories.offer(feed_id=other.id, external_id="1", detail_url=site.url_for("/broken"))
    session.add(foreign)
    turn(session)
    assert [(link.why, link.offer.detail_url[-5:]) for link in links.bad_of(feed)] == [
        ("404", "/dead")
    ]
    assert links.counts(feed) == {LinkState.GOOD: 1, LinkState.BAD: 1, LinkState.CLOSED: 1}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:22/", "http://169.254.169.254/latest", "file:///etc/passwd"]
)
def test_an_address_that_is_not_public_is_bad_and_nothing_is_asked(
    url: str, session: Session, offer: Callable[[str], Offer], app: object
) -> None:
    app.config["FEEDS_ALLOW_PRIVATE"] = False  # type: ignore[attr-defined]
    offer(url)
    turn(session)
    link = session.scalars(select(Link)).one()
    assert (link.state, link.why) == (LinkState.BAD, "address_refused")


def test_control_without_the_guard_the_inside_answers(
    site: HTTPServer, session: Session, offer: Callable[[str], Offer], app: object
) -> None:
    app.config["FEEDS_ALLOW_PRIVATE"] = False  # type: ignore[attr-defined]
    made = offer(site.url_for("/good"))
    turn(session)
    assert (session.get_one(Link, made.id).state, asked(site)) == (LinkState.BAD, [])
    app.config["FEEDS_ALLOW_PRIVATE"] = True  # type: ignore[attr-defined]
    with time_machine.travel(clock.now() + timedelta(days=2)):
        turn(session)
    assert "HEAD /good" in asked(site)


def test_one_host_never_takes_the_whole_turn(
    site: HTTPServer, session: Session, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "A_HOST", 2)
    session.add_all(
        factories.offer(feed_id=feed.id, external_id=str(n), detail_url=site.url_for("/good"))
        for n in range(5)
    )
    assert turn(session) == 2
    assert turn(session) == 2
    assert turn(session) == 1

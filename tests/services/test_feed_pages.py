"""Feeds of several pages: followed by `next`, on one host, so many at most; and what came from here is not taken back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.fetch import fetch
from portal.formats import FeedProblem
from portal.models import Offer
from portal.services import feed_pages, feeds
from portal.services.feed_limits import Limits
from tests.feeds import HEADER, LIMITS

Read = Callable[..., tuple[list[int], list[str]]]


def page(*ids: int, following: str | None = None) -> bytes:
    return json.dumps({"offers": [{"id": n} for n in ids], "next": following}).encode()


@pytest.fixture
def read(httpserver: HTTPServer) -> Read:
    """The ids of each page after the first, and the codes of what went wrong, read as a run does."""

    def follow(max_bytes: int = 10**6, name: str = "relais") -> tuple[list[int], list[str]]:
        ids, codes = list[int](), list[str]()
        limits = Limits(max_bytes, 20, 10**6, allow_private=True)
        address, given = httpserver.url_for("/offers"), {"X-Api-Key": "clef"}
        with feed_pages.opened(address, name, limits, given) as (_first, more):
            for one in more:
                if isinstance(one, FeedProblem):
                    assert one.hides_offers  # the run is not complete: it withdraws nothing
                    codes.append(one.code)
                else:
                    ids += [offer["id"] for offer in json.load(one)["offers"]]
        return ids, codes

    return follow


def serve(server: HTTPServer, path: str, body: bytes, status: int = 200) -> None:
    server.expect_request(path, headers={"X-Api-Key": "clef"}).respond_with_data(body, status)


def test_pages_are_followed_to_the_last_with_the_credentials_of_the_feed(
    httpserver: HTTPServer, read: Read
) -> None:
    serve(httpserver, "/offers", page(1, following="/offers-2"))
    serve(httpserver, "/offers-2", page(2, following=httpserver.url_for("/offers-3")))
    serve(httpserver, "/offers-3", page(3, 4))
    assert read() == ([2, 3, 4], [])


@pytest.mark.parametrize(
    "elsewhere",
    [
        "http://169.254.169.254/",
        "http://localhost:1/",
        "https://example.org/",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
def test_a_next_page_on_another_host_is_never_asked(
    elsewhere: str, httpserver: HTTPServer, read: Read
) -> None:
    serve(httpserver, "/offers", page(1, following=elsewhere))
    ids, codes = read()
    assert (ids, len(httpserver.log)) == ([], 1)
    assert codes == ([] if "[" in elsewhere else ["page_elsewhere"])


def test_a_redirect_to_another_host_gives_no_page(httpserver: HTTPServer, read: Read) -> None:
    port = httpserver.port
    serve(httpserver, "/offers", page(1, following="/moved"))
    httpserver.expect_request("/moved").respond_with_data(
        status=302, headers={"Location": f"http://127.0.0.1:{port}/inside"}
    )
    httpserver.expect_request("/inside").respond_with_data(page(9))
    assert read() == ([], ["page_elsewhere"])


def test_a_circle_ends(httpserver: HTTPServer, read: Read) -> None:
    serve(httpserver, "/offers", page(1, following="/offers-2"))
    serve(httpserver, "/offers-2", page(2, following="/offers"))
    assert read() == ([2], ["page_again"])


def test_pages_without_end_end_at_the_most(
    httpserver: HTTPServer, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feed_pages, "MOST_PAGES", 3)
    for n in range(9):
        serve(httpserver, f"/offers{f'-{n}' if n else ''}", page(n, following=f"/offers-{n + 1}"))
    assert read() == ([1, 2], ["too_many_pages"])


def test_all_pages_together_are_no_larger_than_one_feed(httpserver: HTTPServer, read: Read) -> None:
    serve(httpserver, "/offers", page(1, following="/offers-2"))
    serve(httpserver, "/offers-2", page(*range(1000)))
    assert read(max_bytes=2_000) == ([], ["page_missing"])


def test_a_page_that_is_missing_is_told(httpserver: HTTPServer, read: Read) -> None:
    serve(httpserver, "/offers", page(1, following="/offers-2"))
    serve(httpserver, "/offers-2", b"", 503)
    assert read() == ([], ["page_error"])


def test_other_formats_have_no_pages(httpserver: HTTPServer, read: Read) -> None:
    serve(httpserver, "/offers", page(1, following="/offers-2"))
    assert read(name="table") == ([], [])


def test_the_first_page_is_read_from_its_beginning_after_it_was_looked_at(
    httpserver: HTTPServer,
) -> None:
    body = page(1, following="/offers-2")
    httpserver.expect_request("/offers").respond_with_data(body)
    with fetch(
        httpserver.url_for("/offers"), max_bytes=10**6, max_seconds=9, allow_private=True
    ) as first:
        assert feed_pages.next_of(first, "").endswith("/offers-2")
        assert first.file.read() == body


TABLE = "\n".join(
    [
        f"{HEADER};lien",
        "1;À nous;On trie.;Lire;12/09/2031 14:00;;5;oui;HTTPS://Relais.example/offers/7-a-nous",
        "2;À eux;On trie.;Lire;12/09/2031 14:00;;5;oui;https://relais.example.org/offers/7",
        "3;À eux aussi;On trie.;Lire;12/09/2031 14:00;;5;oui;https://autre.example/1",
        "",
    ]
).encode()


def imported(session: Session, own_url: str) -> tuple[set[str], list[str]]:
    feed = feeds.add("echo", "", "table")
    limits = Limits(LIMITS.max_bytes, LIMITS.max_seconds, LIMITS.max_records, True, own_url)
    tally = feeds.read(feed, io.BytesIO(TABLE), limits, session.commit)
    titles = set(session.scalars(select(Offer.title)))
    return titles, [problem.code for problem in tally.problems if problem.code == "own_offer"]


def test_our_own_offers_are_not_taken_back(session: Session) -> None:
    assert imported(session, "https://relais.example") == ({"À eux", "À eux aussi"}, ["own_offer"])


def test_control_a_portal_that_does_not_know_itself_takes_its_own_offer_back(
    session: Session,
) -> None:
    assert imported(session, "") == ({"À nous", "À eux", "À eux aussi"}, [])

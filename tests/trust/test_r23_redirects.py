"""R23: nothing that somebody puts into an address or a form sends a visitor off this site."""

from __future__ import annotations

from urllib.parse import quote, urljoin, urlsplit

import pytest
from flask import Flask

from portal import security
from portal.db import Database
from portal.models import Offer
from tests import factories
from tests.arrivals import ask
from tests.oidc import Provider, consent, leave, somebody
from tests.people import Cast
from tests.providers import other, provider, settings
from tests.visitor import BASE, Visitor

__all__ = ["other", "provider", "settings"]
pytestmark = pytest.mark.trust

PAYLOADS = (
    "https://evil.example",
    "http://evil.example/",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "HTTPS://EVIL.EXAMPLE",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,x",
    "/\tevil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    " //evil.example",
    "\x00//evil.example",
    "/%09/evil.example\r\nLocation: https://evil.example",
    "//evil.example@127.0.0.1:8000/",
    "https://127.0.0.1:8000@evil.example/",
    "https://127.0.0.1:8000.evil.example/",
    "//127.0.0.1:8000\\@evil.example",
    "/‮//evil.example",
    "／／evil.example",
    "/​/evil.example",
)


def leaves(location: str) -> bool:
    """Where a browser would go: it reads `\\` as `/` and drops tabs and line ends."""
    seen = location.strip().replace("\\", "/")
    for dropped in "\t\r\n":
        seen = seen.replace(dropped, "")
    target = urlsplit(urljoin(f"{BASE}/sign-in", seen))
    return (target.scheme, target.netloc) != ("http", "127.0.0.1:8000")


@pytest.fixture
def offer(database: Database, cast: Cast) -> Offer:
    with database.writing() as session:
        made = factories.offer(session.merge(cast.jardins))
        session.add(made)
        session.commit()
        return made


@pytest.mark.parametrize("payload", PAYLOADS)
def test_the_judge_of_paths_refuses_it(payload: str) -> None:
    assert security.safe_path(payload) == "/"


def test_control_a_naive_judge_lets_many_through() -> None:
    naive = [p for p in PAYLOADS if urlsplit(p.replace("\x00", "")).netloc == "" and leaves(p)]
    assert len(naive) >= 6
    assert not any(leaves(security.safe_path(p)) for p in PAYLOADS)


def test_a_path_of_ours_passes() -> None:
    for path in ("/", "/search?q=jardin&place=Lyon", "/offers/12-planter#signup", "/a/b?c=%2F%2Fd"):
        assert security.safe_path(path) == path


@pytest.mark.parametrize("payload", PAYLOADS)
def test_after_a_mailed_link(app: Flask, database: Database, cast: Cast, payload: str) -> None:
    visitor = Visitor(app)
    visitor.get("/sign-in")
    visitor.post("/sign-in", {"email": "charlie@example.org", "next": payload})
    token = ask(None, database, "charlie@example.org")
    visitor.get(f"/sign-in/link/{token}")
    page = visitor.post(f"/sign-in/link/{token}", follow=False)
    assert page.status == 303
    assert not leaves(page.response.location)
    already = visitor.get(f"/sign-in?next={quote(payload, safe='')}", follow=False)
    assert already.status == 303
    assert not leaves(already.response.location)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_after_a_provider(app: Flask, provider: Provider, payload: str) -> None:
    visitor = Visitor(app)
    provider.claims = somebody(email="ann@example.net", email_verified=True)
    path = consent(leave(visitor, provider, f"?next={quote(payload, safe='')}"))
    page = visitor.get(path, follow=False)
    assert page.status == 303
    assert not leaves(page.response.location)


@pytest.mark.parametrize("payload", PAYLOADS)
def test_back_to_the_page_before(app: Flask, offer: Offer, payload: str) -> None:
    """The referrer decides where a like leads back to, and where signing in was asked for."""
    visitor = Visitor(app)
    if any(ord(c) < 32 for c in payload):
        payload = quote(payload, safe=":/\\@")  # no server takes a header with a line end in it
    referrer = {"Referer": payload.encode().decode("latin-1")}
    form = {"value": "1", "csrf_token": visitor.token()}
    for path in (f"/offers/{offer.id}/like", f"/offers/{offer.id}/share", "/signups/forget"):
        answer = visitor.client.post(path, data=form, headers=referrer, base_url=BASE)
        assert answer.status_code == 303, path
        assert not leaves(answer.location), path


@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_in_an_address_stays_a_parameter(app: Flask, offer: Offer, payload: str) -> None:
    visitor = Visitor(app)
    said = quote(payload, safe="")
    for path in (
        f"/?lang=en&next={said}",
        f"/offers/{offer.id}-{said.replace('%2F', '-')}",
        f"/offers/{offer.id}/share?mastodon={said}",
        f"/offers/{offer.id}?by={said}&invited={said}",
        f"/account?next={said}",
    ):
        answer = visitor.client.get(path, base_url=BASE)
        if 300 <= answer.status_code < 400:
            assert not leaves(answer.location), path

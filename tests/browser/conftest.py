"""A small running demo with its worker, a login provider beside it, and a real browser in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page
from sqlalchemy import select

from portal import db
from portal.models import Person
from portal.services import feeds, partners
from tests import oidc
from tests.bench.running import served_demo
from tests.browser.walking import enter_in_one_click
from tests.delivering import deliver, table
from tests.ports import free_port

SLOW = 30_000  # milliseconds that a busy machine may take; nothing waits longer than it must
PHONE = {"width": 390, "height": 700}

Open = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def served() -> Iterator[tuple[str, oidc.Provider]]:
    """A demo with 60 offers, as `make run` starts it, and the provider by which one may sign in there."""
    port = free_port()
    with oidc.running("demo", f"http://127.0.0.1:{port}") as provider:
        setting = provider.setting()
        settings = {
            "LOGIN_DEMO_CLIENT_ID": setting.client_id,
            "LOGIN_DEMO_CLIENT_SECRET": setting.client_secret,
            "LOGIN_DEMO_DISCOVERY_URL": setting.discovery_url,
        }
        with served_demo(offers=60, port=port, prepare=leave_questions, **settings) as address:
            yield address, provider


def leave_questions(app: Flask) -> None:
    """Two feeds that wait for a moderator, with names and addresses of one endless word: a suspect one and a proposed one."""
    address = "https://exemple.org/" + "chemin-sans-fin-" * 40
    rows = [f"d{n};Veiller sur {n};Texte;Les Veilleurs;48000;Mende;;" for n in range(30)]
    with app.app_context(), db.database().writing() as session:
        suspect = feeds.add("flux-douteux", "", "table", title="Fluxdontlenomnefinitpas" * 5)
        deliver(session, suspect, table(*rows))
        deliver(
            session,
            suspect,
            table(
                *rows[:3],
                "e1;Veiller encore;Texte;Les Veilleurs;48000;Mende;;",
                f"{'identifiantsansfin' * 12};;;Les Veilleurs;48000;Mende;;{'9' * 70}x",
            ),
        )
        suspect.url, suspect.next_run_at = address, None
        person = session.scalars(select(Person).limit(1)).one()
        partners.propose(person, "Fluxproposé" * 10, address + "2")
        session.commit()


@pytest.fixture(scope="session")
def demo(served: tuple[str, oidc.Provider]) -> str:
    """The address of the demo."""
    return served[0]


@pytest.fixture(scope="session")
def provider(served: tuple[str, oidc.Provider]) -> oidc.Provider:
    """The OpenID Connect provider, a real one on loopback."""
    return served[1]


@pytest.fixture
def open_device(browser: Browser, demo: str, served: Any) -> Iterator[Open]:
    """Open somebody's device: French, 390 pixels wide, no cookie yet.

    A message on the console (a script that failed, a line of the content policy) and a request to anybody else are failures.
    """
    known = {urlsplit(demo).netloc, urlsplit(served[1].issuer).netloc}
    opened: list[BrowserContext] = []
    said: list[str] = []
    strangers: list[str] = []

    def listen(page: Page) -> None:
        page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))

    def watch(address: str) -> None:
        parts = urlsplit(address)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc not in known:
            strangers.append(address)

    def make(**options: Any) -> BrowserContext:
        wanted = {"viewport": PHONE, "locale": "fr-FR", "base_url": demo, **options}
        context = browser.new_context(**wanted)
        context.set_default_timeout(SLOW)
        context.on("page", listen)
        context.on("request", lambda request: watch(request.url))
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()
    assert strangers == [], "a page asked somebody else for something"
    # An answer of 4xx is reported as an error though it is an answer like any other.
    assert [text for text in said if "the server responded with a status of 4" not in text] == []


@pytest.fixture
def device(open_device: Open) -> BrowserContext:
    """Somebody's phone."""
    return open_device()


@pytest.fixture
def friends_device(open_device: Open) -> BrowserContext:
    """Another phone."""
    return open_device()


@pytest.fixture(scope="session")
def signed_in(browser: Browser, demo: str) -> Callable[[str], Any]:
    """The cookies of one of the demo's people, by role; each signs in once."""
    kept: dict[str, Any] = {}

    def of(role: str) -> Any:
        if role and role not in kept:
            context = browser.new_context(base_url=demo, locale="fr-FR")
            context.set_default_timeout(SLOW)
            enter_in_one_click(context.new_page(), role)
            kept[role] = context.storage_state()
            context.close()
        return kept.get(role)

    return of

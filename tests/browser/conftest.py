"""A small running demo with its worker, and a real browser in front of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.bench.running import served_demo
from tests.browsing import launch

SLOW = 30_000  # milliseconds that a busy machine may take; nothing waits longer than it must


@pytest.fixture(scope="session")
def demo() -> Iterator[str]:
    """The address of a demo with 60 offers, as `make run` starts it."""
    with served_demo(offers=60) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()


@pytest.fixture
def device(browser: Browser, demo: str) -> Iterator[BrowserContext]:
    """Somebody's phone: French, 390 pixels wide, no cookie yet. A message on the console is a failure."""
    yield from _device(browser, demo)


@pytest.fixture
def friends_device(browser: Browser, demo: str) -> Iterator[BrowserContext]:
    """Another phone."""
    yield from _device(browser, demo)


def _device(browser: Browser, demo: str) -> Iterator[BrowserContext]:
    size = {"width": 390, "height": 700}
    opened = browser.new_context(viewport=size, locale="fr-FR", base_url=demo)  # type: ignore[arg-type]
    opened.set_default_timeout(SLOW)
    said: list[str] = []

    def listen(page: Page) -> None:
        page.on("console", lambda m: said.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: said.append(str(error)))

    opened.on("page", listen)
    yield opened
    opened.close()
    # A refused form is answered 422, which a browser reports as an error though it is an answer like any other.
    assert [text for text in said if "422" not in text] == []

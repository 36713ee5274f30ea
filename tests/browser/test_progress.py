"""A partner watches its feed being read: a real worker reads it, from a server that gives each page when the test says so."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from threading import Event
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from tests.browser.conftest import SLOW

pytestmark = pytest.mark.browser
PER_PAGE = 30
# What a screen reader is told, word for word. The list is gone when the page is loaded anew.
LISTEN = """() => {
    const status = document.querySelector("[data-progress] + [role=status]");
    window.heard = [];
    new MutationObserver(() => window.heard.push(status.textContent)).observe(status, {childList: true});
}"""


@dataclass
class Slow:
    """A feed of three pages; each is sent once its gate is open."""

    server: HTTPServer
    number: int = field(default_factory=count(1).__next__)
    gates: list[Event] = field(default_factory=lambda: [Event(), Event(), Event()])

    @property
    def url(self) -> str:
        """Its address, which no other test's feed has."""
        return self.server.url_for(f"/0?{self.number}")

    def answer(self, request: Request) -> Response:
        page = int(request.path.strip("/"))
        self.gates[page].wait(SLOW / 1000)
        first = page * PER_PAGE
        body = {
            "understood": {},
            "offers": [_offer(n) for n in range(first, first + PER_PAGE)],
            "next": f"/{page + 1}" if page + 1 < len(self.gates) else None,
        }
        return Response(json.dumps(body), mimetype="application/json")


def _offer(number: int) -> dict[str, Any]:
    return {
        "id": f"k{number}",
        "title": f"Tenir la permanence {number}",
        "url": f"https://ailleurs.example.org/offers/{number}",
        "association": {"name": "Ailleurs"},
        "is_ongoing": True,
    }


@pytest.fixture
def slow(httpserver: HTTPServer) -> Iterator[Slow]:
    made = Slow(httpserver)
    httpserver.expect_request(re.compile(r"/\d")).respond_with_handler(made.answer)
    yield made
    for gate in made.gates:
        gate.set()


@pytest.fixture
def let_in(slow: Slow, browser: Browser, demo: str, signed_in: Callable[[str], Any]) -> str:
    """The path of that feed's page: its partner proposed it, a moderator let it in, the worker asks for its first page."""
    title = f"Flux lent {slow.number}"
    with browser.new_context(base_url=demo, storage_state=signed_in("coordinator")) as device:
        page = device.new_page()
        page.goto("/partners/new")
        page.get_by_label("Adresse du flux").fill(slow.url)
        page.get_by_label("Nom du flux").fill(title)
        page.get_by_role("button", name="Proposer ce flux").click()
        page.wait_for_url(re.compile("/partners/flux-lent"))
        path = page.url.removeprefix(demo)
    with browser.new_context(base_url=demo, storage_state=signed_in("moderator")) as device:
        page = device.new_page()
        page.goto("/moderation")
        case = page.locator("article").filter(has=page.get_by_role("link", name=title, exact=True))
        case.get_by_role("button", name="Accepter").click()
        page.wait_for_load_state()
    return path


def test_the_number_grows_without_a_reload_and_the_page_ends_with_the_run(
    slow: Slow,
    let_in: str,
    open_device: Callable[..., BrowserContext],
    signed_in: Callable[[str], Any],
) -> None:
    page = open_device(storage_state=signed_in("coordinator")).new_page()
    page.goto(let_in)
    page.evaluate(LISTEN)
    shown = page.locator("[data-progress]")
    expect(shown).to_have_text("Le fichier arrive…", timeout=SLOW)
    numbers = [growing(page, gate) for gate in slow.gates[:2]]
    assert 0 < numbers[0] < numbers[1] < 3 * PER_PAGE
    heard = page.evaluate("window.heard")
    assert 0 < len(heard) <= 2 and f"{numbers[1]} annonces lues" not in heard
    slow.gates[-1].set()
    expect(shown).to_have_count(0, timeout=SLOW)
    assert page.evaluate("window.heard") is None  # only now was the page loaded anew
    row = page.get_by_role("region", name="Les derniers passages").locator("tbody tr").first
    expect(row).to_contain_text("terminé")
    expect(row.locator("[data-label=Lues]")).to_have_text(str(3 * PER_PAGE))


def test_without_scripts_the_page_says_how_far_it_is_and_how_to_look_again(
    slow: Slow,
    let_in: str,
    open_device: Callable[..., BrowserContext],
    signed_in: Callable[[str], Any],
) -> None:
    options = {"storage_state": signed_in("coordinator"), "java_script_enabled": False}
    page = open_device(**options).new_page()
    page.goto(let_in)
    expect(page.locator("[data-progress]")).to_have_text(
        re.compile("La lecture commence|Le fichier arrive")
    )
    for gate in slow.gates:
        gate.set()
    again = page.get_by_role("link", name="Voir où en est la lecture")
    while again.count():
        again.click()
        page.wait_for_load_state()
    row = page.get_by_role("region", name="Les derniers passages").locator("tbody tr").first
    expect(row).to_contain_text("terminé")


def growing(page: Page, gate: Event) -> int:
    """How many records the page says once this gate is open: another number than before.

    The run notes it once a second at most, as often as the page looks: two looks later, the next batch is noted.
    """
    shown = page.locator("[data-progress]")
    before = shown.inner_text()
    for _ in range(2):
        with page.expect_response(re.compile("/progress$")):
            pass
    gate.set()
    expect(shown).not_to_have_text(before, timeout=SLOW)
    expect(shown).to_have_text(re.compile(r"^\d+ annonces lues$"), timeout=SLOW)
    return int(shown.inner_text().split()[0])

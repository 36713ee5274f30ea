"""`make pictures`: a screenshot of each main page at 390 and 1280 pixels, light and dark, into docs/pictures/."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.running import served_demo
from tests.browser.pages import feed_report
from tests.browser.walking import enter_in_one_click, open_a_card
from tests.browser.walking import sign_up as fill_in
from tests.browsing import launch

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = ((390, 844), (1280, 900))
OPENED: dict[str, Callable[[Page], object]] = {
    "home": lambda page: page.goto("/"),
    "search": lambda page: open_search(page),
    "offer": lambda page: open_offer(page),
    "signup": lambda page: sign_up(page),
    "association": lambda page: open_association(page),
    "sign-in": lambda page: page.goto("/sign-in"),
    "account": lambda page: enter(page, "volunteer", "/account"),
    "dashboard": lambda page: enter(page, "coordinator", "/dashboard"),
    "offer-form": lambda page: write_offer(page),
    "feed-check": lambda page: page.goto("/feeds/check"),
    "partner": lambda page: enter(page, "coordinator", "/partners/grand-carnet"),
    "feed-report": lambda page: feed_report(page),
    "moderation": lambda page: enter(page, "moderator", "/moderation"),
}


def main() -> None:
    """All pages, or those named on the command line."""
    wanted = sys.argv[1:] or list(OPENED)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with served_demo() as base, sync_playwright() as playwright:
        browser = launch(playwright)
        for width, height in SIZES:
            for scheme in ("light", "dark"):
                for name in wanted:
                    take(browser, base, name, width, height, scheme)
        browser.close()


def take(browser: Browser, base: str, name: str, width: int, height: int, scheme: str) -> None:
    """One picture of the first screen, in French."""
    context = browser.new_context(
        viewport={"width": width, "height": height},
        color_scheme=scheme,  # type: ignore[arg-type]
        locale="fr-FR",
        base_url=base,
        reduced_motion="reduce",
    )
    page = context.new_page()
    OPENED[name](page)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}-{scheme}-{width}.png")
    context.close()


def open_search(page: Page) -> None:
    """The list, and beside it where there is room the map with its markers."""
    page.goto("/search?place=Lyon")
    if page.locator(".search-grid__map").is_visible():
        page.locator(".leaflet-marker-icon").first.wait_for()


def open_offer(page: Page) -> None:
    """A dated offer of Lyon that is signed up for here."""
    page.goto("/search?place=Lyon&when=month&remote=no")
    open_a_card(page)


def sign_up(page: Page) -> None:
    """The page after the form."""
    open_offer(page)
    fill_in(page, "Lou", "lou@example.org")


def open_association(page: Page) -> None:
    """The association behind that offer."""
    open_offer(page)
    page.locator(".offer__who a").click()
    page.wait_for_url(re.compile("/associations/"))


def enter(page: Page, role: str, path: str) -> None:
    """Sign in as one of the demo's people, and go on."""
    enter_in_one_click(page, role)
    page.goto(path)


def write_offer(page: Page) -> None:
    """Posting an offer."""
    enter(page, "coordinator", "/dashboard")
    page.locator("main").get_by_role("link", name="Proposer un besoin").click()
    page.wait_for_url(re.compile("/offers/new"))


if __name__ == "__main__":
    main()

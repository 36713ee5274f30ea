"""`make pictures`: a screenshot of each main page at 390 and 1280 pixels, light and dark, into docs/pictures/."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from portal.demo.people import CAST
from tests.bench.running import served_demo
from tests.browsing import launch

FOLDER = Path(__file__).parent.parent / "docs" / "pictures"
SIZES = ((390, 844), (1280, 900))
OPENED: dict[str, Callable[[Page, str], object]] = {
    "home": lambda page, base: page.goto(f"{base}/"),
    "search": lambda page, base: page.goto(f"{base}/search?place=Lyon"),
    "offer": lambda page, base: open_offer(page, base),
    "signup": lambda page, base: sign_up(page, base),
    "association": lambda page, base: open_association(page, base),
    "sign-in": lambda page, base: page.goto(f"{base}/sign-in"),
    "account": lambda page, base: enter(page, base, "volunteer", "/account"),
    "dashboard": lambda page, base: enter(page, base, "coordinator", "/dashboard"),
    "moderation": lambda page, base: enter(page, base, "moderator", "/moderation"),
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
    size = {"width": width, "height": height}
    context = browser.new_context(viewport=size, color_scheme=scheme, locale="fr-FR")  # type: ignore[arg-type]
    page = context.new_page()
    OPENED[name](page, base)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=FOLDER / f"{name}-{scheme}-{width}.png")
    context.close()


def open_offer(page: Page, base: str) -> None:
    """A dated offer of Lyon that is signed up for here."""
    page.goto(f"{base}/search?place=Lyon&when=month&remote=no")
    cards = page.locator("article.card", has_text=re.compile("place"))
    cards.first.locator("h3 a").click()
    page.wait_for_url(re.compile(r"/offers/\d+-"))


def sign_up(page: Page, base: str) -> None:
    """The page after the form."""
    open_offer(page, base)
    page.get_by_label("Prénom").first.fill("Camille")
    page.get_by_label("Adresse e-mail").first.fill("camille@exemple.invalid")
    page.get_by_role("button", name=re.compile("Je m’inscris")).first.click()
    page.wait_for_url(re.compile("/signups/"))


def open_association(page: Page, base: str) -> None:
    """The association behind that offer."""
    open_offer(page, base)
    page.locator("main a[href^='/associations/']").first.click()
    page.wait_for_url(re.compile("/associations/"))


def enter(page: Page, base: str, who: str, path: str) -> None:
    """Sign in as one of the demo's people, in one click, and go on."""
    page.goto(f"{base}/sign-in")
    email = next(email for _name, email, role in CAST if role == who)
    page.locator(f"form:has(input[value='{email}']) button").click()
    page.wait_for_load_state("networkidle")
    page.goto(f"{base}{path}")


if __name__ == "__main__":
    main()

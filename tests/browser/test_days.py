"""Two days of one's own: a day that is chosen is the choice, another choice takes their place, all dates clear them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

pytestmark = pytest.mark.browser
YEAR = datetime.now(UTC).year + 1
FIRST, LAST = f"{YEAR}-01-01", f"{YEAR}-02-02"  # the same whether day or month is typed first
SAID = re.compile(rf"du \w+ 1er janvier {YEAR} au \w+ 2 février {YEAR}")
WIDE = {"width": 1280, "height": 900}


@pytest.fixture
def page(open_device: Callable[..., BrowserContext]) -> Page:
    return open_device(viewport=WIDE).new_page()


def test_days_are_typed_by_keyboard_and_nothing_is_asked_for_before_they_are_whole(
    page: Page,
) -> None:
    asked: list[dict[str, str]] = []
    page.goto("/search?place=Lyon")
    page.on("request", lambda one: asked.append(params(one.url)) if "/search?" in one.url else None)
    expect(page.locator("#f-from")).to_be_hidden()
    page.get_by_label("Toutes les dates").focus()
    page.keyboard.press("ArrowUp")  # from the first choice round to the last
    expect(page.get_by_label("Entre deux dates")).to_be_checked()
    page.keyboard.press("Tab")
    page.keyboard.type(f"0101{YEAR}")
    expect(understood(page)).to_contain_text("à partir du")
    page.get_by_label("Au", exact=True).focus()
    page.keyboard.type(f"0202{YEAR}")
    expect(understood(page)).to_contain_text(SAID)
    expect(page.get_by_label("Entre deux dates")).to_be_checked()
    from_on = {"place": "Lyon", "from": FIRST}
    assert asked == [from_on, {**from_on, "to": LAST}]
    assert params(page.url) == asked[-1]


def test_another_choice_takes_the_place_of_the_days_and_all_dates_clear_them(page: Page) -> None:
    page.goto(f"/search?place=Lyon&from={FIRST}&to={LAST}")
    page.get_by_label("Ce mois-ci").check()
    asks(page, place="Lyon", when="month")
    expect(page.locator(".understood__note")).to_have_count(0)
    expect(page.locator("#f-from")).to_be_hidden()
    page.get_by_label("Entre deux dates").check()
    page.get_by_label("Du", exact=True).fill(FIRST)
    asks(page, place="Lyon", **{"from": FIRST})
    page.get_by_label("Toutes les dates").check()
    asks(page, place="Lyon")
    expect(understood(page)).not_to_contain_text("à partir du")


def test_without_scripts_days_are_sent_by_the_form_and_undone_by_what_says_them(
    open_device: Callable[..., BrowserContext],
) -> None:
    page = open_device(viewport=WIDE, java_script_enabled=False).new_page()
    page.goto("/search?q=jardin")
    page.get_by_label("Entre deux dates").check()
    page.get_by_label("Du", exact=True).fill(FIRST)
    page.get_by_label("Au", exact=True).fill(LAST)
    page.get_by_role("button", name="Voir les résultats").click()
    expect(understood(page)).to_contain_text(SAID)
    expect(page.get_by_label("Au", exact=True)).to_have_value(LAST)
    page.get_by_label("Toutes les dates").check()
    page.get_by_role("button", name="Voir les résultats").click()
    expect(understood(page)).not_to_contain_text(SAID)
    page.go_back()
    understood(page).get_by_role("link", name=SAID).click()
    asks(page, q="jardin")


def asks(page: Page, **wanted: str) -> None:
    page.wait_for_url(lambda url: params(url) == wanted)


def params(url: str) -> dict[str, str]:
    """What an address asks for, but for the order."""
    return {name: value for name, value in parse_qsl(urlsplit(url).query) if name != "sort"}


def understood(page: Page) -> Locator:
    return page.locator("#understood")

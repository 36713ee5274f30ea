"""The same road with JavaScript turned off: search, sign up, confirm, cancel, like, share."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.walking import confirm, enter_in_one_click, open_a_card, sign_up

pytestmark = pytest.mark.browser


@pytest.fixture
def page(open_device: Callable[..., BrowserContext]) -> Page:
    """A page of a phone whose owner turned scripts off."""
    return open_device(java_script_enabled=False).new_page()


def test_one_finds_with_words_a_place_and_filters(page: Page) -> None:
    page.goto("/")
    page.locator("#place").fill("Lyon")
    page.get_by_role("button", name="Trouver").click()
    page.wait_for_url(re.compile(r"/search\?.*place=Lyon"))
    everywhere = number_in(page.locator("#search-status").inner_text())
    assert everywhere > 0
    page.locator("input[name=theme]").first.check()
    page.locator("#search-form button[type=submit]").click()
    page.wait_for_url(re.compile("theme="))
    some = number_in(page.locator("#search-status").inner_text())
    assert 0 < some < everywhere


def test_one_signs_up_and_cancels(page: Page) -> None:
    page.goto("/search?place=Lyon")
    open_a_card(page)
    sign_up(page, "Sacha", "sacha@example.org")
    confirm(page, "sacha@example.org", "Sacha")
    page.get_by_role("button", name="Je préviens que je ne viendrai pas").click()
    expect(page.locator("h1")).to_have_text("Inscription annulée")


def test_a_refused_form_says_what_to_write_and_keeps_what_was_typed(page: Page) -> None:
    page.goto("/search?place=Lyon")
    open_a_card(page)
    box = page.locator("#signup")
    box.get_by_label("Prénom").fill("Sacha")
    box.get_by_label("E-mail").fill("sacha chez example")
    box.get_by_role("button", name="Je m’inscris").click()
    expect(page.locator("#signup .summary")).to_contain_text("E-mail")
    expect(box.get_by_label("Prénom")).to_have_value("Sacha")
    expect(box.get_by_label("E-mail")).to_have_value("sacha chez example")
    expect(box.get_by_label("E-mail")).to_have_attribute("aria-invalid", "true")


def test_a_like_is_kept_on_the_device_and_taken_back(page: Page) -> None:
    page.goto("/search?place=Lyon")
    open_a_card(page)
    like = page.locator("form.like--big button")
    for pressed in ("true", "false"):
        like.click()
        page.wait_for_url(re.compile("/offers/"))
        expect(like).to_have_attribute("aria-pressed", pressed)


def test_one_shares_by_a_link_of_ones_own(page: Page) -> None:
    enter_in_one_click(page, "volunteer")
    page.goto("/search?place=Lyon")
    open_a_card(page)
    page.get_by_role("link", name=re.compile("inviter par e-mail")).click()
    page.wait_for_url(re.compile("/share"))
    make = page.get_by_role("button", name="Créer mon lien")
    if make.count():
        make.click()
        page.wait_for_load_state()
    own = page.get_by_label("Votre lien")
    expect(own).to_have_value(re.compile("/s/"))
    page.goto(own.input_value())
    page.wait_for_url(re.compile(r"/offers/\d+-.*by="))


def number_in(text: str) -> int:
    found = re.search(r"\d[\d\s  ]*", text)
    return int(re.sub(r"\D", "", found[0])) if found else 0

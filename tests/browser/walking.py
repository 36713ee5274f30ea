"""What people do on the road, each as they would: by what they read on the page."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from portal.demo.people import CAST
from tests.browser.mailbox import link_in, wait_for_mail

WITH_PLACES = re.compile(r"\d+ places?\b|Sans limite")
EMAILS = {role: email for _name, email, role in CAST}


def open_an_offer(page: Page) -> str:
    """From the home page to an offer near Lyon with places, signed up for here; returns its title."""
    page.goto("/")
    page.get_by_role("combobox", name="Où ?").fill("Lyo")
    page.get_by_role("option", name="Lyon").first.click()
    page.get_by_role("button", name="Trouver").click()
    page.wait_for_url(re.compile("/search"))
    return open_a_card(page)


def open_a_card(page: Page) -> str:
    """From a page of results to the first offer with places; returns its title."""
    link = page.locator("article.card").filter(has_text=WITH_PLACES).locator("h3 a").first
    title = link.inner_text()
    link.click()
    page.wait_for_url(re.compile(r"/offers/\d+-"))
    expect(page.locator("h1")).to_have_text(title)
    return title


def sign_up(page: Page, first_name: str, email: str) -> None:
    """Two fields, an age where it is asked, and a button."""
    box = page.locator("#signup")
    box.get_by_label("Prénom").fill(first_name)
    box.get_by_label("E-mail").fill(email)
    for age in box.get_by_label(
        re.compile(r"J’ai \d+ ans")
    ).all():  # the first offer of the day may ask for one
        age.check()
    box.get_by_role("button", name="Je m’inscris").click()
    page.wait_for_url(re.compile("/signups/"))
    expect(page.locator("main")).to_contain_text(email)


def confirm(page: Page, email: str, first_name: str) -> None:
    """Press the button of the mailed letter, and the one of the page behind it."""
    letter = wait_for_mail(page, email, "Confirmez")
    page.goto(link_in(letter, "/signups/"))
    # Whose network held ten places within the hour waits in line until then: the button asks for the address alone.
    page.get_by_role("button", name=re.compile("Je confirme (ma venue|mon adresse)")).click()
    expect(page.locator("h1")).to_contain_text(f"C’est noté, {first_name}")


def enter_by_mail(page: Page, email: str) -> None:
    """Sign in by the mailed link."""
    page.goto("/sign-in")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_role("button", name="Recevoir mon lien").click()
    letter = wait_for_mail(page, email, "lien")
    page.goto(link_in(letter, "/sign-in/link/"))
    page.get_by_role("button", name="Me connecter").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)


def enter_in_one_click(page: Page, role: str) -> None:
    """The demo's door for one of its people."""
    page.goto("/sign-in")
    page.locator(f"form:has(input[value='{EMAILS[role]}']) button").click()
    page.wait_for_url(lambda address: "/sign-in" not in address)

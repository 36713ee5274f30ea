"""The whole road in a real browser: find, sign up, confirm from the mailbox, like, invite; the friend signs up; an association posts."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from portal import clock
from portal.demo.people import CAST
from tests.browser.mailbox import link_in, wait_for_mail

pytestmark = pytest.mark.browser
COORDINATOR = next(email for _name, email, role in CAST if role == "coordinator")
MODERATOR = next(email for _name, email, role in CAST if role == "moderator")


def open_an_offer(page: Page) -> str:
    """From the home page to an offer with places, signed up for here; returns its title."""
    page.goto("/")
    page.get_by_label("Où ?").fill("France")
    page.get_by_label("Où ?").fill("")
    page.get_by_role("button", name="Trouver").click()
    page.wait_for_url(re.compile("/search"))
    card = (
        page.locator("article.card").filter(has_text=re.compile(r"\d+ places?\b|Sans limite")).first
    )
    title = card.locator("h3").inner_text()
    card.locator("h3 a").click()
    page.wait_for_url(re.compile(r"/offers/\d+-"))
    expect(page.locator("h1")).to_have_text(title)
    return title


def sign_up(page: Page, name: str, email: str) -> None:
    page.get_by_label("Prénom").first.fill(name)
    page.get_by_label(re.compile("e-mail")).first.fill(email)
    page.get_by_role("button", name=re.compile("Je m’inscris")).first.click()
    page.wait_for_url(re.compile("/signups/"))


def enter_by_mail(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.get_by_label("Adresse e-mail").fill(email)
    page.get_by_role("button", name="Recevoir mon lien").click()
    letter = wait_for_mail(page, email, "lien")
    page.goto(link_in(letter, "/sign-in/link/"))
    page.get_by_role("button", name="Me connecter").click()
    page.wait_for_load_state()


def enter_in_one_click(page: Page, email: str) -> None:
    page.goto("/sign-in")
    page.locator(f"form:has(input[value='{email}']) button").click()
    page.wait_for_load_state()


def test_a_visitor_becomes_a_volunteer_and_brings_a_friend(
    device: BrowserContext, friends_device: BrowserContext
) -> None:
    page = device.new_page()
    title = open_an_offer(page)
    address = page.url
    sign_up(page, "Lina", "lina@example.org")
    assert "lina@example.org" in page.locator("main").inner_text()
    letter = wait_for_mail(page, "lina@example.org", "Confirmez")
    page.goto(link_in(letter, "/signups/"))
    page.get_by_role("button", name=re.compile("confirme")).first.click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text(re.compile("confirm", re.IGNORECASE))
    wait_for_mail(page, "lina@example.org", title)

    enter_by_mail(page, "lina@example.org")
    page.goto(address)
    like = page.locator("form.like--big button").first
    like.click()
    expect(page.locator("form.like--big button").first).to_have_attribute("aria-pressed", "true")

    offer_id = re.search(r"/offers/(\d+)", address)
    assert offer_id is not None
    page.goto(f"/offers/{offer_id[1]}/invitations")
    page.locator("textarea, input[type=email], input[name^=emails]").first.fill("noe@example.org")
    page.locator("main form button").first.click()
    page.wait_for_load_state()
    send = page.get_by_role("button", name=re.compile("[Ee]nvoyer"))
    if send.count():
        send.first.click()
        page.wait_for_load_state()

    friend = friends_device.new_page()
    letter = wait_for_mail(friend, "noe@example.org", title)
    friend.goto(link_in(letter, "/offers/"))
    expect(friend.locator("main")).to_contain_text("Lina")
    sign_up(friend, "Noé", "noe@example.org")
    letter = wait_for_mail(friend, "noe@example.org", "Confirmez")
    friend.goto(link_in(letter, "/signups/"))
    friend.get_by_role("button", name=re.compile("confirme")).first.click()
    expect(friend.locator("main")).to_contain_text(re.compile("confirm", re.IGNORECASE))


def test_an_association_posts_an_offer_and_sees_who_comes(
    device: BrowserContext, friends_device: BrowserContext
) -> None:
    page = device.new_page()
    enter_in_one_click(page, COORDINATOR)
    page.goto("/dashboard")
    page.get_by_role("link", name="Proposer un besoin").last.click()
    page.wait_for_url(re.compile("/offers/new"))
    page.get_by_label("Titre").fill("Repeindre le local avec nous")
    page.get_by_label("Ce que feront les bénévoles").fill(
        "On ponce, on peint, on partage le repas de midi."
    )
    page.get_by_label("Environnement").check()
    page.get_by_label("Ville ou code postal").fill("Lyon")
    page.locator("[name=shifts-0-on]").fill((clock.today() + timedelta(3)).isoformat())
    page.locator("[name=shifts-0-starts]").fill("09:00")
    page.locator("[name=shifts-0-ends]").fill("12:00")
    page.locator("[name=shifts-0-capacity]").fill("4")
    page.get_by_role("button", name="Mettre en ligne").click()
    page.wait_for_url(re.compile("/offers$"))

    volunteer = friends_device.new_page()
    for _ in range(40):
        volunteer.goto("/search?q=repeindre&place=Lyon")
        found = volunteer.get_by_role("link", name="Repeindre le local avec nous")
        if found.count():
            break
        volunteer.wait_for_timeout(250)
    found.first.click()
    volunteer.wait_for_url(re.compile(r"/offers/\d+-"))
    sign_up(volunteer, "Maya", "maya@example.org")

    page.goto("/dashboard")
    expect(page.locator("main")).to_contain_text("Maya")


def test_a_moderator_reads_the_queue(device: BrowserContext) -> None:
    page = device.new_page()
    enter_in_one_click(page, MODERATOR)
    page.goto("/moderation")
    expect(page.locator("h1")).to_have_text("Modération")

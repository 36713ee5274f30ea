"""The whole road in a real browser: find, sign up, confirm from the mailbox, like, invite; the friend signs up; an association
posts an offer, sees who comes and ticks who came; a moderator lets an offer in."""

from __future__ import annotations

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from portal import clock
from tests.browser.mailbox import link_in, wait_for_mail
from tests.browser.walking import (
    confirm,
    enter_by_mail,
    enter_in_one_click,
    open_an_offer,
    sign_up,
)

pytestmark = pytest.mark.browser


def test_a_visitor_becomes_a_volunteer_and_brings_a_friend(
    device: BrowserContext, friends_device: BrowserContext
) -> None:
    page = device.new_page()
    title = open_an_offer(page)
    address = page.url
    sign_up(page, "Lina", "lina@example.org")
    confirm(page, "lina@example.org", "Lina")
    wait_for_mail(page, "lina@example.org", f"C’est noté : {title}")

    enter_by_mail(page, "lina@example.org")
    page.goto(address)
    like = page.locator("form.like--big button")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    invite(page, "noe@example.org")

    friend = friends_device.new_page()
    letter = wait_for_mail(friend, "noe@example.org", "Lina vous invite")
    friend.goto(link_in(letter, "/invitations/"))
    expect(friend.locator("h1")).to_have_text(title)
    expect(friend.locator("main")).to_contain_text("Lina vous propose de venir ensemble")
    sign_up(friend, "Noé", "noe@example.org")
    confirm(friend, "noe@example.org", "Noé")

    page.goto("/account")
    expect(page.get_by_role("link", name=title).first).to_be_visible()


def test_an_association_posts_an_offer_sees_who_comes_and_ticks_who_came(
    device: BrowserContext, friends_device: BrowserContext
) -> None:
    page, title = device.new_page(), "Repeindre le local avec nous"
    enter_in_one_click(page, "coordinator")
    page.goto("/dashboard")
    page.locator("main").get_by_role("link", name="Proposer un besoin").click()
    page.wait_for_url(re.compile("/offers/new"))
    post(page, title)

    volunteer = friends_device.new_page()
    find(volunteer, title)
    sign_up(volunteer, "Maya", "maya@example.org")
    confirm(volunteer, "maya@example.org", "Maya")

    page.goto("/dashboard")
    maya = page.locator("li.person").filter(has_text="Maya")
    expect(maya).to_have_count(1)
    came = maya.get_by_role("button", name="Présence")
    with page.expect_response(re.compile("/attendance")) as answer:
        came.click()
    assert answer.value.ok
    page.reload()
    expect(came).to_have_attribute("aria-pressed", "true")


def test_a_moderator_lets_a_pending_offer_in(
    device: BrowserContext, friends_device: BrowserContext
) -> None:
    page, somebody = device.new_page(), friends_device.new_page()
    enter_in_one_click(page, "moderator")
    page.goto("/moderation?kind=new")
    case = page.locator("article.case").first
    link = case.locator("h2 a")
    title, address = link.inner_text(), str(link.get_attribute("href"))
    before = somebody.goto(address)
    assert before is not None
    assert before.status == 404
    case.get_by_role("button", name="Approuver").click()
    expect(page.locator("main")).to_contain_text("C’est approuvé.")
    expect(page.locator("article.case h2").filter(has_text=title)).to_have_count(0)
    after = somebody.goto(address)
    assert after is not None
    assert after.status in (200, 410)  # 410 when the demo's dates of it are over


def invite(page: Page, email: str) -> None:
    """From an offer's page, by mail, with the message in sight."""
    page.get_by_role("link", name=re.compile("inviter par e-mail")).click()
    page.wait_for_url(re.compile("/share"))
    expect(page.locator("blockquote.letter")).to_contain_text("a pensé à vous")
    page.get_by_label("Adresses de vos amis").fill(email)
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.locator("main")).to_contain_text("L’invitation part.")


def post(page: Page, title: str) -> None:
    """An offer in Lyon that starts within the hour, so that the ticks of presence are open."""
    start = clock.now().astimezone(ZoneInfo("Europe/Paris")) + timedelta(minutes=30)
    page.get_by_label("Titre").fill(title)
    page.get_by_label("Ce que feront les bénévoles").fill(
        "On ponce, on peint, et on partage le repas qui suit."
    )
    page.get_by_label("Environnement").check()
    page.locator("#place").fill("Lyon")
    page.locator("[name=shifts-0-on]").fill(start.date().isoformat())
    page.locator("[name=shifts-0-starts]").fill(f"{start:%H:%M}")
    page.locator("[name=shifts-0-ends]").fill(f"{start + timedelta(hours=2):%H:%M}")
    page.locator("[name=shifts-0-capacity]").fill("4")
    page.get_by_role("button", name="Mettre en ligne").click()
    page.wait_for_url(re.compile("/offers$"))
    expect(page.locator("main")).to_contain_text(title)


def find(page: Page, title: str) -> None:
    """Search until the worker has put the offer into the index, and open it."""
    for _ in range(120):
        page.goto("/search?q=repeindre+le+local&place=Lyon")
        found = page.get_by_role("link", name=title)
        if found.count():
            found.first.click()
            page.wait_for_url(re.compile(r"/offers/\d+-"))
            return
        page.wait_for_timeout(250)
    raise AssertionError(f"{title!r} never came into the index")

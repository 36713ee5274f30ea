"""The pages that every visitor may meet, who sees each, and how one gets there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.mailbox import link_in, wait_for_mail
from tests.browser.walking import open_a_card, sign_up

FAULTY = Path(__file__).parent.parent / "formats" / "samples" / "engagement_bad.xml"
NEAR = "/search?place=Lyon&when=month&remote=no"


@dataclass(frozen=True)
class Seen:
    """A page: its name, the role of who sees it ("" for anybody), and the way there."""

    name: str
    role: str
    go: Callable[[Page], object]


def at(path: str) -> Callable[[Page], object]:
    """By its address."""
    return lambda page: page.goto(path)


def swapped(page: Page) -> None:
    """The list of results after a filter was ticked and htmx put the new one in."""
    page.goto("/search?place=Lyon")
    with page.expect_response(re.compile("theme=")):
        page.evaluate("document.querySelector('[name=theme]').click()")
    page.wait_for_url(re.compile("theme="))


def two_days(page: Page) -> None:
    """The choice of two days, on a phone in the sheet of filters."""
    page.goto("/search?place=Lyon&to=2099-12-31")
    sheet = page.get_by_role("button", name="Filtres")
    if sheet.is_visible():
        sheet.click()
    page.locator("#f-to").wait_for()


def nothing_found(page: Page) -> None:
    """A search that finds nothing, which says what would."""
    page.goto("/search?q=xylophoniste+introuvable&place=Lyon&radius=2")


def offer(page: Page) -> None:
    """An offer that is signed up for here."""
    page.goto(NEAR)
    open_a_card(page)


def refused(page: Page) -> None:
    """An offer's page after a form that was sent empty."""
    offer(page)
    page.get_by_role("button", name="Je m’inscris").click()
    page.locator("#signup .summary").wait_for()


def attempt(page: Page) -> None:
    """What comes after the form."""
    offer(page)
    sign_up(page, "Ali", "ali@example.org")


def association(page: Page) -> None:
    """Who is behind an offer."""
    offer(page)
    page.locator(".offer__who a").click()
    page.wait_for_url(re.compile("/associations/"))


def share(page: Page) -> None:
    """Every way of sharing an offer."""
    offer(page)
    page.get_by_role("link", name=re.compile("inviter par e-mail")).click()
    page.wait_for_url(re.compile("/share"))


def flag(page: Page) -> None:
    """Saying that something is wrong with an offer."""
    offer(page)
    page.get_by_role("link", name="Signaler un problème").click()
    page.wait_for_url(re.compile("/flags"))


def alert_asked(page: Page) -> None:
    """What comes after asking for an alert."""
    page.goto("/search?place=Lyon")
    page.locator(".alert-box").get_by_label("Votre adresse e-mail").fill("lou@example.org")
    page.get_by_role("button", name="Prévenez-moi").click()
    expect(page.locator("h1")).to_have_text("Plus qu’un clic")


def alert(page: Page) -> None:
    """An alert's own page, once its owner has pressed the mailed button."""
    alert_asked(page)
    page.goto(link_in(wait_for_mail(page, "lou@example.org", "alerte"), "/alerts/"))
    press = page.get_by_role("button", name="Prévenez-moi")
    if press.count():
        press.click()
    expect(page.locator("h1")).to_have_text("Nous vous préviendrons")


def own_signup(page: Page) -> None:
    """A signup's own page, from the account."""
    page.goto("/account")
    page.locator("main a[href^='/signups/']").first.click()
    page.wait_for_url(re.compile("/signups/"))


def dashboard(tail: str) -> Callable[[Page], object]:
    """A page of the association's dashboard."""

    def go(page: Page) -> None:
        page.goto("/dashboard")
        page.wait_for_url(re.compile("/dashboard/"))
        if tail:
            page.goto(page.url + tail)
        expect(page.locator("h1")).to_be_visible()

    return go


def feed_report(page: Page) -> None:
    """The report of a feed with something to correct, from a file."""
    page.goto("/feeds/check")
    page.set_input_files("#file", FAULTY)
    page.get_by_role("button", name="Voir le rapport").click()
    expect(page.get_by_role("heading", name="Ce qu’il faut corriger")).to_be_visible()


def partner_run(page: Page) -> None:
    """The last run of a partner's feed."""
    page.goto("/partners/grand-carnet")
    page.locator("a[href*='/runs/']").last.click()
    page.wait_for_url(re.compile(r"/runs/\d+$"))


def partner_ids(page: Page) -> None:
    """What a table of old and new ids would do to a partner's feed."""
    page.goto("/partners/grand-carnet/ids")
    page.get_by_label("La table des identifiants").fill("inconnu;x\nseul;\n")
    page.get_by_role("button", name="Voir ce que cela ferait").click()
    expect(page.get_by_role("heading", name="Ce que la table ferait")).to_be_visible()


def questions(page: Page) -> None:
    """The feeds that wait for a moderator, every fold open."""
    page.goto("/moderation")
    expect(page.get_by_role("heading", name="Flux qui attendent un avis")).to_be_visible()
    page.evaluate("document.querySelectorAll('main details').forEach(one => { one.open = true; })")


PAGES = (
    Seen("home", "", at("/")),
    Seen("search", "", at("/search?place=Lyon")),
    Seen("search-swapped", "", swapped),
    Seen("search-days", "", two_days),
    Seen("search-empty", "", nothing_found),
    Seen("alert-asked", "", alert_asked),
    Seen("alert", "", alert),
    Seen("theme", "", at("/themes/environment")),
    Seen("offer", "", offer),
    Seen("offer-refused", "", refused),
    Seen("signup-attempt", "", attempt),
    Seen("share", "", share),
    Seen("flag", "", flag),
    Seen("association", "", association),
    Seen("association-new", "", at("/associations/new")),
    Seen("sign-in", "", at("/sign-in")),
    Seen("feed-check", "", at("/feeds/check")),
    Seen("feed-report", "", feed_report),
    Seen("feed-formats", "", at("/feeds/formats")),
    Seen("feed-format", "", at("/feeds/formats/table")),
    Seen("help", "", at("/help")),
    Seen("about", "", at("/about")),
    Seen("privacy", "", at("/privacy")),
    Seen("accessibility", "", at("/accessibility")),
    Seen("terms", "", at("/terms")),
    Seen("source", "", at("/source")),
    Seen("mailbox", "", at("/demo/mailbox")),
    Seen("not-found", "", at("/offers/999999999")),
    Seen("widget", "", at("/widget?place=Lyon&view=map")),
    Seen("widget-builder", "", at("/widget/new")),
    Seen("account", "volunteer", at("/account")),
    Seen("own-signup", "volunteer", own_signup),
    Seen("share-signed-in", "volunteer", share),
    Seen("erase", "volunteer", at("/account/erase")),
    Seen("today", "coordinator", dashboard("")),
    Seen("people", "coordinator", dashboard("/people")),
    Seen("offers", "coordinator", dashboard("/offers")),
    Seen("team", "coordinator", dashboard("/team")),
    Seen("settings", "coordinator", dashboard("/settings")),
    Seen("offer-form", "coordinator", dashboard("/offers/new")),
    Seen("partner-feeds", "coordinator", at("/partners")),
    Seen("partner-feed", "coordinator", at("/partners/grand-carnet")),
    Seen("partner-offers", "coordinator", at("/partners/grand-carnet/offers")),
    Seen("partner-ids", "coordinator", at("/partners/grand-carnet/ids")),
    Seen("partner-ids-seen", "coordinator", partner_ids),
    Seen("partner-run", "coordinator", partner_run),
    Seen("partner-new", "volunteer", at("/partners/new")),
    Seen("partner-none", "volunteer", at("/partners")),
    Seen("moderation", "moderator", at("/moderation")),
    Seen("moderation-feeds", "moderator", questions),
    Seen("partner-suspect", "moderator", at("/partners/flux-douteux")),
    Seen("partner-lookup", "moderator", at("/partners/flux-douteux/offers?q=veiller")),
    Seen("partner-lookup-refused", "moderator", at("/partners/flux-douteux/offers?q=sansfin")),
    Seen(
        "partner-lookup-none", "moderator", at(f"/partners/flux-douteux/offers?q={'jamais' * 30}")
    ),
)

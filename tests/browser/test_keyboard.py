"""With the keyboard alone: everything is reached, the focus is seen at each stop, and nothing traps it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.pages import PAGES, Seen
from tests.browser.walking import open_a_card

pytestmark = pytest.mark.browser
NAMES = {"home", "search", "offer", "today", "alert", "feed-check", "feed-report"}
PARTNERS = {"partner-feed", "partner-run", "partner-ids", "partner-ids-seen"}
WALKED = [seen for seen in PAGES if seen.name in NAMES | PARTNERS]
MOST_STOPS = 400
# Elements that a person can use, as they are on the screen; of a group of radio buttons the keyboard stops at one.
USABLE = """() => {
    const all = [...document.querySelectorAll(
        "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]"
    )].filter(one => !one.disabled && one.tabIndex >= 0
        && one.checkVisibility({visibilityProperty: true}) && !one.closest("[inert], dialog:not([open])"));
    all.forEach((one, n) => { one.dataset.stop = one.type === "radio" ? `radio ${one.name}` : String(n); });
    return [...new Set(all.map(one => one.dataset.stop))];
}"""
# Where the focus is, and whether it can be seen: an outline or a ring, on something that nothing covers.
HERE = """() => {
    const one = document.activeElement;
    if (!one || one === document.body || !one.dataset.stop) return null;
    const box = one.getBoundingClientRect();
    const drawn = [one, one.closest("label"), one.nextElementSibling, one.parentElement,
            one.closest("article"), one.closest("[class*=search-box]")]
        .filter(Boolean).map(each => [getComputedStyle(each), getComputedStyle(each, "::after")]).flat();
    const inked = [...one.querySelectorAll("path")].map(each => getComputedStyle(each));  // a part of the map of links
    const isRinged = drawn.some(style => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2)
        || inked.some(style => one.ownerSVGElement && parseFloat(style.strokeWidth) >= 2);
    const isOnScreen = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
    const x = Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1);
    const y = Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1);
    const over = document.elementFromPoint(x, y);
    const isBare = !over || one.contains(over) || over.contains(one)
        || (one.ownerSVGElement?.contains(over) ?? false) || !!over.closest("label")?.contains(one);
    return {stop: one.dataset.stop, isSeen: isRinged && isOnScreen && isBare, html: one.outerHTML.slice(0, 140)};
}"""


@pytest.mark.parametrize("width", (390, 1280))
@pytest.mark.parametrize("seen", WALKED, ids=lambda seen: seen.name)
def test_the_keyboard_reaches_everything_and_the_focus_is_seen(
    open_device: Callable[..., BrowserContext],
    signed_in: Callable[[str], Any],
    seen: Seen,
    width: int,
) -> None:
    size = {"width": width, "height": 800}
    device = open_device(viewport=size, storage_state=signed_in(seen.role), reduced_motion="reduce")
    page = device.new_page()
    seen.go(page)
    page.wait_for_load_state("networkidle")
    wanted = set(page.evaluate(USABLE))
    reached, unseen = walk(page)
    names = {stop: page.locator(f'[data-stop="{stop}"]').first for stop in wanted - reached}
    assert [str(one.evaluate("e => e.outerHTML.slice(0, 140)")) for one in names.values()] == []
    assert unseen == []


def test_a_focus_that_is_not_drawn_would_be_seen(device: BrowserContext) -> None:
    """The negative control."""
    page = device.new_page()
    page.goto("/about")
    page.evaluate(USABLE)
    page.evaluate("document.querySelectorAll('a').forEach(one => { one.style.outline = 'none'; })")
    _reached, unseen = walk(page)
    assert unseen


def test_the_skip_link_leads_past_the_menu(device: BrowserContext) -> None:
    page = device.new_page()
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    expect(page.locator("a.skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()


def test_one_signs_up_without_a_mouse(device: BrowserContext) -> None:
    page = device.new_page()
    page.goto("/search?place=Lyon&when=month&remote=no")
    open_a_card(page)
    page.get_by_label("Prénom").focus()
    page.keyboard.type("Yaël")
    page.keyboard.press("Tab")
    page.keyboard.type("yael@example.org")
    if page.locator("#is_old_enough").count():  # the first offer of the day may ask for an age
        page.keyboard.press("Tab")
        page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.wait_for_url("**/signups/**")
    expect(page.locator("h1")).to_contain_text("Yaël")


def test_the_form_stands_on_a_phones_first_screen(device: BrowserContext) -> None:
    """Everything required, and the button, without scrolling at 390 x 700: on every offer of the first page of results."""
    page = device.new_page()
    page.goto("/search?place=Lyon&remote=no")
    links = page.locator("article.card").filter(has_not_text="chez le partenaire").locator("h3 a")
    paths = [str(link.get_attribute("href")) for link in links.all()]
    assert paths
    below = {}
    for path in paths[:12]:
        page.goto(path)
        for part in ("#first_name", "#email", "#signup form.form > .button--main"):
            box = page.locator(part).bounding_box()
            assert box is not None
            if box["y"] + box["height"] > 700:
                below[path] = round(box["y"] + box["height"])
    assert below == {}


def walk(page: Page) -> tuple[set[str], list[str]]:
    """Press Tab to the end of the page: the stops that were reached, and those whose focus cannot be seen."""
    reached: set[str] = set()
    unseen: list[str] = []
    page.evaluate("document.activeElement?.blur()")
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(HERE)
        if here is None:
            if reached:
                return reached, unseen
            continue
        if here["stop"] in reached:
            return reached, unseen
        reached.add(here["stop"])
        if not here["isSeen"]:
            unseen.append(here["html"])
    raise AssertionError("the focus never came to the end of the page")

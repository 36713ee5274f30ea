"""The completion of words and places, as the ARIA pattern of a combobox wants it: by keyboard, by finger, and heard."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, Route, expect

pytestmark = pytest.mark.browser
TOWNS = [{"value": f"Lieu {n} (Rhône)", "text": f"Lieu {n}", "more": "Rhône"} for n in range(8)]
# Everything that the page's live regions say, in order.
LISTEN = """() => {
    window.heard = [];
    for (const region of document.querySelectorAll("[role=status], [aria-live]"))
        new MutationObserver(() => region.textContent.trim() && window.heard.push(region.textContent.trim()))
            .observe(region, { childList: true, characterData: true, subtree: true });
}"""
# By then the page has done whatever it does with an answer.
SOON = "() => new Promise(done => setTimeout(done, 100))"
# Without either guard: every request is the one that is wanted, and none is ever given up.
NO_GUARD = "const one = { abort() {} }; window.AbortController = function () { return one; };"


@pytest.fixture
def page(device: BrowserContext) -> Page:
    """The home page on a phone, its towns answered at once and always the same."""
    opened = device.new_page()
    opened.route("**/places?*", lambda route: route.fulfill(json=TOWNS))
    opened.goto("/")
    return opened


def field(page: Page) -> Locator:
    return page.get_by_role("combobox", name="Où ?")


def options(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Où ?").get_by_role("option")


def opened(page: Page, text: str = "Li") -> Locator:
    """The field with its list of eight."""
    where = field(page)
    where.press_sequentially(text)
    expect(options(page)).to_have_count(8)
    return where


def active(page: Page) -> str:
    """The text of the option that the field calls the active one, which alone must be selected; "" for none."""
    return str(
        page.evaluate("""() => {
            const field = document.getElementById("place");
            const named = field.getAttribute("aria-activedescendant");
            const selected = [...document.querySelectorAll("[role=option][aria-selected=true]")];
            if (!named) return selected.length ? "selected, and not active" : "";
            return selected.length === 1 && selected[0].id === named ? selected[0].firstChild.textContent : "not the selected one";
        }""")
    )


def test_the_field_says_what_it_is_and_whether_its_list_is_open(page: Page) -> None:
    where = field(page)
    expect(where).to_have_attribute("aria-autocomplete", "list")
    expect(where).to_have_attribute("aria-expanded", "false")
    listed = page.locator(f"#{where.get_attribute('aria-controls')}")
    expect(listed).to_have_role("listbox")
    expect(listed).to_be_hidden()
    opened(page)
    expect(where).to_have_attribute("aria-expanded", "true")
    expect(listed).to_be_visible()
    expect(where).to_be_focused()
    assert active(page) == ""


def test_arrows_walk_round_and_the_focus_stays_in_the_field(page: Page) -> None:
    where = opened(page)
    seen = []
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowDown"):
        where.press(key)
        seen.append(active(page))
    assert seen == ["Lieu 0", "Lieu 1", "Lieu 0", "Lieu 7", "Lieu 0"]
    expect(where).to_be_focused()
    expect(where).to_have_value("Li")


@pytest.mark.parametrize("key", ["Home", "End", "ArrowLeft", "ArrowRight"])
def test_moving_in_the_text_leaves_the_list(page: Page, key: str) -> None:
    where = opened(page)
    where.press("ArrowDown")
    where.press(key)
    assert active(page) == ""
    caret = where.evaluate("one => one.selectionStart")
    assert caret == {"Home": 0, "End": 2, "ArrowLeft": 1, "ArrowRight": 2}[key]


def test_enter_chooses_and_does_not_send_the_form(page: Page) -> None:
    where = opened(page)
    where.press("ArrowDown")
    where.press("Enter")
    expect(where).to_have_value("Lieu 0 (Rhône)")
    expect(where).to_have_attribute("aria-expanded", "false")
    expect(where).not_to_have_attribute("aria-activedescendant", re.compile("."))
    assert page.url.endswith("/")
    where.press("Enter")
    page.wait_for_url(re.compile(r"/search\?.*place=Lieu"))


def test_enter_without_a_choice_sends_what_was_typed_and_closes_the_list(
    device: BrowserContext,
) -> None:
    page = device.new_page()
    page.route("**/places?*", lambda route: route.fulfill(json=TOWNS))
    page.goto("/search")
    where = opened(page, "Lyon")
    where.press("Enter")
    page.wait_for_url(re.compile("place=Lyon"))  # htmx swaps in place: the field and its list stay
    expect(where).to_have_attribute("aria-expanded", "false")
    expect(options(page)).to_have_count(0)


def test_escape_closes_and_keeps_what_was_typed(page: Page) -> None:
    where = opened(page)
    where.press("ArrowDown")
    where.press("Escape")
    expect(where).to_have_attribute("aria-expanded", "false")
    expect(where).to_have_value("Li")
    expect(where).to_be_focused()
    assert active(page) == ""


def test_tab_moves_on(page: Page) -> None:
    where = opened(page)
    where.press("Tab")
    expect(where).not_to_be_focused()
    expect(where).to_have_attribute("aria-expanded", "false")
    expect(where).to_have_value("Li")


def test_a_click_chooses_and_the_focus_stays(page: Page) -> None:
    where = opened(page)
    options(page).nth(3).click()
    expect(where).to_have_value("Lieu 3 (Rhône)")
    expect(where).to_be_focused()
    expect(where).to_have_attribute("aria-expanded", "false")


def test_how_many_there_are_is_said_once(page: Page) -> None:
    page.evaluate(LISTEN)
    where = opened(page)
    with page.expect_response(re.compile("q=Lie$")):
        where.press("e")
    where.press("ArrowDown")
    page.unroute("**/places?*")
    page.route("**/places?*", lambda route: route.fulfill(json=TOWNS[:1]))
    where.press("u")
    expect(options(page)).to_have_count(1)
    page.unroute("**/places?*")
    page.route("**/places?*", lambda route: route.fulfill(json=[]))
    where.press("x")
    expect(where).to_have_attribute("aria-expanded", "false")
    assert page.evaluate("heard") == ["8 lieux proposés", "1 lieu proposé", "Aucun lieu de ce nom"]


def late_answers(page: Page) -> list[str]:
    """What stands in the list when the answer to "Li" comes after the one to "Lil"."""
    held: list[Route] = []
    page.unroute("**/places?*")
    page.route("**/places?q=Li", lambda route: held.append(route))
    page.route("**/places?q=Lil", lambda route: route.fulfill(json=[{"value": "Lille"}]))
    where = field(page)
    with page.expect_request("**/places?q=Li"):
        where.press_sequentially("Li")
    where.press("l")
    expect(options(page)).to_have_text(["Lille"])
    held[0].fulfill(json=[{"value": "Limoges"}])
    # Whatever the late answer does, it has done before a later one is shown in another field.
    page.get_by_role("combobox", name="Quoi ?").evaluate(
        "() => new Promise(done => setTimeout(done, 100))"
    )
    return options(page).all_inner_texts()


def test_a_late_answer_never_replaces_a_newer_one(page: Page) -> None:
    assert late_answers(page) == ["Lille"]


def test_control_without_the_guard_the_late_answer_stands(device: BrowserContext) -> None:
    page = device.new_page()
    page.add_init_script(NO_GUARD)
    page.goto("/")
    assert late_answers(page) == ["Limoges"]


def test_an_answer_that_comes_after_escape_opens_nothing(page: Page) -> None:
    held: list[Route] = []
    page.unroute("**/places?*")
    page.route("**/places?*", lambda route: held.append(route))
    where = field(page)
    with page.expect_request("**/places?q=Li"):
        where.press_sequentially("Li")
    where.press("Tab")
    where.focus()
    held[0].fulfill(json=TOWNS)
    page.evaluate(SOON)
    expect(where).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("path", ["/", "/search"])
@pytest.mark.parametrize("name", ["Où ?", "Quoi ?"])
def test_on_a_phone_the_list_stays_on_the_screen(
    device: BrowserContext, path: str, name: str
) -> None:
    page = device.new_page()
    long = [{"value": f"Saint-Remy-en-Bouzemont-Saint-Genest-et-Isson {n} (Marne)", "more": "Marne"} for n in range(8)]  # fmt: skip
    page.route(re.compile(r"/(places|words)\?"), lambda route: route.fulfill(json=long))
    page.goto(path)
    where = page.get_by_role("combobox", name=name)
    where.press_sequentially("saint")
    box_of = page.get_by_role("listbox", name=name)
    expect(box_of.get_by_role("option")).to_have_count(8)
    box, own = box_of.bounding_box(), where.bounding_box()
    assert box is not None and own is not None
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    assert own["y"] >= 0 and box["y"] + box["height"] <= 700
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert all(h >= 43.9 for h in box_of.get_by_role("option").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)"))  # fmt: skip


def test_the_servers_own_words_and_places_fill_the_lists(device: BrowserContext) -> None:
    page = device.new_page()
    page.goto("/")
    page.get_by_role("combobox", name="Quoi ?").press_sequentially("jard")
    words = page.get_by_role("listbox", name="Quoi ?").get_by_role("option")
    expect(words.first).to_contain_text("jardin")
    page.get_by_role("combobox", name="Où ?").press_sequentially("saint-den")
    expect(options(page).first).to_contain_text("Saint-Denis")


def test_without_scripts_a_name_of_several_places_is_resolved_and_its_rivals_are_links(
    open_device: Callable[..., BrowserContext],
) -> None:
    page = open_device(java_script_enabled=False).new_page()
    page.goto("/")
    page.locator("#place").fill("Saint-Denis")
    page.get_by_role("button", name="Trouver").click()
    page.wait_for_url(re.compile("place=Saint-Denis"))
    understood = page.locator("#understood")
    expect(understood).to_contain_text("Saint-Denis (La Réunion)")
    rivals: Any = understood.get_by_role("link", name="Saint-Denis (Seine-Saint-Denis)")
    rivals.click()
    expect(understood).to_contain_text("à moins de 10 km de Saint-Denis (Seine-Saint-Denis)")
    expect(page.locator("#place")).to_have_value("Saint-Denis (Seine-Saint-Denis)")

"""What holds on every page, in a real browser: axe finds nothing, light and dark, wide and narrow; nothing scrolls sideways."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.pages import PAGES, Seen

pytestmark = pytest.mark.browser
# axe-core 4.14.1 (npm, MPL-2.0): vendor/axe.min.js, used by tests only and never shipped.
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text(encoding="utf-8")
STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
COLOURS = ("color-contrast",)  # all that can change between the two themes
HEIGHTS = {390: 844, 1280: 900}
NARROWEST = 320


@pytest.mark.parametrize("width", HEIGHTS)
@pytest.mark.parametrize("seen", PAGES, ids=lambda seen: seen.name)
def test_axe_finds_nothing_in_either_theme_and_nothing_scrolls_sideways(
    open_device: Callable[..., BrowserContext],
    signed_in: Callable[[str], Any],
    seen: Seen,
    width: int,
) -> None:
    size = {"width": width, "height": HEIGHTS[width]}
    device = open_device(viewport=size, storage_state=signed_in(seen.role), reduced_motion="reduce")
    page = device.new_page()
    seen.go(page)
    page.evaluate(AXE)
    found = [f"light: {fault}" for fault in faults(page, STANDARDS)]
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in faults(page, COLOURS)]
    assert "\n".join(found) == ""
    if width == min(HEIGHTS):
        page.set_viewport_size({"width": NARROWEST, "height": 700})
        assert sticking_out(page) == []


def faults(page: Page, rules: tuple[str, ...]) -> list[str]:
    """What axe says against the page once every change of colour has ended: rule, element, reason."""
    page.evaluate("() => Promise.allSettled(document.getAnimations().map(one => one.finished))")
    options = {"runOnly": list(rules), "resultTypes": ["violations"]}
    answer = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{violation['id']}: {node['html'][:160]} — {node['failureSummary']}"
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]


def sticking_out(page: Page) -> list[str]:
    """The elements that make the page scroll sideways."""
    found: list[str] = page.evaluate(
        """() => {
            const wide = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= wide) return [];
            return [...document.querySelectorAll("body *")]
                .filter(one => one.getBoundingClientRect().right > wide + 1)
                .map(one => one.outerHTML.slice(0, 160));
        }"""
    )
    return found


def test_axe_would_find_a_picture_without_words_and_pale_text(
    open_device: Callable[..., BrowserContext],
) -> None:
    """The negative control: the same check on a page that is wrong."""
    page = open_device().new_page()
    page.goto("/about")
    page.evaluate(
        """() => {
            const main = document.querySelector("main");
            const image = document.createElement("img");
            image.src = "data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA=";
            const pale = document.createElement("p");
            pale.textContent = "pale";
            pale.style.color = "#dddddd";
            main.append(image, pale);
        }"""
    )
    page.evaluate(AXE)
    rules = {fault.partition(":")[0] for fault in faults(page, STANDARDS)}
    assert {"image-alt", "color-contrast"} <= rules


def test_a_page_that_is_too_wide_would_be_seen(
    open_device: Callable[..., BrowserContext],
) -> None:
    """The negative control of the other half."""
    page = open_device(viewport={"width": NARROWEST, "height": 700}).new_page()
    page.goto("/about")
    page.evaluate("document.querySelector('h1').style.width = '500px'")
    assert sticking_out(page)

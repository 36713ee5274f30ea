"""What partners write may be one endless word: a table of it stays on the screen, and each column of it stays readable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.test_pages import sticking_out
from tests.delivering import HEAD

pytestmark = pytest.mark.browser
IDENT = "identifiantextraordinairementlong" * 5
ADDRESS = "https://exemple.org/" + "chemin/" * 40
# Cells whose words go down in a pillar of letters, and on a phone names of columns that break, or tables that must be pushed.
UNREADABLE = """isPhone => {
    const lines = one => one.getBoundingClientRect().height / parseFloat(getComputedStyle(one).lineHeight);
    const cells = [...document.querySelectorAll(".table td, .table tbody th")].filter(one => one.checkVisibility());
    const pillars = cells.filter(one => lines(one) > 10).map(one => `pillar: ${one.outerHTML.slice(0, 120)}`);
    if (!isPhone) return pillars;
    const broken = cells.filter(one => one.dataset.label && parseFloat(getComputedStyle(one, "::before").height) > 30);
    const pushed = [...document.querySelectorAll(".table-scroll")].filter(one => one.scrollWidth > one.clientWidth + 1);
    return [...pillars, ...broken.map(one => `broken: ${one.dataset.label}`),
        ...pushed.map(one => `pushed: ${one.getAttribute("aria-label")}`)];
}"""


def report(page: Page) -> None:
    """Of a file whose ids, dates and numbers never end."""
    bad = f"{IDENT}{{}};;Texte;J;69007;Lyon;{'99/' * 60};{ADDRESS}\n"
    content = HEAD + "".join(bad.format(n) for n in range(3)) + "x;Lire;Texte;J;69007;Lyon;;beaucoup\n"  # fmt: skip
    page.goto("/feeds/check")
    file = {"name": f"{IDENT}.csv", "mimeType": "text/csv", "buffer": content.encode()}
    page.set_input_files("#file", files=file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Voir le rapport").click()
    expect(page.get_by_role("heading", name="Ce qu’il faut corriger")).to_be_visible()
    page.evaluate("document.querySelectorAll('.reason').forEach(one => { one.open = true; })")


def renumbering(page: Page) -> None:
    """Of ids that the feed does not have."""
    page.goto("/partners/grand-carnet/ids")
    page.get_by_label("La table des identifiants").fill(f"{IDENT};x\n{ADDRESS};y\n")
    page.get_by_role("button", name="Voir ce que cela ferait").click()
    expect(page.get_by_role("heading", name="Ce que la table ferait")).to_be_visible()


@pytest.mark.parametrize("width", (390, 1280))
@pytest.mark.parametrize("go", (report, renumbering))
def test_long_words_neither_push_the_page_aside_nor_squeeze_their_neighbours(
    open_device: Callable[..., BrowserContext],
    signed_in: Callable[[str], Any],
    go: Callable[[Page], None],
    width: int,
) -> None:
    size = {"width": width, "height": 844}
    page = open_device(viewport=size, storage_state=signed_in("coordinator")).new_page()
    go(page)
    assert page.locator(".table tbody tr").count() >= 2
    assert sticking_out(page) == []
    assert page.evaluate(UNREADABLE, width == 390) == []

"""Debian's Chromium through Playwright, as every browser test and picture starts it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


def chromium() -> str:
    """Where the browser is; without one the test is skipped, and fails where nothing may be skipped (CI=true)."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        sentence = "Chromium is missing: on Debian and Ubuntu, apt install chromium."
        if os.environ.get("CI") == "true":
            pytest.fail(sentence)
        pytest.skip(sentence)
    return found


def launch(playwright: Playwright) -> Browser:
    """A browser without a window."""
    return playwright.chromium.launch(executable_path=chromium(), args=FLAGS)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The one browser of a test process: Playwright starts only once in each."""
    with sync_playwright() as playwright:
        opened = launch(playwright)
        yield opened
        opened.close()

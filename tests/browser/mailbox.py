"""Reading the demo's mailbox as a person does: the newest message to somebody, and the address of its button."""

from __future__ import annotations

import re

from playwright.sync_api import Page

LINK = re.compile(r"https?://\S+")


def wait_for_mail(page: Page, to: str, subject: str) -> str:
    """Reload the mailbox until a message to this address with this subject is there; returns its text."""
    for _ in range(60):
        page.goto("/demo/mailbox")
        mails = page.locator("details.mail").filter(has_text=to).filter(has_text=subject)
        if mails.count():
            return mails.first.locator(".mail__body").text_content() or ""
        page.wait_for_timeout(250)
    raise AssertionError(f"no mail to {to} about {subject!r}")


def link_in(text: str, part: str) -> str:
    """The first address in a message that holds `part`."""
    return next(found for found in LINK.findall(text) if part in found)

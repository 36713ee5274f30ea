"""Signing in through a login provider, in a real browser against a real OpenID Connect server on loopback."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.oidc import Provider, somebody

pytestmark = pytest.mark.browser


def test_one_press_at_the_provider_and_one_is_in(
    device: BrowserContext, provider: Provider
) -> None:
    provider.claims = somebody(given_name="Ines", email="ines@example.org", email_verified=True)
    page = device.new_page()
    page.goto("/sign-in?next=/account")
    page.get_by_role("link", name="Continuer avec Demo").click()
    page.wait_for_url("**/account")
    expect(page.locator("h1")).to_contain_text("Ines")
    expect(page.locator("main")).to_contain_text("ines@example.org")
    asked = provider.requests[-1]
    assert asked["code_challenge_method"] == "S256"
    assert asked["nonce"]
    assert asked["state"]


def test_signed_out_she_comes_back_as_the_same_person(
    device: BrowserContext, provider: Provider
) -> None:
    provider.claims = somebody(given_name="Rosa", email="rosa@example.org", email_verified=True)
    page = device.new_page()
    for _ in range(2):
        page.goto("/sign-in?next=/account")
        page.get_by_role("link", name="Continuer avec Demo").click()
        page.wait_for_url("**/account")
        expect(page.locator("h1")).to_contain_text("Rosa")
        page.get_by_role("button", name="Me déconnecter").click()
        page.wait_for_url(lambda address: "/account" not in address)
    page.goto("/account")
    page.wait_for_url("**/sign-in**")


def test_a_provider_that_refuses_leads_to_a_sentence_and_another_way_in(
    device: BrowserContext, demo: str
) -> None:
    page = device.new_page()
    page.goto("/sign-in")
    page.get_by_role("link", name="Continuer avec Demo").wait_for()
    page.goto("/sign-in/demo/callback?error=access_denied&state=unknown")
    expect(page.locator("h1")).to_be_visible()
    expect(
        page.get_by_role("button", name="Recevoir mon lien")
        .or_(page.locator("main a[href^='/sign-in']"))
        .first
    ).to_be_visible()

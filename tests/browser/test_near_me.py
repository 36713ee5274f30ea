"""Near me, and how far: the position that leaves the device is a rounded one, and the radius is a way of moving."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, expect

pytestmark = pytest.mark.browser
HERE = {"latitude": 45.764043, "longitude": 4.835659}


def test_near_me_sends_a_position_of_two_decimals_and_nothing_finer(device: BrowserContext) -> None:
    device.grant_permissions(["geolocation"])
    device.set_geolocation(HERE)  # type: ignore[arg-type]
    page, sent = device.new_page(), list[str]()
    page.on("request", lambda request: sent.append(request.url + (request.post_data or "")))
    page.goto("/")
    page.locator("[data-near]").first.click()
    page.wait_for_url(re.compile(r"/search\?.*lat=45\.76&lon=4\.84(&|$)"))
    assert not [url for url in sent if "45.764" in url or "4.835" in url]
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def test_near_me_refused_says_so_and_leads_back_to_the_place(device: BrowserContext) -> None:
    page = device.new_page()
    page.goto("/")
    page.locator("[data-near]").first.click()
    expect(page.locator("#toast")).not_to_be_empty()
    assert page.evaluate("document.activeElement.name") == "place"


@pytest.mark.parametrize(
    ("way", "km"), [("à pied", 2), ("à vélo", 5), ("en bus", 10), ("en voiture", 30)]
)
def test_how_far_is_asked_in_the_way_people_move(device: BrowserContext, way: str, km: int) -> None:
    page = device.new_page()
    page.goto(f"/search?place=Lyon&radius={km}")
    chosen = page.get_by_role("radio", name=re.compile(f"^{way}"), include_hidden=True)
    assert (chosen.get_attribute("value"), chosen.is_checked()) == (str(km), True)

"""« Search this area »: the map is moved, a button comes, and the search asks for what is seen."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Route, expect

pytestmark = pytest.mark.browser


def test_moving_the_map_offers_to_search_there_and_keeps_the_words(
    open_device: Callable[..., BrowserContext],
) -> None:
    page = open_device(viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/search?q=jardin&place=Lyon&radius=30")
    button = page.locator("[data-search-here]")
    expect(page.locator(".map__canvas .leaflet-control-zoom-in")).to_be_visible()
    expect(page.locator(".map__circle")).to_be_attached()
    expect(button).to_be_hidden()
    page.locator(".leaflet-control-zoom-out").click()
    expect(button).to_be_visible()
    button.click()
    page.wait_for_url("**/search?*box=*")
    asked = parse_qs(urlsplit(page.url).query)
    assert asked["q"] == ["jardin"] and "place" not in asked and "radius" not in asked
    west, south, east, north = map(float, asked["box"][0].split(","))
    assert west < 4.84 < east and south < 45.76 < north
    expect(page.locator("#understood")).to_contain_text("dans la zone de la carte")


def test_a_map_moved_before_its_offers_have_come_offers_to_search_there_and_stays_where_it_was_put(
    open_device: Callable[..., BrowserContext],
) -> None:
    page = open_device(viewport={"width": 1280, "height": 900}).new_page()
    held: list[Route] = []
    page.route("**/search.geojson?*", lambda route: held.append(route))
    page.goto("/search?q=jardin")
    expect(page.locator(".map__town").first).to_be_visible()
    page.locator(".map__canvas .leaflet-control-zoom-out").click()
    expect(page.locator("[data-search-here]")).to_be_visible()
    held.pop().continue_()
    expect(page.locator(".map__pin").first).to_be_visible()
    page.locator("[data-search-here]").click()
    page.wait_for_url("**/search?*box=*")
    west, south, east, north = map(float, parse_qs(urlsplit(page.url).query)["box"][0].split(","))
    assert north - south > 12, "the whole country and more, as it was when it was moved"


def test_a_place_that_is_typed_after_it_is_searched_for_instead(
    open_device: Callable[..., BrowserContext],
) -> None:
    page = open_device(viewport={"width": 1280, "height": 900}).new_page()
    page.goto("/search?q=jardin&box=4,45,6,46")
    page.locator("#place").fill("Nantes")
    page.locator("#place").press("Enter")
    page.wait_for_url("**/search?*place=Nantes*")
    assert "box=" not in page.url
    expect(page.locator("#understood")).to_contain_text("km de Nantes")
    expect(page.locator("#understood")).not_to_contain_text("la zone de la carte")

"""R34: no public answer carries a volunteer's data or an association's private contact: pages' twins, both APIs, exports.

Every address that anybody may read is walked, with everything private in the world carrying a canary (tests/populating.py).
A new route is walked because it is there; one that is only for people is told apart by its mark.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from lxml import etree

from portal.api import presenters
from portal.services import finding
from tests import addresses
from tests.populating import CANARIES
from tests.visitor import BASE
from tests.world import KEY, World

pytestmark = pytest.mark.trust
# Keys that no public answer may have with something in it, wherever they stand and however they are spelled.
FORBIDDEN = re.compile(
    r"(^|_|contact|guardian)(e?mail|phone|telephone|tel|birth\w*|password|signups?|party|message|person|people|volunteers?)$",
    re.IGNORECASE,
)
KNOWN_EMPTY = {"contactEmail", "contactPhone", "contactName", "contactNoneNeeded"}
ADDRESS_LIKE = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
CONTACTS = {"contact@relais.example", "contact@example.org"}
OUTPUTS = ("json", "rss", "xml", "csv", "tsv", "html")


def public_answers(world: World) -> Iterator[tuple[str, Any]]:
    """(address, answer) of all that anybody may GET, and what a key opens, in each output."""
    for rule, method in addresses.lines(world.app):
        view: Any = world.app.view_functions[rule.endpoint]
        if method != "GET" or "token" in rule.arguments or rule.rule.startswith("/demo/"):
            continue
        if view.access not in ("public", "key") or rule.endpoint == "static":
            continue
        for address in _ways(rule.rule, addresses.address(world, rule)):
            yield address, world.browser("anonymous").get(address, base_url=BASE, buffered=True)


def _ways(rule: str, address: str) -> list[str]:
    if rule == "/api/volopps":
        asked = f"{address}?key={KEY}&vol_loc=anywhere&num=999&fulldesc=1&merge=0"
        return [f"{asked}&output={output}" for output in OUTPUTS]
    if rule.startswith(("/search", "/api/v1/offers", "/widget")):
        return [address, f"{address}?q=besoin", f"{address}?place=Lyon&sort=distance"]
    if rule == "/oembed":
        return [f"{address}?url={BASE}/offers/1"]
    return [address]


def text_of(answer: Any) -> str:
    body = answer.get_data()
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    return body.decode(errors="replace") + str(answer.headers)


def canaries(world: World) -> list[str]:
    found = []
    for address, answer in public_answers(world):
        text = text_of(answer).replace("\u00a0", " ").replace("&nbsp;", " ")
        found += [f"{address}: {word}" for word in CANARIES if word in text]
    return found


def forbidden(world: World) -> list[str]:
    """Keys of JSON and names of elements that say something private, when they say anything at all."""
    found = []
    for address, answer in public_answers(world):
        for key, value in _pairs(answer):
            name = key.rpartition("}")[2]
            is_bad = FORBIDDEN.search(name) or name in KNOWN_EMPTY
            if is_bad and value not in (None, "", [], {}):
                found.append(f"{address}: {name}")
    return found


def _pairs(answer: Any) -> Iterator[tuple[str, Any]]:
    if answer.status_code != 200:
        return
    if answer.mimetype in ("application/json", "application/geo+json"):
        yield from _json_pairs(json.loads(answer.get_data()))
    elif answer.mimetype.endswith("xml"):
        for element in etree.fromstring(answer.get_data()).iter(etree.Element):
            text = "".join(element.itertext()).strip()
            yield element.tag, text
            yield from element.attrib.items()


def _json_pairs(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield key, inner
            yield from _json_pairs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _json_pairs(inner)


def test_no_public_answer_holds_a_canary(
    world: World, record_property: Callable[[str, Any], None]
) -> None:
    record_property("n", sum(1 for _ in public_answers(world)) * len(CANARIES))
    assert canaries(world) == []


def test_no_public_answer_has_a_forbidden_key(world: World) -> None:
    assert forbidden(world) == []


def test_no_answer_for_machines_holds_an_address_of_mail(world: World) -> None:
    """Not even one that no canary marks; our own contact address is on the pages, not in the data."""
    found = {
        (address, match)
        for address, answer in public_answers(world)
        if not answer.mimetype.startswith(("text/html", "image/", "font/"))
        and address.startswith(("/api/", "/search", "/export/", "/oembed", "/offers/"))
        for match in ADDRESS_LIKE.findall(text_of(answer))
        if not match.startswith("shift-")  # the stable name of an event of a calendar
    }
    assert found == set()


def test_the_walk_meets_every_kind_of_answer_and_the_offer_is_in_them(world: World) -> None:
    """A walk that met nothing would prove nothing."""
    met: dict[str, int] = {}
    for address, answer in public_answers(world):
        if answer.status_code == 200 and "Besoin offer" in text_of(answer):
            met[address.split("?")[0]] = met.get(address.split("?")[0], 0) + 1
    wanted = {"/search.json", "/search.rss", "/search.atom", "/search.ics", "/search.csv",
              "/search.geojson", "/api/v1/offers", "/api/volopps", "/export/footprint.xml",
              "/export/engagement.xml"}  # fmt: skip
    assert wanted <= met.keys()
    assert met["/api/volopps"] == len(OUTPUTS)


@pytest.mark.parametrize("name", ["contact_email", "contact_phone"])
def test_control_a_presenter_that_tells_one_field_more_is_found_out(
    world: World, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    told = presenters.offer

    def too_much(card: finding.Card) -> dict[str, Any]:
        return {**told(card), name: getattr(card.offer, name)}

    monkeypatch.setattr(presenters, "offer", too_much)
    assert canaries(world) != []
    assert forbidden(world) != []

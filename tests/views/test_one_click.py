"""A mail program's own button for "no more of these" (RFC 8058): no page, no form, no origin."""

from __future__ import annotations

from typing import Any

import pytest

from portal.models import Alert, Feed, Person
from tests.visitor import BASE
from tests.world import World

LETTERS = ["/account/news/{}", "/partners/digest/{}", "/alerts/{}/stop"]


NAMES = ("news_token", "feed_digest_token", "alert_token")


@pytest.fixture
def addresses(world: World) -> dict[str, str]:
    found = zip(LETTERS, NAMES, strict=True)
    return {path: path.format(world.things[name]) for path, name in found}


def press(world: World, address: str, **body: str) -> Any:
    return world.app.test_client().post(address, base_url=BASE, data=body)


@pytest.mark.parametrize("path", LETTERS)
def test_the_mail_programs_button_stops_the_letters(
    world: World, addresses: dict[str, str], path: str
) -> None:
    before = wanted(world)
    answer = press(world, addresses[path], **{"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 303
    assert wanted(world) < before
    world.restore()


@pytest.mark.parametrize("path", LETTERS)
def test_without_its_words_or_with_a_wrong_secret_nothing_stops(
    world: World, addresses: dict[str, str], path: str
) -> None:
    before = wanted(world)
    assert press(world, addresses[path]).status_code == 403
    assert press(world, path.format("x"), **{"List-Unsubscribe": "One-Click"}).status_code == 404
    assert press(world, "/account/erase", **{"List-Unsubscribe": "One-Click"}).status_code == 403
    assert wanted(world) == before


def wanted(world: World) -> int:
    """How many people, feeds and alerts want letters."""
    with world.database.reading() as session:
        people = session.query(Person).filter(Person.wants_news).count()
        alerts = session.query(Alert).filter(Alert.stopped_at.is_(None)).count()
        return people + alerts + session.query(Feed).filter(Feed.wants_digest).count()

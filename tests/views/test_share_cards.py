"""The picture that goes with a shared offer."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image
from sqlalchemy.orm import Session

from portal.models import Offer, OfferState
from portal.views import share_cards, share_pictures
from tests import factories
from tests.visitor import BASE, Visitor

WORDS = share_cards.Words(
    theme="Environnement",
    colour=share_cards.THEMES["environment"],
    title="Planter une haie",
    association="Les Jardins partagés",
    when="Samedi 28 novembre, 9 h – 12 h",
    where="Lyon 7e",
    places="2 places restantes",
    is_urgent=True,
    site="Relais",
)


@pytest.fixture
def offer(session: Session) -> Offer:
    made = factories.offer(title="Planter une haie")
    session.add(made)
    session.commit()
    return made


def opened(picture: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(picture))
    image.load()
    return image.convert("RGB")


def test_the_page_names_its_picture_and_the_picture_is_one(visitor: Visitor, offer: Offer) -> None:
    page = visitor.get(f"/offers/{offer.id}-{offer.slug}")
    named = page.soup.select_one("meta[property='og:image']")["content"]
    response = visitor.client.get(str(named), base_url=BASE)
    assert response.status_code == 200 and response.mimetype == "image/png"
    assert opened(response.data).size == (1200, 630)
    assert len(response.data) < 100_000
    again = visitor.client.get(
        str(named), base_url=BASE, headers={"If-None-Match": response.headers["ETag"]}
    )
    assert again.status_code == 304


@pytest.mark.parametrize(("state", "status"), [("hidden", 404), ("draft", 404), ("closed", 410)])
def test_there_is_no_picture_of_what_is_not_open(
    visitor: Visitor, offer: Offer, session: Session, state: str, status: int
) -> None:
    offer.state = OfferState(state)
    session.commit()
    assert visitor.client.get(f"/offers/{offer.id}/card.png", base_url=BASE).status_code == status


def test_every_word_of_the_card_is_drawn() -> None:
    whole = share_pictures.draw(WORDS)
    for name in ("theme", "title", "association", "when", "where", "places", "site"):
        assert share_pictures.draw(replace(WORDS, **{name: ""})) != whole, name


@pytest.mark.parametrize("title", ["É" * 200, "Une phrase longue " * 12, "x", "🌱 海 \u202e"])
def test_no_title_leaves_the_picture(title: str) -> None:
    image = opened(share_pictures.draw(replace(WORDS, title=title)))
    paper = image.getpixel((1190, 20))
    assert {image.getpixel((x, y)) for x in range(1120, 1200, 4) for y in range(0, 630, 3)} == {
        paper
    }

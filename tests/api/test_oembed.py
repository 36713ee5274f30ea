"""What another site shows of an offer whose address is pasted there."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Session

from portal.models import Offer, OfferState
from tests import factories
from tests.visitor import BASE, Visitor


@pytest.fixture
def offer(session: Session) -> Offer:
    made = factories.offer(title="Planter une haie")
    session.add(made)
    session.commit()
    return made


def asked(visitor: Visitor, url: str, **more: str) -> Any:
    return visitor.client.get("/oembed", base_url=BASE, query_string={"url": url, **more})


def test_the_page_names_where_it_is_and_it_answers(visitor: Visitor, offer: Offer) -> None:
    page = visitor.get(f"/offers/{offer.id}-{offer.slug}")
    link = page.soup.select_one("link[type='application/json+oembed']")
    answer = visitor.client.get(str(link["href"]), base_url=BASE).get_json()
    assert (answer["version"], answer["type"]) == ("1.0", "link")
    assert answer["title"] == "Planter une haie"
    assert answer["thumbnail_url"] == f"{BASE}/offers/{offer.id}/card.png"
    assert answer["thumbnail_width"] == 1200
    small = asked(visitor, f"{BASE}/offers/{offer.id}", maxwidth="600").get_json()
    assert "thumbnail_url" not in small


@pytest.mark.parametrize(
    "url", ["https://ailleurs.example.org/offers/1", f"{BASE}/offers/999", f"{BASE}/account"]
    + [f"{BASE}/offers/99999999999", f"{BASE}.example.org/offers/1", f"{BASE}/offers/1/go"],
)  # fmt: skip
def test_another_address_is_404(visitor: Visitor, offer: Offer, url: str) -> None:
    assert asked(visitor, url).status_code == 404


def test_a_hidden_offer_and_another_format_are_refused(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    assert asked(visitor, f"{BASE}/offers/{offer.id}", format="xml").status_code == 501
    assert asked(visitor, "").status_code == 422
    offer.state = OfferState.HIDDEN
    session.commit()
    assert asked(visitor, f"{BASE}/offers/{offer.id}").status_code == 404

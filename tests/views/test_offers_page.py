"""An offer's page: who sees it in which state, what it shows, and what machines read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portal import clock, db
from portal.models import Offer, OfferState, Remote
from portal.services import indexing
from tests import factories
from tests.people import Cast
from tests.statements import counted
from tests.visitor import BASE, Visitor


@pytest.fixture
def offer(session: Session, cast: Cast) -> Offer:
    made = factories.offer(cast.jardins, title="Planter une haie", bring="des bottes")
    session.add_all([made, *(factories.offer(title=f"Autre haie {n}") for n in range(4))])
    session.commit()
    indexing.rebuild()
    session.commit()  # ends the reading: what a page asks the worker may write
    return made


def path(offer: Offer) -> str:
    return f"/offers/{offer.id}-{offer.slug}"


def test_the_page_says_what_when_where_and_who(visitor: Visitor, offer: Offer) -> None:
    page = visitor.get(path(offer))
    assert page.status == 200 and page.heading == "Planter une haie"
    for words in ("Les Jardins partagés", "69007 Lyon", "des bottes", "10 places"):
        assert words in page.words


def test_another_slug_leads_to_the_right_address(visitor: Visitor, offer: Offer) -> None:
    for wrong in (f"/offers/{offer.id}-autre", f"/offers/{offer.id}"):
        moved = visitor.get(f"{wrong}?shift=3", follow=False)
        assert moved.status == 301
        assert moved.response.headers["Location"] == f"{path(offer)}?shift=3"


def test_an_unknown_number_is_404(visitor: Visitor, offer: Offer) -> None:
    assert visitor.get("/offers/999999-x").status == 404
    no_row = visitor.client.get("/offers/99999999999999999999999-x", base_url=BASE)
    assert no_row.status_code == 404


@pytest.mark.parametrize(
    ("state", "status"),
    [("draft", 404), ("pending", 404), ("live", 200), ("paused", 200), ("withdrawn", 410)]
    + [("closed", 410), ("hidden", 404), ("refused", 404)],
)  # fmt: skip
def test_what_the_public_gets_in_each_state(
    visitor: Visitor, offer: Offer, session: Session, state: str, status: int
) -> None:
    offer.state = OfferState(state)
    session.commit()
    assert visitor.get(path(offer)).status == status


def test_a_paused_offer_says_so_and_takes_nobody(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    offer.state = OfferState.PAUSED
    session.commit()
    page = visitor.get(path(offer))
    assert "En pause" in page.words and not page.soup.select("form[action*=signups]")


def test_an_offer_that_is_over_is_gone_but_not_a_dead_end(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    offer.expires_at = clock.now() - timedelta(minutes=1)
    session.commit()
    page = visitor.get(path(offer))
    assert page.status == 410
    assert len(page.soup.select("article.card")) == 3


def test_an_anonymous_page_sets_no_cookie_and_is_answered_304(
    visitor: Visitor, offer: Offer
) -> None:
    first = visitor.client.get(path(offer), base_url=BASE)
    assert "Set-Cookie" not in first.headers
    tag = {"If-None-Match": first.headers["ETag"]}
    assert visitor.client.get(path(offer), base_url=BASE, headers=tag).status_code == 304


def test_the_page_takes_at_most_six_statements(app: Flask, visitor: Visitor, offer: Offer) -> None:
    visitor.get(path(offer))
    with counted(db.database().engine) as statements:
        visitor.get(path(offer))
    assert len(statements) <= 6, statements


def blocks(visitor: Visitor, offer: Offer) -> list[dict[str, object]]:
    scripts = visitor.get(path(offer)).soup.select('script[type="application/ld+json"]')
    return [json.loads(script.get_text()) for script in scripts]


def test_a_dated_offer_is_an_event_for_machines(visitor: Visitor, offer: Offer) -> None:
    [block] = blocks(visitor, offer)
    assert block["@type"] == "Event" and block["location"]["address"]["postalCode"] == "69007"  # type: ignore[index]


def test_a_lasting_offer_is_a_job_posting_for_machines(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    offer.is_ongoing, offer.remote = True, Remote.POSSIBLE
    session.commit()
    [block] = blocks(visitor, offer)
    assert (block["@type"], block["employmentType"]) == ("JobPosting", "VOLUNTEER")
    assert block["jobLocationType"] == "TELECOMMUTE"


def test_a_lasting_offer_whose_dates_are_all_over_says_so_and_is_no_preview(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    offer.is_ongoing = True
    for shift in offer.shifts:
        shift.starts_at, shift.ends_at = (clock.now() - timedelta(days=n) for n in (3, 2))
    session.commit()
    page = visitor.get(path(offer))
    assert page.status == 200
    box = page.soup.select_one(".offer__box")
    assert box is not None and "Pas de date pour le moment" in box.get_text()
    assert "Aperçu" not in box.get_text()


def test_no_text_closes_the_block_for_machines(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    offer.title = "</script><script>alert(1)</script>"
    session.commit()
    [block] = blocks(visitor, offer)
    assert block["name"] == offer.title


def test_a_partners_page_is_reached_through_a_counted_redirect(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    offer.detail_url = "https://partenaire.example.org/haie"
    session.commit()
    page = visitor.get(path(offer))
    link = page.soup.select_one(f'a[href="/offers/{offer.id}/go"]')
    assert link is not None
    moved = visitor.get(f"/offers/{offer.id}/go", follow=False)
    assert moved.status == 302 and moved.response.headers["Location"] == offer.detail_url


@pytest.mark.parametrize(
    "target", ["", "javascript:alert(1)", "data:text/html,x", "//evil.example"]
)
def test_only_a_web_address_is_led_to(
    visitor: Visitor, offer: Offer, session: Session, target: str
) -> None:
    offer.detail_url = target
    session.commit()
    assert visitor.get(f"/offers/{offer.id}/go", follow=False).status == 404


def test_no_private_contact_is_on_the_page(
    visitor: Visitor, offer: Offer, session: Session
) -> None:
    offer.contact_email, offer.contact_phone = "secret@example.org", "0601020304"
    offer.association.email = "bureau@example.org"
    session.commit()
    text = visitor.get(path(offer)).text
    assert not any(word in text for word in ("secret@", "0601020304", "bureau@"))

"""Sharing: the page with every way, the person's own link, who came by it, and who did not count."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal import clock, tokens
from portal.db import Database
from portal.models import Offer, ShareLink, ShareVisit, Signup, SignupState
from tests import factories
from tests.arrivals import sign_in
from tests.people import Cast
from tests.visitor import BASE, Visitor

FIREFOX = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def offer(database: Database, cast: Cast) -> Offer:
    with database.writing() as session:
        made = factories.offer(session.merge(cast.jardins))
        session.add(made)
        session.commit()
        return made


@pytest.fixture
def link(visitor: Visitor, database: Database, cast: Cast, offer: Offer) -> ShareLink:
    """Charlie's own link; Charlie stays signed in."""
    sign_in(visitor, database, "charlie@example.org")
    visitor.get(f"/offers/{offer.id}/share")
    visitor.submit(f"/offers/{offer.id}/share", csrf_token=visitor.token())
    with database.reading() as session:
        return session.scalars(select(ShareLink)).one()


def visits(database: Database) -> list[int]:
    with database.reading() as session:
        return list(session.scalars(select(ShareVisit.count)))


def test_every_way_of_sharing_is_a_plain_link(visitor: Visitor, offer: Offer) -> None:
    page = visitor.get(f"/offers/{offer.id}/share")
    targets = " ".join(str(a["href"]) for a in page.soup.find_all("a", href=True))
    for name in ("mailto:", "wa.me", "facebook.com", "linkedin.com", "x.com"):
        assert name in targets
    assert page.soup.select_one(".share__qr svg path") is not None
    assert "Set-Cookie" not in page.response.headers
    assert page.soup.find_all("script", src=lambda s: s and "://" in s) == []


def test_mastodon_asks_for_the_server_and_never_redirects(visitor: Visitor, offer: Offer) -> None:
    page = visitor.get(f"/offers/{offer.id}/share?mastodon=mastodon.example", follow=False)
    assert page.status == 200
    assert "https://mastodon.example/share?text=" in page.text
    wrong = visitor.get(f"/offers/{offer.id}/share?mastodon=evil.example/x%3F", follow=False)
    assert "https://evil.example" not in wrong.text


def test_asking_twice_gives_the_same_link(
    visitor: Visitor, link: ShareLink, offer: Offer, database: Database
) -> None:
    visitor.post(f"/offers/{offer.id}/share")
    with database.reading() as session:
        assert session.scalars(select(ShareLink)).one().code == link.code


def test_who_comes_by_the_link_lands_on_the_offer_and_is_counted(
    app: object, visitor: Visitor, link: ShareLink, offer: Offer, database: Database
) -> None:
    friend = Visitor(visitor.app)
    answer = friend.client.get(f"/s/{link.code}", base_url=BASE, headers=FIREFOX)
    assert answer.status_code == 302
    assert answer.location == f"/offers/{offer.id}-planter-une-haie?by={link.code}"
    assert "Set-Cookie" not in answer.headers
    friend.client.get(f"/s/{link.code}", base_url=BASE, headers=FIREFOX)
    assert visits(database) == [2]


@pytest.mark.parametrize(
    "headers",
    [
        {"User-Agent": "facebookexternalhit/1.1"},
        {"User-Agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"User-Agent": "WhatsApp/2.24"},
        {"User-Agent": "curl/8.5"},
        {"User-Agent": ""},
        {**FIREFOX, "Sec-Purpose": "prefetch"},
    ],
)
def test_robots_and_previews_do_not_count(
    visitor: Visitor, link: ShareLink, database: Database, headers: dict[str, str]
) -> None:
    robot = Visitor(visitor.app)
    robot.client.get(f"/s/{link.code}", base_url=BASE, headers=headers)
    assert visits(database) == []


def test_ones_own_visit_does_not_count(
    visitor: Visitor, link: ShareLink, database: Database
) -> None:
    visitor.client.get(f"/s/{link.code}", base_url=BASE, headers=FIREFOX)
    assert visits(database) == []


def test_the_figures_say_who_came_and_who_signed_up(
    visitor: Visitor, link: ShareLink, offer: Offer, database: Database
) -> None:
    Visitor(visitor.app).client.get(f"/s/{link.code}", base_url=BASE, headers=FIREFOX)
    with database.writing() as session:
        for number, state in enumerate((SignupState.CONFIRMED, SignupState.CANCELLED)):
            email = f"friend{number}@example.org"
            session.add(
                Signup(
                    shift_id=offer.shifts[0].id,
                    nonce=tokens.nonce(),
                    email=email,
                    email_hash=tokens.email_hash(email),
                    first_name="Ann",
                    state=state,
                    share_link_id=link.id,
                    created_at=clock.now(),
                )
            )
        session.commit()
    page = visitor.get(f"/offers/{offer.id}/share")
    assert "personne est venue par votre lien 1" in page.words
    assert "inscription 1" in page.words


def test_a_code_that_was_never_given_is_404(visitor: Visitor, cast: Cast) -> None:
    assert visitor.get("/s/abcdefghij").status == 404


def test_what_is_not_public_is_not_shared(
    visitor: Visitor, database: Database, cast: Cast, offer: Offer
) -> None:
    with database.writing() as session:
        session.get_one(Offer, offer.id).state = "draft"  # type: ignore[assignment]
        session.commit()
    assert visitor.get(f"/offers/{offer.id}/share").status == 404

"""An association takes over what a feed brings in its name: with a proof, or a moderator's word; then edits by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import Conflict, NotFound
from portal.models import Association, Claim, ClaimState, Feed, History, Offer, Outbox, Person
from portal.services import claims, feeds, offers
from portal.services.offer_shifts import ShiftWish
from portal.services.offers import OfferWish
from tests.feeds import HEADER, deliver
from tests.people import Cast

HEAD = f"{HEADER};courriel;site_association"


def line(
    number: int, title: str = "", description: str = "On trie.", who: str = "Les Jardins partagés"
) -> str:
    """A record whose association has a site of its own."""
    site = (
        "https://www.jardins.example" if who.startswith("Les Jardins") else "https://autre.example"
    )
    title = title or f"Planter {number}"
    return f"{number};{title};{description};{who};12/09/2031 14:00;12/09/2031 17:00;5;oui;;{site}"


def table(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines, ""]).encode()


@pytest.fixture
def feed(session: Session) -> Feed:
    made = feeds.add("partenaire", "", "table")
    session.commit()
    deliver(session, made, table(line(1), line(2), line(3, who="Tout autre chose")))
    return made


@pytest.fixture
def named(session: Session, feed: Feed) -> Association:
    """What the feed calls Les Jardins partagés, with the site that it gives."""
    found = session.scalars(
        select(Association).where(
            Association.feed_id == feed.id, Association.name.startswith("Les")
        )
    ).one()
    found.url = "https://www.jardins.example"
    session.commit()
    return found


@pytest.fixture
def prove(session: Session, cast: Cast) -> Callable[[str], Person]:
    """Alice with another proved address."""

    def become(email: str) -> Person:
        cast.alice.email = email
        session.commit()
        return cast.alice

    return become


def whose(session: Session) -> dict[str, str]:
    session.expire_all()
    return {
        str(offer.external_id): offer.association.slug for offer in session.scalars(select(Offer))
    }


def wish(offer: Offer, **changed: object) -> OfferWish:
    """What the form sends when only `changed` was touched."""
    given: dict[str, object] = {
        "title": offer.title,
        "description": offer.description,
        "themes": tuple(offer.themes),
        "remote": offer.remote,
        "is_ongoing": offer.is_ongoing,
        "shifts": tuple(
            ShiftWish(one.starts_at, one.ends_at, one.capacity, one.id)
            for one in offer.shifts
            if one.starts_at
        ),
        "schedule": offer.schedule,
        "bring": offer.bring,
        "welcome": offer.welcome,
        "minimum_age": offer.minimum_age,
        "is_accessible": offer.is_accessible,
        "near_transport": offer.near_transport,
    }
    return OfferWish(**{**given, **changed})  # type: ignore[arg-type]


def test_an_address_of_its_own_domain_takes_the_offers_over_at_once(
    session: Session, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    alice = prove("alice@jardins.example")
    made = claims.claim(cast.jardins, named.id, alice)
    session.commit()
    assert (made.state, made.proof) == (ClaimState.ACCEPTED, "jardins.example")
    assert whose(session) == {
        "1": cast.jardins.slug,
        "2": cast.jardins.slug,
        "3": "tout-autre-chose",
    }
    told = session.scalars(select(History.verb).where(History.verb == "offers_claimed")).all()
    assert told == ["offers_claimed"]
    waiting = session.scalars(
        select(Outbox.key).where(Outbox.kind == "index", Outbox.done_at.is_(None))
    )
    assert {f"index:{n}" for n in (1, 2)} <= set(waiting)


def test_later_runs_bring_new_offers_to_the_association_that_claimed(
    session: Session, feed: Feed, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    claims.claim(cast.jardins, named.id, prove("alice@jardins.example"))
    session.commit()
    deliver(
        session,
        feed,
        table(line(1, "Un autre titre"), line(2), line(3, who="Tout autre chose"), line(4)),
    )
    found = whose(session)
    assert {found[n] for n in ("1", "2", "4")} == {cast.jardins.slug}
    assert found["3"] == "tout-autre-chose"


def test_what_was_edited_by_hand_stays_and_the_rest_follows_the_feed_field_by_field(
    session: Session, feed: Feed, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    alice = prove("alice@jardins.example")
    claims.claim(cast.jardins, named.id, alice)
    session.commit()
    offer = session.scalars(select(Offer).where(Offer.external_id == "1")).one()
    offers.edit(offer, wish(offer, title="Planter avec nous"), alice)
    session.commit()
    assert set(offer.own_fields) == {"title", "slug"}
    changed = line(1, "Le titre du flux", "Tout est neuf ici.").replace("12/09", "19/09")
    deliver(session, feed, table(changed, line(2), line(3, who="Tout autre chose")))
    offer = session.scalars(select(Offer).where(Offer.external_id == "1")).one()
    assert offer.title == "Planter avec nous"
    assert "Tout est neuf ici." in offer.description
    assert [shift.starts_at.day for shift in offer.shifts if shift.starts_at] == [19]


def test_control_without_own_fields_the_feed_overwrites_what_was_written_by_hand(
    session: Session, feed: Feed, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    alice = prove("alice@jardins.example")
    claims.claim(cast.jardins, named.id, alice)
    offer = session.scalars(select(Offer).where(Offer.external_id == "1")).one()
    offers.edit(offer, wish(offer, title="Planter avec nous"), alice)
    offer.own_fields = []
    session.commit()
    deliver(
        session, feed, table(line(1, "Le titre du flux"), line(2), line(3, who="Tout autre chose"))
    )
    assert (
        session.scalars(select(Offer.title).where(Offer.external_id == "1")).one()
        == "Le titre du flux"
    )


def test_dates_changed_by_hand_are_the_teams_from_then_on(
    session: Session, feed: Feed, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    alice = prove("alice@jardins.example")
    claims.claim(cast.jardins, named.id, alice)
    offer = session.scalars(select(Offer).where(Offer.external_id == "1")).one()
    shift = offer.shifts[0]
    assert shift.starts_at is not None
    moved = ShiftWish(
        shift.starts_at.replace(day=26),
        shift.ends_at and shift.ends_at.replace(day=26),
        5,
        shift.id,
    )
    offers.edit(offer, wish(offer, shifts=(moved,)), alice)
    session.commit()
    assert offer.own_fields == ["shifts"]
    changed = line(1, "Le titre du flux").replace("12/09", "19/09")
    deliver(session, feed, table(changed, line(2), line(3, who="Tout autre chose")))
    offer = session.scalars(select(Offer).where(Offer.external_id == "1")).one()
    assert offer.title == "Le titre du flux"
    assert [one.starts_at.day for one in offer.shifts if one.starts_at] == [26]


@pytest.mark.parametrize(
    "email",
    [
        "alice@elsewhere.example",
        "alice@gmail.com",
        "alice@jardins.example.evil.example",
        "alice@notjardins.example",
        "alice@sub.jardins.example",
    ],
)
def test_any_other_address_waits_for_a_moderator(
    email: str, session: Session, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    before = whose(session)
    made = claims.claim(cast.jardins, named.id, prove(email))
    session.commit()
    assert made.state is ClaimState.WAITING
    assert claims.claim(cast.jardins, named.id, cast.alice) is made
    assert whose(session) == before


def test_an_address_that_nobody_proved_is_no_proof(
    session: Session, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    alice = prove("alice@jardins.example")
    alice.email_verified_at = None
    assert claims.claim(cast.jardins, named.id, alice).state is ClaimState.WAITING


def test_a_platform_that_stands_for_many_associations_proves_nothing(
    session: Session, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    other = session.scalars(select(Association).where(Association.name == "Tout autre chose")).one()
    named.url = other.url = "https://platform.example/association"
    session.commit()
    assert (
        claims.claim(cast.jardins, named.id, prove("eve@platform.example")).state
        is ClaimState.WAITING
    )


def test_control_a_platform_with_one_association_would_open_it(
    session: Session, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    named.url = "https://platform.example/association"
    session.commit()
    assert (
        claims.claim(cast.jardins, named.id, prove("eve@platform.example")).state
        is ClaimState.ACCEPTED
    )


def test_a_moderators_word_is_a_proof_and_a_refusal_leaves_everything(
    session: Session, cast: Cast, named: Association
) -> None:
    before = whose(session)
    first = claims.claim(cast.jardins, named.id, cast.alice)
    claims.refuse(first, cast.mona)
    session.commit()
    assert (first.state, whose(session)) == (ClaimState.REFUSED, before)
    second = claims.claim(cast.jardins, named.id, cast.alice)
    rival = claims.claim(cast.panier, named.id, cast.dora)
    claims.accept(second, cast.mona)
    session.commit()
    assert (second.state, second.proof) == (ClaimState.ACCEPTED, "moderator")
    assert rival.state is ClaimState.REFUSED
    assert whose(session)["1"] == cast.jardins.slug
    with pytest.raises(Conflict):
        claims.accept(second, cast.mona)
    with pytest.raises(Conflict):
        claims.claim(cast.panier, named.id, cast.dora)


def test_what_people_founded_here_cannot_be_claimed(session: Session, cast: Cast) -> None:
    with pytest.raises(NotFound):
        claims.claim(cast.jardins, cast.panier.id, cast.alice)


def test_offers_that_are_given_back_return_to_the_name_of_the_feed(
    session: Session, feed: Feed, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    before = whose(session)
    made = claims.claim(cast.jardins, named.id, prove("alice@jardins.example"))
    session.commit()
    with pytest.raises(NotFound):
        claims.release(cast.panier, made.id, cast.dora)
    claims.release(cast.jardins, made.id, cast.alice)
    session.commit()
    assert whose(session) == before
    deliver(session, feed, table(line(1), line(2), line(3, who="Tout autre chose")))
    assert whose(session) == before


def test_what_has_the_name_or_the_domain_is_proposed(
    session: Session, cast: Cast, named: Association, prove: Callable[[str], Person]
) -> None:
    proposed = claims.candidates(cast.jardins, prove("alice@jardins.example"))
    assert [(one.claimed.id, one.offers, one.proof) for one in proposed] == [
        (named.id, 2, "jardins.example")
    ]
    assert claims.candidates(cast.panier, cast.dora) == []
    claims.claim(cast.jardins, named.id, cast.alice)
    assert claims.candidates(cast.jardins, cast.alice) == []
    assert [one.claimed_id for one in claims.made(cast.jardins)] == [named.id]
    assert session.scalars(select(Claim.person_id)).all() == [cast.alice.id]

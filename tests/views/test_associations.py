"""Associations on the web: founding one, posting an offer in one page, seeing who comes, the team."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal import clock
from portal.db import Database
from portal.models import (
    Association,
    AssociationState,
    Membership,
    Offer,
    OfferState,
    Outbox,
    TeamInvitation,
)
from portal.models.place import PlaceKind
from portal.services import associations, places, registers
from portal.services.places import PlaceRow
from tests import factories
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import Visitor

OFFER = {
    "title": "Planter une haie avec les enfants",
    "description": "On plante ensemble.\n\nLes outils sont là.",
    "themes": ["environment"],
    "remote": "no",
    "place": "Lyon",
    "kind": "dated",
    "shifts-0-starts": "09:30",
    "shifts-0-ends": "12:00",
    "shifts-0-capacity": "8",
}


@pytest.fixture
def lyon(database: Database) -> None:
    with database.writing() as session:
        row = PlaceRow("69123", PlaceKind.COMMUNE, "Lyon", "69", "84", "FR", 520_000, 45.76, 4.84)
        places.load([row])
        session.commit()


def in_days(days: int) -> str:
    return (clock.today() + timedelta(days)).isoformat()


def test_a_signed_in_person_founds_an_association_and_coordinates_it(
    visitor: Visitor, cast: Cast, database: Database
) -> None:
    sign_in(visitor, cast.charlie)
    visitor.get("/associations/new")
    page = visitor.submit("/associations/new", name="Lire ensemble", summary="On lit aux petits.")
    assert page.status == 200
    with database.reading() as session:
        made = session.scalars(select(Association).where(Association.name == "Lire ensemble")).one()
        member = session.scalars(
            select(Membership).where(Membership.association_id == made.id)
        ).one()
        assert (member.person_id, made.state) == (cast.charlie.id, AssociationState.ACTIVE)


def test_an_anonymous_founder_goes_on_from_the_mail_and_nothing_shows_before(
    visitor: Visitor, database: Database
) -> None:
    visitor.get("/associations/new")
    visitor.submit("/associations/new", name="Lire", summary="On lit.", email="new@example.org")
    with database.reading() as session:
        made = session.scalars(select(Association)).one()
        assert made.state is AssociationState.PENDING
        assert session.scalars(select(Membership)).all() == []
        assert "team_invitation" in str(session.scalars(select(Outbox.key)).all())
    assert visitor.get(f"/associations/{made.slug}").status == 404


def test_only_the_invited_address_joins_the_team(
    visitor: Visitor, cast: Cast, database: Database, app: Flask
) -> None:
    with database.writing() as session:
        made = session.merge(cast.jardins)
        invitation = associations.invite(
            made, session.merge(cast.alice), "charlie@example.org", associations.TeamRole.HELPER
        )
        token = associations.invitation_token(invitation)
        session.commit()
    dora = Visitor(app)
    sign_in(dora, cast.dora)
    dora.get(f"/team/{token}")
    assert dora.post(f"/team/{token}").status == 403
    sign_in(visitor, cast.charlie)
    visitor.get(f"/team/{token}")
    assert visitor.submit(f"/team/{token}").status == 200
    with database.reading() as session:
        assert session.scalars(select(TeamInvitation)).one().accepted_at is not None
    assert visitor.post(f"/team/{token}").status == 410


def test_a_form_full_of_nonsense_keeps_what_was_typed_and_says_what_to_write(
    visitor: Visitor, cast: Cast
) -> None:
    sign_in(visitor, cast.charlie)
    visitor.get("/associations/new")
    page = visitor.submit(
        "/associations/new", name="Lire", summary="x", email="nonsense", rna="12", siren="123456789"
    )
    assert page.status == 422
    assert page.form("/associations/new")["name"] == "Lire"
    assert "W suivi de neuf chiffres" in page.words
    assert "camille@exemple.fr" in page.words


def test_a_coordinator_posts_an_offer_with_shifts_in_one_page(
    visitor: Visitor, cast: Cast, database: Database, lyon: None
) -> None:
    sign_in(visitor, cast.alice)
    address = f"/dashboard/{cast.jardins.slug}/offers/new"
    visitor.get(address)
    page = visitor.post(address, {**OFFER, "shifts-0-on": in_days(5), "then": "publish"})
    assert page.status == 200, page.words
    with database.reading() as session:
        offer = session.scalars(select(Offer)).one()
        assert offer.state is OfferState.LIVE
        assert offer.description == "<p>On plante ensemble.</p><p>Les outils sont là.</p>"
        assert [s.capacity for s in offer.shifts] == [8]
        assert (offer.locations[0].city, offer.locations[0].lat) == ("Lyon", 45.76)


def test_a_weekly_offer_is_rolled_out(
    visitor: Visitor, cast: Cast, database: Database, lyon: None
) -> None:
    sign_in(visitor, cast.alice)
    address = f"/dashboard/{cast.jardins.slug}/offers/new"
    visitor.get(address)
    visitor.post(address, {**OFFER, "kind": "weekly", "shifts-0-on": in_days(3)})
    with database.reading() as session:
        offer = session.scalars(select(Offer)).one()
        assert len(offer.rules) == 1
        assert 25 <= len(offer.shifts) <= 27


def test_the_first_offers_of_an_unverified_association_wait_for_a_moderator(
    visitor: Visitor, cast: Cast, database: Database, lyon: None
) -> None:
    with database.writing() as session:
        session.get_one(Association, cast.jardins.id).verified_at = None
        session.commit()
    sign_in(visitor, cast.alice)
    address = f"/dashboard/{cast.jardins.slug}/offers/new"
    visitor.get(address)
    visitor.post(address, {**OFFER, "shifts-0-on": in_days(5)})
    with database.reading() as session:
        assert session.scalars(select(Offer.state)).one() is OfferState.PENDING
    mona = Visitor(visitor.app)
    sign_in(mona, cast.mona)
    assert OFFER["title"] in mona.get("/moderation").words
    mona.submit("/approve")
    with database.reading() as session:
        assert session.scalars(select(Offer.state)).one() is OfferState.LIVE


def test_an_offer_form_without_a_place_or_a_date_says_so(
    visitor: Visitor, cast: Cast, lyon: None
) -> None:
    sign_in(visitor, cast.alice)
    address = f"/dashboard/{cast.jardins.slug}/offers/new"
    visitor.get(address)
    page = visitor.post(address, {**OFFER, "place": "Nullepart-sur-Rien"})
    assert page.status == 422
    assert "n’a pas été trouvé" in page.words
    assert "au moins une date" in page.words


def test_pause_resume_and_close(visitor: Visitor, cast: Cast, database: Database) -> None:
    with database.writing() as session:
        offer = factories.offer(session.get_one(Association, cast.jardins.id))
        session.add(offer)
        session.commit()
    sign_in(visitor, cast.alice)
    address = f"/dashboard/{cast.jardins.slug}/offers"
    visitor.get(address)
    for action, state in (("pause", "paused"), ("resume", "live"), ("close", "closed")):
        assert visitor.submit(f"/{offer.id}/{action}").status == 200
        with database.reading() as session:
            assert session.get_one(Offer, offer.id).state == state


def test_the_dashboard_shows_who_comes_and_the_export_is_safe_in_a_spreadsheet(
    visitor: Visitor, cast: Cast, database: Database
) -> None:
    with database.writing() as session:
        offer = factories.offer(session.get_one(Association, cast.jardins.id))
        session.add(offer)
        session.flush()
        session.add(factories.signup(offer.shifts[0], "=HYPERLINK(1)"))
        session.commit()
    sign_in(visitor, cast.alice)
    assert "=HYPERLINK(1)" in visitor.get(f"/dashboard/{cast.jardins.slug}").words
    assert visitor.get(f"/dashboard/{cast.jardins.slug}/people").status == 200
    table = visitor.get(f"/dashboard/{cast.jardins.slug}/people.csv")
    assert '"\'=HYPERLINK(1)"' in table.text


def test_a_helper_sees_today_and_nothing_more_and_a_stranger_nothing(
    visitor: Visitor, cast: Cast, app: Flask
) -> None:
    slug = cast.jardins.slug
    sign_in(visitor, cast.bob)
    assert visitor.get(f"/dashboard/{slug}").status == 200
    assert visitor.get(f"/dashboard/{slug}/people.csv").status == 403
    assert visitor.get(f"/dashboard/{slug}/offers").status == 403
    stranger = Visitor(app)
    sign_in(stranger, cast.dora)
    assert stranger.get(f"/dashboard/{slug}").status == 404
    assert stranger.get(f"/dashboard/{slug}/people.csv").status == 404


def test_the_last_coordinator_cannot_leave(
    visitor: Visitor, cast: Cast, database: Database
) -> None:
    sign_in(visitor, cast.alice)
    page = visitor.get(f"/dashboard/{cast.jardins.slug}/team")
    assert page.status == 200
    with database.reading() as session:
        own = session.scalars(
            select(Membership.id).where(Membership.person_id == cast.alice.id)
        ).one()
    assert visitor.submit(f"/team/{own}/remove").status == 422


@pytest.mark.parametrize(
    ("number", "is_good"),
    [
        ("732829320", True),
        ("73282932000074", True),
        ("732829321", False),
        ("35600000000048", False),
        ("٧٣٢٨٢٩٣٢٠", False),  # the same digits as Arabic writes them
    ],
)
def test_a_siren_is_checked_by_its_key(number: str, is_good: bool) -> None:
    assert registers.is_siren(number) is is_good


@pytest.mark.parametrize(
    ("number", "is_good"),
    [("W691234567", True), ("W69123456", False), ("W６９１２３４５６７", False)],
)
def test_an_rna_is_w_and_nine_plain_digits(number: str, is_good: bool) -> None:
    assert registers.is_rna(number) is is_good


def test_an_association_changes_its_words_and_when_its_team_hears(
    visitor: Visitor, cast: Cast, database: Database
) -> None:
    sign_in(visitor, cast.alice)
    address = f"/dashboard/{cast.jardins.slug}/settings"
    page = visitor.get(address)
    assert page.soup.select_one("input[name=name]")["value"] == cast.jardins.name
    changed = visitor.submit("/settings", summary="On sème partout.", hears_at_once=None)
    assert changed.status == 200 and "C’est noté." in changed.words
    with database.reading() as session:
        kept = session.get_one(Association, cast.jardins.id)
        assert (kept.summary, kept.hears_at_once) == ("On sème partout.", False)
        assert kept.is_verified and kept.name == cast.jardins.name
    assert "On sème partout." in visitor.get(f"/associations/{cast.jardins.slug}").words


def test_another_name_is_verified_again_and_found_at_once(
    visitor: Visitor, cast: Cast, database: Database
) -> None:
    with database.writing() as session:
        offer = factories.offer(session.get_one(Association, cast.jardins.id))
        session.add(offer)
        session.commit()
    sign_in(visitor, cast.alice)
    visitor.get(f"/dashboard/{cast.jardins.slug}/settings")
    page = visitor.submit("/settings", name="La Croix Verte")
    assert "relus" in page.words
    with database.reading() as session:
        assert not session.get_one(Association, cast.jardins.id).is_verified
        assert session.get_one(Offer, offer.id).version == 2
        wanted = session.scalars(select(Outbox.key).where(Outbox.kind == "index")).all()
        assert f"index:{offer.id}" in wanted


def test_a_wrong_number_is_told_and_what_was_typed_stays(visitor: Visitor, cast: Cast) -> None:
    sign_in(visitor, cast.alice)
    visitor.get(f"/dashboard/{cast.jardins.slug}/settings")
    page = visitor.submit("/settings", siren="123456789", summary="Une autre phrase.")
    assert page.status == 422 and "SIREN" in page.words
    assert "Une autre phrase." in page.soup.select_one("textarea[name=summary]").text

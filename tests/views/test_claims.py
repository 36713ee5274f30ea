"""The dashboard's page of what partners publish in an association's name."""

from __future__ import annotations

from flask import Flask
from sqlalchemy.orm import Session

from portal.models import Association, Feed
from tests import factories
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import Visitor


def named(session: Session, cast: Cast, url: str) -> Association:
    """What a feed calls Les Jardins partagés, with one offer."""
    feed = Feed(name="partenaire", url="https://partner.example/feed.xml")
    session.add(feed)
    session.flush()
    made = Association(
        name=cast.jardins.name,
        slug=f"{cast.jardins.slug}-2",
        feed_id=feed.id,
        external_id="7",
        url=url,
    )
    session.add(made)
    session.flush()
    session.add(
        factories.offer(made, title="Bouturer les groseilliers", feed_id=feed.id, external_id="1")
    )
    session.get_one(Association, cast.jardins.id).slug = "les-jardins-partages"
    made.slug = "les-jardins-partages-2"
    session.commit()
    return made


def test_a_coordinator_takes_over_what_a_partner_publishes_and_edits_it(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    made = named(session, cast, "https://example.org/")
    ident = made.id
    session.commit()
    sign_in(visitor, cast.alice)
    page = visitor.get("/dashboard/les-jardins-partages/claims")
    assert "votre adresse e-mail en fait foi" in page.words
    visitor.submit(f"/claims/{ident}")
    page = visitor.get("/dashboard/les-jardins-partages/claims")
    assert "Repris par votre équipe" in page.words
    assert (
        "Bouturer les groseilliers" in visitor.get("/dashboard/les-jardins-partages/offers").words
    )
    assert "a repris les besoins" in visitor.get("/dashboard/les-jardins-partages/team").words


def test_without_a_proof_a_moderator_is_asked_and_answers(
    app: Flask, session: Session, cast: Cast, visitor: Visitor
) -> None:
    made = named(session, cast, "https://ailleurs.example/")
    ident = made.id
    session.commit()
    sign_in(visitor, cast.alice)
    page = visitor.get("/dashboard/les-jardins-partages/claims")
    assert "une personne de la modération vérifiera" in page.words
    visitor.submit(f"/claims/{ident}")
    assert "la modération vérifie" in visitor.get("/dashboard/les-jardins-partages/claims").words
    mona = Visitor(app)
    sign_in(mona, cast.mona)
    queue = mona.get("/moderation")
    assert "voudrait reprendre les besoins de" in queue.words
    mona.submit("/moderation/claims/1/accept")
    assert "Bouturer" in visitor.get("/dashboard/les-jardins-partages/offers").words

"""The moderator's page of clusters, and what a visitor is told: "also on ..."."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.db import Database
from portal.jobs import clusters as job
from portal.models import Feed, Offer, OfferState
from tests import factories
from tests.people import Cast
from tests.signing_in import sign_in
from tests.visitor import Visitor

TEXT = "<p>On trie les dons, on les pèse, on les range en cartons, et on boit un café ensemble.</p>"


@pytest.fixture
def twins(database: Database) -> list[int]:
    """One need through two feeds."""
    with database.writing() as session:
        ids = []
        for name in ("Flux du Rhône", "Flux national"):
            feed = Feed(name=name.split()[-1].lower(), title=name)
            session.add(feed)
            session.flush()
            who = factories.association("Banque des dons", rna="W691000001", feed_id=feed.id)
            offer = factories.offer(who, feed_id=feed.id, title="Trier les dons", description=TEXT)
            session.add(offer)
            session.flush()
            ids.append(offer.id)
        session.commit()
    job.bring_up_to_date(ids)
    return ids


def homes(database: Database, ids: list[int]) -> int:
    with database.reading() as session:
        return len(set(session.scalars(select(Offer.cluster_id).where(Offer.id.in_(ids)))))


@pytest.fixture
def mona(visitor: Visitor, database: Database, cast: Cast) -> Visitor:
    sign_in(visitor, cast.mona)
    return visitor


def test_a_visitor_reads_where_else_the_need_is_and_why(visitor: Visitor, twins: list[int]) -> None:
    page = visitor.get(f"/offers/{twins[0]}-trier-les-dons")
    assert "Aussi chez Flux national" in page.words
    assert "même association (RNA), même texte" in page.words


def test_the_page_of_a_member_that_went_leads_to_the_one_that_is_there(
    visitor: Visitor, database: Database, twins: list[int]
) -> None:
    with database.writing() as session:
        session.get_one(Offer, twins[0]).state = OfferState.WITHDRAWN
        session.commit()
    page = visitor.get(f"/offers/{twins[0]}-trier-les-dons")
    assert page.status == 410 and "Aussi chez Flux national" in page.words


def test_a_moderator_sees_the_reasons_splits_and_undoes(
    mona: Visitor, database: Database, twins: list[int]
) -> None:
    page = mona.get("/moderation/clusters")
    assert "Flux du Rhône" in page.words and "même association (RNA), même texte" in page.words
    mona.post(f"/moderation/clusters/offers/{twins[0]}/split", {"leaving": str(twins[1])})
    assert homes(database, twins) == 2
    page = mona.get("/moderation/clusters")
    assert "Séparés" in page.words and "Aucun besoin réuni" in page.words
    mona.post("/moderation/clusters/decisions/1/undo", {})
    assert homes(database, twins) == 1
    assert "annulée" in mona.get("/moderation/clusters").words


def test_a_moderator_joins_by_number_or_by_address(
    mona: Visitor, database: Database, twins: list[int]
) -> None:
    with database.writing() as session:
        other = factories.offer(title="Trier")
        session.add(other)
        session.commit()
        ident = other.id
    given = {"one": str(twins[0]), "other": f"http://127.0.0.1:8000/offers/{ident}-trier?lang=en"}
    mona.post("/moderation/clusters/join", given)
    assert homes(database, [*twins, ident]) == 1
    page = mona.get(f"/moderation/clusters?offer={ident}")
    assert "réunis par la modération" in page.words


@pytest.mark.parametrize(
    ("one", "status"),
    [("", 422), ("abc", 422), ("/offers/", 422), ("999999999", 404), ("1" * 30, 422), ("٣", 422)],
)
def test_what_is_no_offer_is_said(mona: Visitor, twins: list[int], one: str, status: int) -> None:
    page = mona.post("/moderation/clusters/join", {"one": one, "other": str(twins[0])})
    assert page.status == status


def test_ticking_none_or_nonsense_changes_nothing(
    mona: Visitor, database: Database, twins: list[int]
) -> None:
    for leaving in ("", "x", "9" * 40):
        page = mona.post(f"/moderation/clusters/offers/{twins[0]}/split", {"leaving": leaving})
        assert page.status == 422
    assert homes(database, twins) == 1

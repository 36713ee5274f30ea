"""What the clock changes beside people's affairs: how SQLite reads, and how many pieces the index is in."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.jobs import upkeep
from portal.models import Offer
from portal.services import indexing
from search.whoosh import WhooshIndex, building, manifest, writer
from tests import factories

ASKED = "EXPLAIN QUERY PLAN SELECT * FROM offers WHERE state = 'live' AND id IN (1, 2, 3, 4, 5)"


def plan(session: Session) -> str:
    return " ".join(str(row) for row in session.execute(text(ASKED)))


def test_twenty_offers_are_read_by_their_numbers_and_not_by_reading_all_that_are_live(
    session: Session,
) -> None:
    association = factories.association()
    session.add_all(factories.offer(association) for _ in range(150))
    session.commit()
    assert "ix_offers_state" in plan(session), "the control: so it is read without the job"
    session.commit()
    upkeep.plan_statements()
    assert "INTEGER PRIMARY KEY" in plan(session)


@pytest.fixture
def embedded(app: Flask, tmp_path: Path) -> WhooshIndex:
    app.config["SEARCH_URL"] = f"whoosh://{tmp_path}/index"
    app.extensions.pop("index", None)
    return WhooshIndex(tmp_path / "index")


def test_what_updates_left_in_pieces_is_joined(
    session: Session, embedded: WhooshIndex, tmp_path: Path
) -> None:
    offers = [factories.offer() for _ in range(30)]
    session.add_all(offers)
    session.commit()
    indexing.rebuild()
    for size in (20, 9, 4, 1):
        for offer in offers[:size]:
            offer.version += 1
        session.commit()
        indexing.reindex([offer.id for offer in offers[:size]])
    assert len(manifest.read(tmp_path / "index").segments) >= 4
    session.commit()
    assert upkeep.reconcile_index() == 0
    assert len(manifest.read(tmp_path / "index").segments) == 1
    assert dict(embedded.versions()) == {offer.id: offer.version for offer in session.query(Offer)}


@pytest.fixture
def in_large_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five offers fill a piece of a fresh index, and no piece is so small that it would be joined."""
    monkeypatch.setattr(building, "ALONE", 2)
    monkeypatch.setattr(building, "SEGMENT", 5)
    monkeypatch.setattr(writer, "_LARGE", 0)


@pytest.mark.usefixtures("in_large_pieces")
def test_an_index_of_many_offers_is_not_rebuilt_for_the_pieces_it_was_built_in(
    session: Session, embedded: WhooshIndex, tmp_path: Path
) -> None:
    session.add_all(factories.offer() for _ in range(50))
    session.commit()
    indexing.rebuild()
    fresh = manifest.read(tmp_path / "index")
    assert len(fresh.segments) == 10 > upkeep.SPARE_PIECES
    session.commit()
    upkeep.reconcile_index()
    assert manifest.read(tmp_path / "index") == fresh
    assert len(list(embedded.versions())) == 50


@pytest.mark.usefixtures("in_large_pieces")
def test_an_index_in_many_more_pieces_than_a_fresh_one_is_rebuilt(
    session: Session, embedded: WhooshIndex, tmp_path: Path
) -> None:
    offers = [factories.offer() for _ in range(12)]
    session.add_all(offers)
    session.commit()
    indexing.rebuild()
    for offer in offers:
        offer.version += 1
        session.commit()
        indexing.reindex([offer.id])
    session.commit()
    before = manifest.read(tmp_path / "index")
    upkeep.reconcile_index()
    after = manifest.read(tmp_path / "index")
    assert (len(before.segments), len(after.segments)) == (12, 3)
    assert after.build != before.build
    assert len(list(embedded.versions())) == 12

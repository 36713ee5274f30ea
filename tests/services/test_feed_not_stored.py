"""What the database itself refuses is told by its record, and costs no neighbour."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from portal.models import Offer
from portal.services import feeds
from tests.feeds import deliver, line, table

REFUSE = """CREATE TRIGGER refuse BEFORE INSERT ON offers WHEN NEW.title = 'Refusée'
BEGIN SELECT RAISE(ABORT, 'refused'); END"""


@pytest.mark.parametrize("is_refused", [True, False], ids=["refused", "control"])
def test_a_record_that_the_database_refuses_is_told(session: Session, is_refused: bool) -> None:
    feed = feeds.add("livres", "", "table")
    if is_refused:
        session.execute(text(REFUSE))
    session.commit()
    tally = deliver(session, feed, table(line(1), line(2, "Refusée"), line(3)))
    stored = set(session.scalars(select(Offer.external_id)))
    assert stored == ({"1", "3"} if is_refused else {"1", "2", "3"})
    told = [(p.external_id, p.code) for p in tally.problems if p.code == "not_stored"]
    assert told == ([("2", "not_stored")] if is_refused else [])

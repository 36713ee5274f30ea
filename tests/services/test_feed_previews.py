"""A feed read to see what it would give: everything is said, nothing is kept."""

from __future__ import annotations

import io
import random

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.models import Feed, Offer
from portal.services import feed_runs
from tests.feeds import line, table


@pytest.fixture
def feed() -> Feed:
    made = Feed(name="preview", format="", date_order="dmy", every_minutes=360, columns={})
    made.country, made.zone = "FR", "Europe/Paris"
    return made


def test_a_preview_says_everything_and_keeps_nothing(session: Session, feed: Feed) -> None:
    body = table(line(1), "2;;;;;;;", line(3))
    tally = feed_runs.preview(feed, io.BytesIO(body), 1000, session)
    assert (tally.created, tally.refused) == (2, 1)
    assert session.scalars(select(Offer)).all() == []
    assert session.scalars(select(Feed)).all() == []


def test_a_preview_of_many_batches_meets_the_same_associations_again(
    session: Session, feed: Feed
) -> None:
    rng = random.Random(1)  # in each batch some that are new, and some that an earlier one had
    names = [f"Association {rng.randrange(30)}" for _ in range(4 * feed_runs.BATCH)]
    lines = (line(n).replace("Lire ensemble", name) for n, name in enumerate(names))
    body = table(*lines)
    tally = feed_runs.preview(feed, io.BytesIO(body), 1000, session)
    assert (tally.created, tally.refused) == (len(names), 0)
    assert session.scalars(select(Offer)).all() == []

"""A feed is proposed by whoever has one, waits for a moderator, and is let in or not."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.errors import Invalid
from portal.models import (
    Feed,
    FeedState,
    Outbox,
)
from portal.services import feeds, partners
from tests.delivering import signed_in
from tests.people import Cast
from tests.visitor import Visitor


def test_a_checked_feed_is_proposed_and_waits_for_a_moderator(
    app: Any, cast: Cast, session: Session
) -> None:
    charlie = signed_in(Visitor(app), cast.charlie)
    charlie.get("/partners/new?url=https://example.org/mien.xml")
    page = charlie.submit("/partners/new", title="Le flux de Charlie")
    assert page.status == 200 and "La modération regarde ce flux." in page.words
    made = session.scalars(select(Feed).where(Feed.name == "le-flux-de-charlie")).one()
    assert made.owner_id == cast.charlie.id and made.proposed_at and made not in feeds.due()
    session.commit()
    assert charlie.post(f"/partners/{made.name}/resume").status == 409
    assert charlie.post(f"/partners/{made.name}/run").status == 409

    mona = signed_in(Visitor(app), cast.mona)
    assert "Le flux de Charlie" in mona.get("/moderation").words
    mona.submit(f"/moderation/feeds/{made.name}/approve")
    session.expire_all()
    assert (
        made.proposed_at is None
        and made.state is FeedState.ACTIVE
        and made.name in [f.name for f in feeds.due()]
    )
    assert letters(session) == ["feed_approved"]


def letters(session: Session) -> list[str]:
    rows = session.scalars(select(Outbox).where(Outbox.kind == "mail"))
    return [str(row.payload["template"]) for row in rows]


def test_a_refused_feed_says_why_and_is_never_read(app: Any, cast: Cast, session: Session) -> None:
    made = partners.propose(cast.charlie, "Le flux", "https://example.org/x.xml")
    session.commit()
    mona = signed_in(Visitor(app), cast.mona)
    mona.get("/moderation")
    mona.submit(f"/moderation/feeds/{made.name}/refuse", text="Ce sont des emplois.")
    charlie = signed_in(Visitor(app), cast.charlie)
    assert "Ce sont des emplois." in charlie.get(f"/partners/{made.name}").words
    assert charlie.post(f"/partners/{made.name}/resume").status == 409
    assert letters(session) == ["feed_refused"]


def test_one_person_proposes_five_feeds_at_most_and_no_address_twice(
    app: Any, cast: Cast, session: Session
) -> None:
    charlie = signed_in(Visitor(app), cast.charlie)

    def propose(n: int) -> int:
        charlie.get("/partners/new")
        return charlie.submit("/partners/new", title="Flux", url=f"https://example.org/{n}").status

    assert [propose(n) for n in (1, 1, 2, 3, 4, 5, 6)] == [200, 422, 200, 200, 200, 200, 409]


def test_a_refused_feed_may_be_proposed_again_and_none_takes_the_name_of_a_page(
    cast: Cast, session: Session
) -> None:
    url = "https://example.org/x.xml"
    partners.refuse(partners.propose(cast.charlie, "New", url), "Ce sont des emplois.")
    again = partners.propose(cast.charlie, "New", url)
    assert [again.name, *partners.waiting()] == ["new-3", again]
    with pytest.raises(Invalid):
        partners.propose(cast.charlie, "New", url)


@pytest.mark.parametrize("url", ["ftp://example.org/x", "javascript:alert(1)", "https://", "x y", "https://u:p@example.org/x"])  # fmt: skip
def test_what_is_no_web_address_is_not_proposed(app: Any, cast: Cast, url: str) -> None:
    charlie = signed_in(Visitor(app), cast.charlie)
    charlie.get("/partners/new")
    assert charlie.submit("/partners/new", title="Flux", url=url).status == 422


def test_nobody_proposes_a_feed_in_the_name_of_anothers_association(
    app: Any, cast: Cast, session: Session
) -> None:
    charlie = signed_in(Visitor(app), cast.charlie)
    charlie.get("/partners/new")
    given = {"title": "Flux", "url": "https://example.org/x", "association": cast.jardins.slug}
    assert charlie.submit("/partners/new", **given).status == 422
    bob = signed_in(Visitor(app), cast.bob)  # helps there, and does not run it
    bob.get("/partners/new")
    assert bob.submit("/partners/new", **given).status == 422
    alice = signed_in(Visitor(app), cast.alice)
    alice.get("/partners/new")
    assert alice.submit("/partners/new", **given).status == 200

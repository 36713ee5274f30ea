"""A person's own share links, and what came of them: how many visits, how many signups. Who came is never known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from portal import clock, db, permissions, tokens
from portal.errors import Gone, NotFound
from portal.models import Offer, Person, ShareLink, ShareVisit, Signup
from portal.models.signup import OVER


@dataclass(frozen=True)
class Figures:
    """What came of one link."""

    visits: int
    signups: int


@dataclass(frozen=True)
class Shared:
    """One line of « what my sharing brought »."""

    title: str
    url: str
    visits: int
    signups: int


def make(person: Person, offer: Offer) -> ShareLink:
    """The person's own link to the offer: made once, then always the same. Raises Gone for what nobody may look at."""
    if not permissions.may_see(None, offer):
        raise Gone
    dialect = db.session.get_bind().dialect.name
    insert = (sqlite if dialect == "sqlite" else postgresql).insert
    db.session.execute(
        insert(ShareLink)
        .values(
            code=tokens.short_code(),
            person_id=person.id,
            offer_id=offer.id,
            created_at=clock.now(),
        )
        .on_conflict_do_nothing(index_elements=["person_id", "offer_id"])
    )
    found = own(person, offer)
    if found is None:
        raise NotFound
    return found


def own(person: Person | None, offer: Offer) -> ShareLink | None:
    """The person's link to this offer, when there is one."""
    if person is None:
        return None
    return db.session.scalar(
        select(ShareLink).where(ShareLink.person_id == person.id, ShareLink.offer_id == offer.id)
    )


def find(code: str) -> ShareLink | None:
    """The link of a code."""
    return db.session.scalar(select(ShareLink).where(ShareLink.code == code[:16]))


def figures(link: ShareLink) -> Figures:
    """How many came by the link, and how many of them signed up."""
    return _figures([link.id]).get(link.id, Figures(0, 0))


def of(person: Person, base_url: str) -> list[Shared]:
    """Everything the person shared, the newest first."""
    links = db.session.scalars(
        select(ShareLink).where(ShareLink.person_id == person.id).order_by(ShareLink.id.desc())
    ).all()
    known = _figures([link.id for link in links])
    return [
        Shared(
            link.offer.title,
            address(link, base_url),
            *_pair(known.get(link.id, Figures(0, 0))),
        )
        for link in links
    ]


def address(link: ShareLink, base_url: str) -> str:
    """`/s/<code>`, absolute."""
    return f"{base_url}/s/{link.code}"


def count_visit(link_id: int) -> None:
    """One more visit today. Called by the worker: a page is only read."""
    dialect = db.session.get_bind().dialect.name
    insert: Any = (sqlite if dialect == "sqlite" else postgresql).insert
    statement = insert(ShareVisit).values(share_link_id=link_id, on=clock.today(), count=1)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["share_link_id", "on"], set_={"count": ShareVisit.count + 1}
        )
    )


def _figures(links: list[int]) -> dict[int, Figures]:
    visits = _sums(
        select(ShareVisit.share_link_id, func.sum(ShareVisit.count))
        .where(ShareVisit.share_link_id.in_(links))
        .group_by(ShareVisit.share_link_id)
    )
    signups = _sums(
        select(Signup.share_link_id, func.count())
        .where(Signup.share_link_id.in_(links), Signup.state.not_in(OVER))
        .group_by(Signup.share_link_id)
    )
    return {link: Figures(visits.get(link, 0), signups.get(link, 0)) for link in links}


def _sums(query: Any) -> dict[int, int]:
    return {link: int(number) for link, number in db.session.execute(query)}


def _pair(found: Figures) -> tuple[int, int]:
    return found.visits, found.signups

"""Figures that are true: how much there is to find, where it is found most, and how many people came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite

from portal import clock, db
from portal.models import Location, Offer, OfferDay, Signup
from portal.models.signup import OVER
from portal.services import indexing


@dataclass(frozen=True, slots=True)
class Figures:
    """The portal in four numbers. `people` are those who signed up and did not cancel, each address once."""

    offers: int
    associations: int
    towns: int
    people: int


@dataclass(frozen=True, slots=True)
class Town:
    """A town with open offers, the position of its offers' middle, and how many there are."""

    name: str
    departement: str
    lat: float
    lon: float
    offers: int


def now() -> Figures:
    """The four numbers, in one statement."""
    open_offers = indexing.findable(clock.now()).with_only_columns(
        Offer.id.label("id"), Offer.association_id.label("who"), Offer.cluster_id.label("cluster")
    )
    found = open_offers.subquery()
    town = func.count(func.distinct(Location.city + Location.departement))
    people = select(func.count(func.distinct(Signup.email_hash))).where(Signup.state.not_in(OVER))
    row = db.session.execute(
        select(
            select(func.count(func.distinct(found.c.cluster))).scalar_subquery(),
            select(func.count(func.distinct(found.c.who))).scalar_subquery(),
            select(town)
            .join(found, found.c.id == Location.offer_id)
            .where(Location.city != "")
            .scalar_subquery(),
            people.scalar_subquery(),
        )
    ).one()
    return Figures(*(int(value or 0) for value in row))


def count(offer_id: int, verb: str) -> None:
    """One more of this today. Called by the worker; an offer that is gone counts nothing."""
    if db.session.get(Offer, offer_id) is None:
        return
    dialect = db.session.get_bind().dialect.name
    insert: Any = (sqlite if dialect == "sqlite" else postgresql).insert
    statement = insert(OfferDay).values(offer_id=offer_id, on=clock.today(), verb=verb, count=1)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["offer_id", "on", "verb"], set_={"count": OfferDay.count + 1}
        )
    )


def busiest_towns(limit: int = 12) -> list[Town]:
    """The towns with most open offers. One statement."""
    found = indexing.findable(clock.now()).with_only_columns(Offer.id.label("id")).subquery()
    offers = func.count(func.distinct(Location.offer_id))
    rows = db.session.execute(
        select(
            Location.city,
            Location.departement,
            func.avg(Location.lat),
            func.avg(Location.lon),
            offers,
        )
        .join(found, found.c.id == Location.offer_id)
        .where(Location.city != "", Location.departement != "", Location.lat.is_not(None))
        .group_by(Location.city, Location.departement)
        .order_by(offers.desc(), Location.city)
        .limit(limit)
    )
    return [Town(*row) for row in rows]

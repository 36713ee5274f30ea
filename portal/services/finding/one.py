"""One offer in whatever state, as its page shows it; and what resembles it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy import false, func, select
from sqlalchemy.orm import joinedload, raiseload

from portal import clock, db
from portal.models import Association, Like, Offer, Shift, ShiftState
from portal.services.finding.answering import find
from portal.services.finding.asked import Asked
from portal.services.finding.cards import MOST_SHIFTS, Card, shifts_of
from portal.services.finding.given import this_minute
from search.query import Circle, Query
from search.results import Hit

SHIFTS_SHOWN = 60
NEAR_KM = 40.0
LEAST_SIMILAR = 3


def one(ident: int, person_id: int | None = None, most_shifts: int = SHIFTS_SHOWN) -> Card | None:
    """The offer with its association's team, locations, likes, and its first shifts ahead. Three statements at most."""
    likes = select(func.count()).where(Like.cluster_id == Offer.cluster_id).scalar_subquery()
    mine = select(Like.id).where(Like.cluster_id == Offer.cluster_id, Like.person_id == person_id)
    team = joinedload(Offer.association, innerjoin=True)
    who = team.selectinload(Association.memberships) if person_id else team.raiseload("*")
    row = (
        db.session.execute(
            select(Offer, likes, mine.exists() if person_id else false())
            .where(Offer.id == ident)
            .options(
                who,
                joinedload(Offer.locations).raiseload("*"),
                joinedload(Offer.feed).raiseload("*"),
                raiseload("*"),
            )
        )
        .unique()
        .first()
    )
    if row is None:
        return None
    offer, count, is_liked = row
    shifts = shifts_of([offer.id], None, most_shifts).get(offer.id, [])
    location = offer.locations[0] if offer.locations else None
    shift = shifts[0] if shifts else None
    return Card(offer, location, None, shift, shifts, count, bool(is_liked))


def cancelled(ident: int) -> list[Shift]:
    """The dated shifts of an offer that would lie ahead, had they not been cancelled; soonest first."""
    asked = (
        select(Shift)
        .where(
            Shift.offer_id == ident,
            Shift.state == ShiftState.CANCELLED,
            func.coalesce(Shift.ends_at, Shift.starts_at) > clock.now(),
        )
        .order_by(Shift.starts_at, Shift.id)
        .limit(MOST_SHIFTS)
        .options(raiseload("*"))
    )
    return list(db.session.scalars(asked))


def is_over(card: Card, at: datetime) -> bool:
    """Nothing is left to do: expired, or no shift ahead and not ongoing."""
    offer = card.offer
    if offer.expires_at is not None and offer.expires_at <= at:
        return True
    return not offer.is_ongoing and not card.shifts


def similar(offer: Offer, limit: int = 3) -> tuple[Hit, ...]:
    """Offers of the same themes near by; anywhere, or of any theme, where there are few. Never the same need."""
    at = next(((p.lat, p.lon) for p in offer.locations if p.lat is not None), None)
    near = Circle(at[0], at[1], NEAR_KM) if at and at[0] is not None and at[1] is not None else None
    query = Query(
        now=this_minute(clock.now()),
        circle=near,
        themes=tuple(offer.themes),
        remote="no" if near else None,
        limit=limit + 1,
    )
    found: dict[int, Hit] = {}
    for wider in (query, replace(query, themes=()), replace(query, circle=None, remote=None)):
        for hit in find(Asked(wider)).results.hits:
            if hit.cluster != offer.cluster_id:
                found.setdefault(hit.cluster, hit)
        if len(found) >= LEAST_SIMILAR:
            break
    return tuple(found.values())[:limit]

"""Everything that can be found, as the FeedItems that other portals read: the way back of services/feed_items.py.

Reads only, a batch at a time, so that memory stays flat. No contact, no volunteer: those fields are never filled.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from portal import clock, db
from portal.formats.item import (
    FeedAssociation,
    FeedItem,
    FeedLocation,
    FeedRecurrence,
    FeedShift,
    RemoteWork,
)
from portal.models import Association, Location, Offer, Precision, Shift, ShiftState
from portal.services import indexing
from portal.services.places import areas

BATCH = 500


def mark() -> str:
    """Changes whenever an export would: how many offers there are, the newest change, and the day (dates that pass)."""
    found = indexing.findable(clock.now()).subquery()
    row = db.session.execute(
        select(func.count(), func.max(found.c.updated_at), func.sum(found.c.version))
    ).one()
    return f"{clock.today().isoformat()}-{row[0]}-{row[1]}-{row[2]}"


def associations() -> Iterator[FeedAssociation]:
    """The associations of `items`, each once, by id."""
    wanted = indexing.findable(clock.now()).with_only_columns(Offer.association_id)
    found = db.session.scalars(
        select(Association)
        .where(Association.id.in_(wanted))
        .order_by(Association.id)
        .options(raiseload("*"))
        .execution_options(yield_per=BATCH)
    )
    yield from map(_association, found)


def items(base_url: str) -> Iterator[FeedItem]:
    """The offers that can still be done, by id; people sign up at the partner's page, or at the offer's on `base_url`."""
    now = clock.now()
    loaded = (
        indexing.findable(now)
        .order_by(Offer.id)
        .options(
            joinedload(Offer.association, innerjoin=True).raiseload("*"),
            selectinload(Offer.locations).raiseload("*"),
            selectinload(Offer.shifts).raiseload("*"),
            selectinload(Offer.rules).raiseload("*"),
            raiseload("*"),
        )
        .execution_options(yield_per=BATCH)
    )
    for offer in db.session.scalars(loaded):
        yield _item(offer, base_url, now)


def _item(offer: Offer, base_url: str, now: datetime) -> FeedItem:
    shifts = offer.shifts_ahead(now)
    numbers = {shift.capacity for shift in shifts}
    return FeedItem(
        external_id=str(offer.id),
        title=offer.title,
        description=offer.description,
        summary=offer.summary,
        association=_association(offer.association),
        locations=tuple(map(_location, offer.locations)),
        remote=RemoteWork(offer.remote.value),
        themes=tuple(offer.themes),
        tags=tuple(offer.tags),
        audiences=tuple(offer.audiences),
        skills=offer.skills,
        shifts=_shifts(offer, shifts),
        is_ongoing=offer.is_ongoing,
        schedule=offer.schedule,
        hours_per_week=offer.hours_per_week,
        # The formats know one number an offer; where its dates differ, the largest says best how many are welcome.
        places_wanted=None
        if None in numbers or not numbers
        else max(n for n in numbers if n is not None),
        minimum_age=offer.minimum_age,
        is_open_to_minors=None if offer.minimum_age is None else offer.minimum_age < 18,
        is_accessible=offer.is_accessible,
        near_transport=offer.near_transport,
        detail_url=offer.detail_url or f"{base_url}/offers/{offer.id}-{offer.slug}",
        language=offer.language,
        posted_at=offer.published_at,
        updated_at=offer.updated_at,
        expires_at=offer.expires_at,
    )


def _association(one: Association) -> FeedAssociation:
    return FeedAssociation(
        name=one.name,
        external_id=str(one.id),
        rna=one.rna,
        siren=one.siren[:9],
        siret=one.siren if len(one.siren) == 14 else "",
        url=one.url,
        logo_url=one.logo_url,
        description=one.description or one.summary,
        city=one.city,
    )


def _location(location: Location) -> FeedLocation:
    """A whole area is told by its name alone: its middle is nowhere that one could go."""
    region = areas.region(location.region)
    is_spot = location.precision in (Precision.EXACT, Precision.TOWN)
    return FeedLocation(
        name=location.name,
        street=location.street,
        postal_code=location.postal_code,
        city=location.city,
        department=location.departement,
        region=region.name if region else location.region,
        country=location.country,
        lat=location.lat if is_spot else None,
        lon=location.lon if is_spot else None,
    )


def _shifts(offer: Offer, ahead: list[Shift]) -> tuple[FeedShift, ...]:
    """The rules as rules, and the dates that no rule tells: those of a rule with a cancelled date are told one by one."""
    broken = {shift.rule_id for shift in offer.shifts if shift.state is ShiftState.CANCELLED}
    whole = {shift.rule_id for shift in ahead if shift.rule_id} - broken
    rules = [
        FeedShift(
            None,
            None,
            rule.zone,
            rule.capacity,
            recurrence=FeedRecurrence(rule.rrule, rule.starts_at, rule.minutes, rule.zone),
        )
        for rule in offer.rules
        if rule.id in whole
    ]
    dates = [
        FeedShift(shift.starts_at, shift.ends_at, shift.zone, shift.capacity)
        for shift in ahead
        if shift.starts_at is not None and shift.rule_id not in whole
    ]
    return (*dates, *rules)

"""The line of a full shift: holds and offers that run out, and the next in line who is offered what came free.

Everything here works behind the shift's lock (`capacity.lock`). `settle` is the one place where a freed place finds its
next owner, and every use case that may free one ends with it, in its own transaction: no place is ever free while
somebody waits for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.orm import aliased

from portal import clock, db
from portal.models import (
    Association,
    AssociationState,
    Offer,
    OfferState,
    Shift,
    ShiftState,
    Signup,
    SignupState,
)
from portal.services import capacity, notices, outbox

HOLD = timedelta(hours=24)
WEAK_HOLD = timedelta(minutes=30)  # while somebody who proved their address waits
OFFER = timedelta(hours=24)
SHORTEST_OFFER = timedelta(minutes=15)


def hold_until(shift: Shift) -> datetime:
    """When a hold that nobody verifies ends: after 24 h, or when the shift starts; while it goes on, when it ends."""
    now = clock.now()
    if shift.starts_at is None:
        return now + HOLD
    closes = shift.starts_at if shift.starts_at > now else shift.ends_at or shift.starts_at
    return min(now + HOLD, closes)


def offer_until(shift: Shift) -> datetime:
    """When an unanswered offer goes to the next: 24 h, or half of what is left before the start, but 15 minutes at least."""
    now = clock.now()
    if shift.starts_at is None:
        return now + OFFER
    half = max((shift.starts_at - now) / 2, SHORTEST_OFFER)
    return min(now + min(OFFER, half), shift.starts_at)


def settle(shift: Shift) -> None:
    """End what has run out, count again, and offer every free place to the first in line whom it fits.

    Mostly there is nothing to do, and one look says so: this runs twice in every signup, behind a lock that others wait for.
    """
    seen = capacity.recount(shift)
    changed = seen.changed
    if seen.verified_wait and offer_next(shift):
        changed, seen = True, capacity.recount(shift)
    while _has_lapsed(shift, seen):
        _end(_first_lapsed(shift, seen.verified_wait))
        seen, changed = capacity.recount(shift), True
        if seen.verified_wait and offer_next(shift):
            seen = capacity.recount(shift)
    if changed:
        outbox.reindex(shift.offer_id)


def offer_next(shift: Shift) -> bool:
    """Offer free places along the line, by (time, id), to each verified party that fits; True when one was offered."""
    if not _may_offer(shift):
        return False
    given = False
    for signup in db.session.scalars(_verified_line(shift.id)).all():
        if capacity.fits(shift, signup.party):
            signup.become(SignupState.OFFERED)
            signup.offered_until = offer_until(shift)
            notices.of_signup(signup, "place_offered")
            capacity.recount(shift)
            given = True
    return given


def position(signup: Signup) -> int:
    """The place in line, from 1. Those ahead who have not proved their address count: the figure can only get better."""
    ahead = select(func.count()).where(
        Signup.shift_id == signup.shift_id,
        Signup.state == SignupState.WAITLISTED,
        or_(
            Signup.created_at < signup.created_at,
            and_(Signup.created_at == signup.created_at, Signup.id < signup.id),
        ),
    )
    return 1 + (db.session.scalar(ahead) or 0)


def shifts_to_settle(limit: int = 200) -> Sequence[int]:
    """The shifts that the clock has changed: a hold or an offer has run out, or a place is free while somebody who fits waits."""
    now = clock.now()
    in_line = aliased(Signup)
    waits = exists().where(
        in_line.shift_id == Signup.shift_id,
        in_line.state == SignupState.WAITLISTED,
        in_line.verified_at.is_not(None),
    )
    lapsed = select(Signup.shift_id).where(
        or_(
            and_(Signup.state == SignupState.HELD, Signup.held_until <= now),
            and_(Signup.state == SignupState.OFFERED, Signup.offered_until <= now),
            and_(Signup.state == SignupState.HELD, Signup.created_at <= now - WEAK_HOLD, waits),
        )
    )
    free = (
        select(Signup.shift_id)
        .join(Shift, Shift.id == Signup.shift_id)
        .join(Offer, Offer.id == Shift.offer_id)
        .join(Association, Association.id == Offer.association_id)
        .where(
            Signup.state == SignupState.WAITLISTED,
            Signup.verified_at.is_not(None),
            or_(Shift.capacity.is_(None), Shift.taken + Signup.party <= Shift.capacity),
            Shift.state == ShiftState.PLANNED,
            or_(Shift.starts_at.is_(None), Shift.starts_at > now),
            # As in capacity.gives_places: a shift that gives none would come back for ever, and others would never come.
            Offer.state == OfferState.LIVE,
            Association.state == AssociationState.ACTIVE,
            Offer.detail_url == "",
            or_(Offer.expires_at.is_(None), Offer.expires_at > now),
        )
    )
    return list(db.session.scalars(lapsed.union(free).limit(limit)))


def _may_offer(shift: Shift) -> bool:
    return capacity.gives_places(shift) and not _has_begun(shift)


def may_join_late(shift: Shift, party: int) -> bool:
    """May who asks now come at once? While a shift goes on its line stands still, and a free place is for who is there."""
    return _has_begun(shift) and capacity.gives_places(shift) and capacity.fits(shift, party)


def _has_begun(shift: Shift) -> bool:
    return shift.starts_at is not None and shift.starts_at <= clock.now()


def _weak_since(shift: Shift, verified_wait: bool) -> datetime | None:
    """Holds made before this moment end because somebody verified waits for them; None when nobody does."""
    return clock.now() - WEAK_HOLD if verified_wait and _may_offer(shift) else None


def _has_lapsed(shift: Shift, seen: capacity.Count) -> bool:
    now = clock.now()
    weak_since = _weak_since(shift, seen.verified_wait)
    return (
        (seen.hold_ends_at is not None and seen.hold_ends_at <= now)
        or (seen.offer_ends_at is not None and seen.offer_ends_at <= now)
        or (
            weak_since is not None
            and seen.oldest_hold_at is not None
            and seen.oldest_hold_at <= weak_since
        )
    )


def _first_lapsed(shift: Shift, verified_wait: bool) -> Signup:
    """The oldest hold or offer that has run out. One at a time: once the line is served, younger holds are safe again."""
    now = clock.now()
    weak_since = _weak_since(shift, verified_wait)
    hold_is_over = Signup.held_until <= now
    if weak_since is not None:
        hold_is_over = or_(hold_is_over, Signup.created_at <= weak_since)
    return db.session.scalars(
        select(Signup)
        .where(
            Signup.shift_id == shift.id,
            or_(
                and_(Signup.state == SignupState.HELD, hold_is_over),
                and_(Signup.state == SignupState.OFFERED, Signup.offered_until <= now),
            ),
        )
        .order_by(Signup.created_at, Signup.id)
        .limit(1)
        .execution_options(populate_existing=True)
    ).one()


def _end(lapsed: Signup) -> None:
    was = lapsed.state
    lapsed.become(SignupState.EXPIRED)
    if was is SignupState.OFFERED:
        notices.of_signup(lapsed, "place_lapsed")


def _verified_line(shift_id: int) -> Select[Signup]:
    return (
        select(Signup)
        .where(
            Signup.shift_id == shift_id,
            Signup.state == SignupState.WAITLISTED,
            Signup.verified_at.is_not(None),
        )
        .order_by(Signup.created_at, Signup.id)
        .execution_options(populate_existing=True)
    )

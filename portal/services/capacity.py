"""Exact places: the lock of a shift, the count of who is on it, and whether a party still fits.

Two people click at once on the last place: without the lock both count nine, and both become the tenth. So whoever is
about to give or free a place calls `lock` first, and everything is counted again behind it; nothing is ever incremented.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm.attributes import set_committed_value

from portal import clock, db
from portal.errors import Conflict, Gone, NotFound
from portal.models import AssociationState, Offer, OfferState, Shift, Signup, SignupState
from portal.models.signup import TAKING


def lock(shift_id: int) -> Shift:
    """The shift, held until the end of the transaction, as it is now. Raises NotFound.

    SQLite has one writer at a time, and the no-op UPDATE makes us that writer even in a transaction that began by
    reading. On PostgreSQL the row is locked; while we waited for it, somebody else may have changed it, so what the session
    remembered of the shift and of its offer is read again.
    """
    db.session.flush()  # what is read again below must not undo what was not written yet
    if db.session.get_bind().dialect.name == "sqlite":
        db.session.execute(
            update(Shift)
            .where(Shift.id == shift_id)
            .values(taken=Shift.taken)
            .execution_options(synchronize_session=False)
        )
    fresh = {"populate_existing": True}
    shift = db.session.scalar(
        select(Shift)
        .where(Shift.id == shift_id)
        .with_for_update(of=Shift)
        .execution_options(**fresh)
    )
    if shift is None:
        raise NotFound
    offer = select(Offer).where(Offer.id == shift.offer_id).execution_options(**fresh)
    set_committed_value(shift, "offer", db.session.scalars(offer).one())
    return shift


def lock_all(shift_ids: list[int]) -> dict[int, Shift]:
    """Several shifts, always in the same order: two people who swap dates must not wait for each other."""
    return {ident: lock(ident) for ident in sorted(set(shift_ids))}


@dataclass(frozen=True)
class Count:
    """What one look at a shift's signups tells. Moments are None where there is nothing of the kind."""

    changed: bool  # the places are not what they were
    verified_wait: bool
    hold_ends_at: datetime | None
    oldest_hold_at: datetime | None
    offer_ends_at: datetime | None


def recount(shift: Shift) -> Count:
    """Count again who takes a place and who waits, in one look. Only behind the lock."""
    db.session.flush()
    state = Signup.state
    waits = state == SignupState.WAITLISTED
    taken, waiting, verified, hold_ends, oldest_hold, offer_ends = db.session.execute(
        select(
            func.coalesce(func.sum(Signup.party).filter(state.in_(TAKING)), 0),
            func.count().filter(waits),
            func.count().filter(waits, Signup.verified_at.is_not(None)),
            func.min(Signup.held_until).filter(state == SignupState.HELD),
            func.min(Signup.created_at).filter(state == SignupState.HELD),
            func.min(Signup.offered_until).filter(state == SignupState.OFFERED),
        ).where(Signup.shift_id == shift.id)
    ).one()
    changed = shift.taken != taken
    if changed or shift.waiting != waiting:
        shift.taken, shift.waiting = taken, waiting
    return Count(changed, verified > 0, hold_ends, oldest_hold, offer_ends)


def fits(shift: Shift, party: int) -> bool:
    """Is there room for so many people? Taken may exceed a capacity that was lowered: then there is room for nobody."""
    return shift.capacity is None or shift.taken + party <= shift.capacity


def gives_places(shift: Shift) -> bool:
    """Are places of this shift given at all now: a live offer of an association in good standing, before its start?"""
    offer = shift.offer
    now = clock.now()
    return (
        offer.state is OfferState.LIVE
        and offer.association.state is AssociationState.ACTIVE
        and offer.signs_up_here
        and (offer.expires_at is None or offer.expires_at > now)
        and shift.is_ahead(now)
    )


def require_open(shift: Shift) -> None:
    """Raise the error that says why nobody can sign up for this shift, if nobody can."""
    offer = shift.offer
    if offer.state in (OfferState.DRAFT, OfferState.PENDING, OfferState.HIDDEN, OfferState.REFUSED):
        raise NotFound
    if offer.association.state is not AssociationState.ACTIVE:
        raise NotFound
    if offer.state is OfferState.PAUSED:
        raise Conflict(
            "Les inscriptions sont en pause pour le moment. Revenez dans quelques jours, "
            "ou cherchez un besoin semblable."
        )
    if not offer.signs_up_here:
        raise Conflict(
            "Les inscriptions se font sur le site du partenaire, depuis la page de l’offre."
        )
    if not gives_places(shift):
        raise Gone("Les inscriptions sont closes pour cette date.")

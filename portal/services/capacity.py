"""Exact places: the lock of a shift, the count of who is on it, and whether a party still fits.

Two people click at once on the last place: without the lock both count nine, and both become the tenth. So whoever is
about to give or free a place calls `lock` first, and everything is counted again behind it; nothing is ever incremented.
"""

from __future__ import annotations

from sqlalchemy import func, select, update

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
    db.session.scalar(select(Offer).where(Offer.id == shift.offer_id).execution_options(**fresh))
    return shift


def lock_all(shift_ids: list[int]) -> dict[int, Shift]:
    """Several shifts, always in the same order: two people who swap dates must not wait for each other."""
    return {ident: lock(ident) for ident in sorted(set(shift_ids))}


def recount(shift: Shift) -> bool:
    """Count again who takes a place and who waits; True when the places changed. Only behind the lock."""
    db.session.flush()
    people = func.coalesce(func.sum(Signup.party).filter(Signup.state.in_(TAKING)), 0)
    waiting = func.count().filter(Signup.state == SignupState.WAITLISTED)
    taken, in_line = db.session.execute(
        select(people, waiting).where(Signup.shift_id == shift.id)
    ).one()
    changed = shift.taken != taken
    shift.taken, shift.waiting = taken, in_line
    return changed


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

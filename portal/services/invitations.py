"""Invitations: one message of one person to a few friends about one offer, with limits that whoever sends cannot lift.

Whether a friend was already invited, or asked never to be written to again, is nobody's business: such an invitation is
dropped without a word, and the sender sees the same page. An address is kept until the message is sent, a day at most.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, text, update

from portal import clock, db, tokens
from portal.errors import Forbidden, Gone, Invalid, NotFound, TooMany
from portal.models import Invitation, InvitationState, MailRefusal, Offer, OfferState, Person
from portal.services import outbox

AT_ONCE = 5
A_DAY = 20
ONCE_IN = timedelta(days=30)
KEPT = timedelta(hours=24)


def invite(person: Person, offer: Offer, emails: Sequence[str]) -> int:
    """Queue the messages; how many were asked for. Raises Forbidden, Gone, Invalid, TooMany."""
    if not person.is_verified:
        raise Forbidden("Prouvez d’abord votre adresse : le message part en votre nom.")
    if offer.state is not OfferState.LIVE or offer.is_over(clock.now()):
        raise Gone
    wanted = list(dict.fromkeys(tokens.normal_email(email) for email in emails))
    if not 1 <= len(wanted) <= AT_ONCE:
        raise Invalid("Écrivez de une à cinq adresses.", field="emails")
    if person.email in wanted:
        raise Invalid("C’est votre propre adresse.", field="emails")
    _wait_for_turn()
    if len(wanted) > left_today(person):
        raise TooMany(
            "Vingt invitations par jour au plus. Partagez plutôt votre lien : il n’a pas de limite.",
            retry_after=3600,
        )
    for email in wanted:
        _queue(person, offer, email)
    return len(wanted)


def left_today(person: Person) -> int:
    """How many invitations the person may still send within these 24 hours."""
    sent = db.session.scalar(
        select(func.count()).where(
            Invitation.person_id == person.id,
            Invitation.created_at > clock.now() - timedelta(days=1),
        )
    )
    return max(0, A_DAY - int(sent or 0))


def words(person: Person, offer: Offer) -> dict[str, Any]:
    """What the message says: the same for the page that shows it before and for the worker that writes it."""
    shift = next(iter(offer.shifts_ahead(clock.now())), None)
    return {
        "inviter": name_of(person),
        "inviter_email": person.email,
        "offer": offer,
        "shift": shift,
        "location": next(iter(offer.locations), None),
    }


def name_of(person: Person) -> str:
    """How the sender is named: their first name, or the part of their address before the @."""
    return person.first_name or (person.email or "").partition("@")[0]


def token(invitation: Invitation) -> str:
    """The token of the invitation's addresses, written when the mail is."""
    return tokens.sign("invitation", invitation.id, invitation.nonce)


def find(given: str) -> Invitation:
    """The invitation of this token. Raises NotFound for one that was never made here."""
    named = tokens.read("invitation", given)
    found = db.session.get(Invitation, named[0]) if named else None
    if named is None or found is None or not tokens.same(found.nonce, named[1]):
        raise NotFound
    return found


def may_send(invitation: Invitation) -> bool:
    """Just before sending: still wanted, still open, the address still here and not refused meanwhile."""
    return (
        invitation.state is InvitationState.QUEUED
        and bool(invitation.email)
        and invitation.created_at > clock.now() - KEPT
        and invitation.person.is_verified
        and invitation.offer.state is OfferState.LIVE
        and not invitation.offer.is_over(clock.now())
        and not _is_refused(invitation.email_hash)
    )


def sent(invitation: Invitation) -> None:
    """It left: its address is forgotten."""
    invitation.email, invitation.state, invitation.sent_at = "", InvitationState.SENT, clock.now()


def drop(invitation: Invitation) -> None:
    """It will not leave: its address is forgotten too."""
    invitation.email, invitation.state = "", InvitationState.DROPPED


def refuse(given: str) -> None:
    """« Do not write to me again »: nobody's invitation reaches this address any more. Kept as a keyed hash."""
    invitation = find(given)
    if not _is_refused(invitation.email_hash):
        db.session.add(MailRefusal(email_hash=invitation.email_hash))
    db.session.execute(
        update(Invitation)
        .where(
            Invitation.email_hash == invitation.email_hash,
            Invitation.state == InvitationState.QUEUED,
        )
        .values(state=InvitationState.DROPPED, email="")
    )
    db.session.flush()


def forget_old() -> int:
    """Upkeep: an address that waited a day is forgotten, sent or not. Returns how many."""
    gone = db.session.execute(
        update(Invitation)
        .where(Invitation.email != "", Invitation.created_at <= clock.now() - KEPT)
        .values(email="", state=InvitationState.DROPPED)
    )
    return int(getattr(gone, "rowcount", 0))


def _queue(person: Person, offer: Offer, email: str) -> None:
    hashed = tokens.email_hash(email)
    is_dropped = _is_refused(hashed) or _was_invited(hashed)
    invitation = Invitation(
        person_id=person.id,
        offer_id=offer.id,
        email="" if is_dropped else email,
        email_hash=hashed,
        nonce=tokens.nonce(),
        state=InvitationState.DROPPED if is_dropped else InvitationState.QUEUED,
    )
    db.session.add(invitation)
    db.session.flush()
    if not is_dropped:
        payload = {"template": "invitation", "invitation": invitation.id}
        outbox.add("mail", f"invitation:{invitation.id}", payload)


def _is_refused(hashed: str) -> bool:
    return (
        db.session.scalar(select(MailRefusal.id).where(MailRefusal.email_hash == hashed))
        is not None
    )


def _was_invited(hashed: str) -> bool:
    """By anybody, within 30 days. A dropped one reached nobody and counts for nothing."""
    found = db.session.scalar(
        select(Invitation.id)
        .where(
            Invitation.email_hash == hashed,
            Invitation.state != InvitationState.DROPPED,
            Invitation.created_at > clock.now() - ONCE_IN,
        )
        .limit(1)
    )
    return found is not None


def _wait_for_turn() -> None:
    """Count and insert one at a time. SQLite's writers already wait for each other; PostgreSQL is asked to."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(7302)"))

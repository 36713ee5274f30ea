"""Everything that is linked to a person: handed to them as JSON, or erased.

Erasing empties the rows that counts rest on (the person, their signups) and deletes the others. What other people rely on
stays without a name: that somebody came, that an offer was decided upon.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import joinedload

from portal import clock, db, tokens
from portal.errors import Conflict
from portal.models import (
    Alert,
    Claim,
    Flag,
    History,
    Identity,
    Invitation,
    Like,
    Membership,
    Offer,
    Person,
    PersonRole,
    PersonState,
    Session,
    ShareLink,
    Shift,
    SignInLink,
    Signup,
    TeamInvitation,
    TeamRole,
)
from portal.services import signups

ALERT_DATES = ("created_at", "verified_at", "last_sent_at", "stopped_at")


def export(person: Person) -> dict[str, Any]:
    """All we know of the person, in plain words for keys; dates are ISO 8601 in UTC. Secrets (tokens, nonces) are not in it."""
    return {
        "made_at": _iso(clock.now()),
        "person": {
            "first_name": person.first_name,
            "email": person.email,
            "email_verified_at": _iso(person.email_verified_at),
            "language": person.language,
            "picture_url": person.picture_url,
            "role": person.role.value,
            "is_seen": person.is_seen,
            "wants_news": person.wants_news,
            "created_at": _iso(person.created_at),
        },
        "identities": [
            _row(one, "provider", "issuer", "subject", "email", "created_at")
            for one in _all(Identity, Identity.person_id == person.id)
        ],
        "sessions": [
            _row(one, "device", "created_at", "seen_at", "ended_at")
            for one in _all(Session, Session.person_id == person.id)
        ],
        "signups": [_signup(one) for one in signups_of(person)],
        "likes": [
            {**_row(like, "created_at"), "offer": like.offer_id, "title": title}
            for like, title in db.session.execute(
                select(Like, Offer.title)
                .join(Offer, Offer.id == Like.offer_id)
                .where(Like.person_id == person.id)
                .order_by(Like.id)
            )
        ],
        "share_links": [
            _row(one, "code", "offer_id", "created_at")
            for one in _all(ShareLink, ShareLink.person_id == person.id)
        ],
        "invitations": [
            _row(one, "offer_id", "email", "state", "created_at", "sent_at")
            for one in _all(Invitation, Invitation.person_id == person.id)
        ],
        "alerts": [
            _row(one, "search", "every_days", "email", "language", *ALERT_DATES)
            for one in _all(Alert, _alerts_of(person))
        ],
        "memberships": [
            {**_row(one, "role", "created_at"), "association": one.association.name}
            for one in _all(Membership, Membership.person_id == person.id)
        ],
        "flags": [
            _row(one, "offer_id", "reason", "text", "created_at")
            for one in _all(Flag, Flag.person_id == person.id)
        ],
        "claims": [
            _row(one, "association_id", "claimed_id", "state", "proof", "created_at")
            for one in _all(Claim, Claim.person_id == person.id)
        ],
        "history": [
            _row(one, "verb", "subject", "subject_id", "created_at")
            for one in _all(History, History.person_id == person.id)
        ],
    }


def signups_of(person: Person) -> list[Signup]:
    """The person's signups, and those made with their address before they had an account, once it is proved."""
    found = db.session.scalars(
        select(Signup)
        .where(_signups_of(person))
        .options(joinedload(Signup.shift).joinedload(Shift.offer))
        .order_by(Signup.id)
    )
    return list(found.unique())


def require_free(person: Person) -> None:
    """Erasing must not leave an association without anybody: its last coordinator hands it over first."""
    last = db.session.scalar(
        select(Membership)
        .where(
            Membership.person_id == person.id,
            Membership.role == TeamRole.COORDINATOR,
            Membership.association_id.not_in(
                select(Membership.association_id)
                .join(Person, Person.id == Membership.person_id)
                .where(
                    Membership.role == TeamRole.COORDINATOR,
                    Membership.person_id != person.id,
                    Person.state == PersonState.ACTIVE,
                )
            ),
        )
        .limit(1)
    )
    if last is not None:
        raise Conflict(
            "Vous êtes la dernière personne à coordonner « %(name)s ». Confiez-la d’abord à quelqu’un de l’équipe, "
            "ou écrivez-nous pour la fermer.",
            name=last.association.name,
        )


def erase(person: Person) -> None:
    """Forget the person. Signups to come are cancelled (their associations hear of it), and nothing opens the account again."""
    # In the order of the shifts: two people who erase at once then never wait for each other's locks.
    for signup in sorted(signups_of(person), key=lambda one: one.shift_id):
        signups.erase(signup.id)
    _delete_what_is_theirs(person)
    db.session.execute(
        update(ShareLink).where(ShareLink.person_id == person.id).values(person_id=None)
    )
    db.session.execute(update(Invitation).where(Invitation.person_id == person.id).values(email=""))
    db.session.execute(
        update(Flag).where(Flag.person_id == person.id).values(person_id=None, text="")
    )
    person.email = person.email_verified_at = None
    person.first_name = person.picture_url = ""
    person.role, person.state, person.is_seen = PersonRole.PERSON, PersonState.ERASED, False
    person.wants_news = False
    db.session.flush()


def _delete_what_is_theirs(person: Person) -> None:
    links = SignInLink.person_id == person.id
    invited: ColumnElement[bool] | None = None
    if person.email is not None:
        links = or_(links, SignInLink.email == person.email)
        invited = func.lower(TeamInvitation.email) == person.email
    for model, whose in (
        (Identity, Identity.person_id == person.id),
        (Session, Session.person_id == person.id),
        (SignInLink, links),
        (Like, Like.person_id == person.id),
        (Membership, Membership.person_id == person.id),
        (Alert, _alerts_of(person)),
        (TeamInvitation, invited),
    ):
        if whose is not None:
            db.session.execute(delete(model).where(whose))


def _signups_of(person: Person) -> ColumnElement[bool]:
    mine = Signup.person_id == person.id
    if not person.is_verified:
        return mine
    return or_(mine, Signup.email_hash == tokens.email_hash(person.email or ""))


def _alerts_of(person: Person) -> ColumnElement[bool]:
    mine = Alert.person_id == person.id
    if not person.is_verified:
        return mine
    return or_(mine, Alert.email_hash == tokens.email_hash(person.email or ""))


def _signup(signup: Signup) -> dict[str, Any]:
    names = ("state", "first_name", "email", "phone", "message", "answers", "party", "created_at")
    return {
        **_row(signup, *names),
        "offer": signup.shift.offer_id,
        "title": signup.shift.offer.title,
        "starts_at": _iso(signup.shift.starts_at),
    }


def _all(model: Any, whose: ColumnElement[bool]) -> list[Any]:
    return list(db.session.scalars(select(model).where(whose).order_by(model.id)).unique())


def _row(row: Any, *names: str) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return _iso(value)
    return getattr(value, "value", value)


def _iso(value: datetime | None) -> str | None:
    return value.isoformat(timespec="seconds") if value is not None else None

"""Associations and their teams: founded in one page, joined by a mailed invitation, never left without a coordinator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from itertools import count

from slugify import slugify
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from portal import clock, db, tokens
from portal.errors import Conflict, Forbidden, Gone, Invalid, NotFound, TooMany
from portal.models import (
    Association,
    AssociationState,
    History,
    Membership,
    Person,
    TeamInvitation,
    TeamRole,
)
from portal.services import outbox

INVITATION_LIFE = timedelta(days=14)
INVITATIONS_A_DAY = 20
FOUNDERS_A_DAY = 3  # mails to one address that somebody typed who is not signed in
ALL_FOUNDERS_A_DAY = 200  # and to all of them
SLUG_TRIES = 20


@dataclass(frozen=True)
class NewAssociation:
    """What founding one takes. `rna` and `siren` are optional and checked by form and key."""

    name: str
    summary: str
    email: str
    city: str = ""
    url: str = ""
    rna: str = ""
    siren: str = ""


def found(wish: NewAssociation, person: Person | None, language: str = "fr") -> Association:
    """A new association. A signed-in person coordinates it at once.

    Somebody who is not signed in is invited by mail to the address that was typed: until its owner presses the button
    nobody coordinates it, and nothing of it is shown. Typing another's address gives nothing away.
    """
    if person is None:
        _refuse_too_many(wish.email)
    association = Association(
        name=wish.name,
        summary=wish.summary,
        email=wish.email,
        city=wish.city,
        url=wish.url,
        rna=wish.rna,
        siren=wish.siren,
        state=AssociationState.ACTIVE if person else AssociationState.PENDING,
    )
    add(association)
    if person is not None:
        _join(association, person, TeamRole.COORDINATOR)
    else:
        _invite(association, None, wish.email, TeamRole.COORDINATOR, language)
    record(association, person, "association_founded", "association", association.id)
    return association


def _refuse_too_many(email: str) -> None:
    """Whoever is not signed in can have mail sent to anybody: not often. PostgreSQL is asked to count one at a time."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(7303)"))
    everybody = select(func.count()).where(
        TeamInvitation.inviter_id.is_(None),
        TeamInvitation.created_at > clock.now() - timedelta(days=1),
    )
    own = everybody.where(TeamInvitation.email == tokens.normal_email(email))
    for asked, most in ((own, FOUNDERS_A_DAY), (everybody, ALL_FOUNDERS_A_DAY)):
        if (db.session.scalar(asked) or 0) >= most:
            raise TooMany(retry_after=86_400)


def add(association: Association) -> None:
    """Keep a new association under a free slug. Who loses a slug to somebody at the same moment takes the next one."""
    for _ in range(SLUG_TRIES):
        association.slug = free_slug(association.name)
        try:
            with db.session.begin_nested():
                db.session.add(association)
        except IntegrityError:
            continue
        return
    raise Conflict


def free_slug(name: str) -> str:
    """A name for the address that no other association has."""
    base = slugify(name)[:100] or "association"
    taken = set(
        db.session.scalars(
            select(Association.slug).where(
                (Association.slug == base) | Association.slug.like(f"{base}-%")
            )
        )
    )
    numbered = (f"{base}-{n}" for n in count(2))
    return base if base not in taken else next(s for s in numbered if s not in taken)


def of(person: Person) -> list[Membership]:
    """The teams that somebody is on, by the associations' names."""
    return list(
        db.session.scalars(
            select(Membership)
            .join(Association)
            .where(Membership.person_id == person.id)
            .order_by(Association.name)
        )
    )


def invite(
    association: Association, inviter: Person, email: str, role: TeamRole, language: str = "fr"
) -> TeamInvitation:
    """Ask somebody onto the team, by a mail that is bound to the address."""
    email = tokens.normal_email(email)
    if any(m.person.email == email for m in association.memberships):
        raise Conflict("Cette personne fait déjà partie de l’équipe.")
    today = select(func.count()).where(
        TeamInvitation.association_id == association.id,
        TeamInvitation.created_at > clock.now() - timedelta(days=1),
    )
    if (db.session.scalar(today) or 0) >= INVITATIONS_A_DAY:
        raise Conflict("Vingt invitations sont déjà parties aujourd’hui. Continuez demain.")
    invitation = _invite(association, inviter, email, role, language)
    record(association, inviter, "team_invited", "team_invitation", invitation.id)
    return invitation


def _invite(
    association: Association, inviter: Person | None, email: str, role: TeamRole, language: str
) -> TeamInvitation:
    invitation = TeamInvitation(
        association_id=association.id,
        inviter_id=inviter.id if inviter else None,
        email=tokens.normal_email(email),
        role=role,
        nonce=tokens.nonce(),
        expires_at=clock.now() + INVITATION_LIFE,
    )
    db.session.add(invitation)
    db.session.flush()
    ident = invitation.id
    payload = {"template": "team_invitation", "team_invitation": ident, "language": language}
    outbox.add("mail", f"team_invitation:{ident}", payload)
    return invitation


def invitation_token(invitation: TeamInvitation) -> str:
    """The unguessable half of the invitation's address."""
    return tokens.sign("team", invitation.id, invitation.nonce)


def find_invitation(token: str) -> TeamInvitation:
    """The open invitation behind a token; NotFound for a wrong one, Gone for one that is used, revoked or too old."""
    named = tokens.read("team", token)
    invitation = db.session.get(TeamInvitation, named[0]) if named else None
    if named is None or invitation is None or not tokens.same(invitation.nonce, named[1]):
        raise NotFound
    if invitation.accepted_at or invitation.revoked_at or invitation.expires_at <= clock.now():
        raise Gone("Cette invitation ne sert plus. Demandez-en une autre à l’association.")
    return invitation


def accept(token: str, person: Person) -> Membership:
    """Join the team. Only the person who proved the invited address can, so a forwarded mail opens nothing."""
    invitation = find_invitation(token)
    if not person.is_verified or person.email != invitation.email:
        raise Forbidden(
            "Cette invitation est pour une autre adresse. Connectez-vous avec celle qui l’a reçue."
        )
    invitation.accepted_at = clock.now()
    association = invitation.association
    if association.state is AssociationState.PENDING:
        association.state = AssociationState.ACTIVE
    membership = _join(association, person, invitation.role)
    record(association, person, "team_joined", "person", person.id)
    return membership


def revoke(association: Association, invitation_id: int, by: Person) -> None:
    """Take an invitation back."""
    invitation = db.session.get(TeamInvitation, invitation_id)
    if invitation is None or invitation.association_id != association.id:
        raise NotFound
    invitation.revoked_at = clock.now()
    record(association, by, "team_invitation_revoked", "team_invitation", invitation.id)


def change_role(association: Association, person_id: int, role: TeamRole, by: Person) -> None:
    """Make somebody coordinator or helper. The last coordinator stays one."""
    membership = _membership(association, person_id)
    if role is not TeamRole.COORDINATOR:
        _keep_a_coordinator(association, membership)
    membership.role = role
    db.session.flush()
    record(association, by, f"team_{role}", "person", person_id)


def remove(association: Association, person_id: int, by: Person) -> None:
    """Take somebody off the team, or leave it oneself. The last coordinator cannot go."""
    membership = _membership(association, person_id)
    _keep_a_coordinator(association, membership)
    db.session.delete(membership)
    db.session.flush()
    record(association, by, "team_left", "person", person_id)


def record(
    association: Association,
    person: Person | None,
    verb: str,
    subject: str,
    subject_id: int,
    **details: object,
) -> None:
    """A line of the association's history."""
    line = History(
        association_id=association.id,
        person_id=person.id if person else None,
        verb=verb,
        subject=subject,
        subject_id=subject_id,
        details=details,
    )
    db.session.add(line)
    db.session.flush()


def _membership(association: Association, person_id: int) -> Membership:
    found = next((m for m in association.memberships if m.person_id == person_id), None)
    if found is None:
        raise NotFound
    return found


def _keep_a_coordinator(association: Association, membership: Membership) -> None:
    # Two coordinators may leave at the same moment: the lock makes the second one count after the first.
    db.session.execute(
        select(Association.id).where(Association.id == association.id).with_for_update()
    )
    others = db.session.scalar(
        select(func.count()).where(
            Membership.association_id == association.id,
            Membership.role == TeamRole.COORDINATOR,
            Membership.id != membership.id,
        )
    )
    if membership.role is TeamRole.COORDINATOR and not others:
        raise Invalid(
            "Il faut au moins une personne à la coordination. Donnez d’abord ce rôle à quelqu’un d’autre."
        )


def _join(association: Association, person: Person, role: TeamRole) -> Membership:
    """Onto the team, once. Who is on it already gains by an invitation, and never loses."""
    membership = _known(association, person)
    if membership is None:
        membership = Membership(association_id=association.id, person_id=person.id, role=role)
        try:
            with db.session.begin_nested():
                db.session.add(membership)
        except IntegrityError:  # the button pressed twice at once: the other press was first
            membership = _known(association, person)
            if membership is None:
                raise
    if role is TeamRole.COORDINATOR:
        membership.role = role
    db.session.flush()
    return membership


def _known(association: Association, person: Person) -> Membership | None:
    return db.session.scalar(
        select(Membership).where(
            Membership.association_id == association.id, Membership.person_id == person.id
        )
    )

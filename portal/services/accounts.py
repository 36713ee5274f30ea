"""Accounts: who an address belongs to, what a person says of themself, how their address changes, what role they have.

An address is proved by pressing the button of a mail that was sent to it, and by nothing else; a provider that calls an
e-mail verified may open a new account with it (`identities`), never reach an existing one.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from portal import clock, db, tokens
from portal.errors import Conflict, Forbidden, NotFound
from portal.models import (
    Alert,
    Identity,
    LinkPurpose,
    Person,
    PersonRole,
    PersonState,
    SignInLink,
    Signup,
)
from portal.services import sessions, sign_in_links


def of_email(email: str) -> Person | None:
    """The person with this address, whether or not it was proved."""
    return db.session.scalar(select(Person).where(Person.email == tokens.normal_email(email)))


def prove(email: str, language: str = "fr") -> Person:
    """The person of an address whose owner has just shown that they read its mail; a new one when it is unknown.

    An account that nobody had verified may have been made by somebody else to lie in wait: its sessions end and its
    identities go, before its true owner comes in.
    """
    person = of_email(email) or _create(email, language)
    if person.state is not PersonState.ACTIVE:
        raise Forbidden("Ce compte est fermé. Écrivez-nous pour en parler.")
    if person.email_verified_at is None:
        sessions.end_all(person)
        db.session.execute(delete(Identity).where(Identity.person_id == person.id))
        person.email_verified_at = clock.now()
    person.first_name = person.first_name or _known_name(person)
    db.session.flush()
    return person


def _known_name(person: Person) -> str:
    """Nobody is asked for anything twice: how this address called itself on the last signup that it confirmed, or ""."""
    return (
        db.session.scalar(
            select(Signup.first_name)
            .where(
                Signup.email_hash == tokens.email_hash(person.email or ""),
                Signup.verified_at.is_not(None),
            )
            .order_by(Signup.id.desc())
            .limit(1)
        )
        or ""
    )


def _create(email: str, language: str) -> Person:
    person = Person(
        email=tokens.normal_email(email), language=language, email_verified_at=clock.now()
    )
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:
        # Two links of a new address pressed at once: the other one was first.
        found = of_email(email)
        if found is None:
            raise
        return found
    return person


def enter(given: str) -> tuple[Person, SignInLink]:
    """Sign in by a mailed link: the person who may come in. Raises Gone when the link does not open any more."""
    link = sign_in_links.find(given)
    if link.purpose is not LinkPurpose.SIGN_IN:
        raise NotFound
    link = sign_in_links.use(given)
    return prove(link.email, str(link.details.get("language", "fr"))), link


def describe(
    person: Person, *, first_name: str, language: str, is_seen: bool, wants_news: bool
) -> None:
    """What a person says of themself."""
    person.first_name = first_name
    person.language = language
    person.is_seen = is_seen
    person.wants_news = wants_news


def ask_new_email(person: Person, email: str, *, network_hash: str, language: str) -> None:
    """Mail a link to the new address; nothing changes before its button is pressed.

    The answer is the same when the address already belongs to somebody: the mail says the rest.
    """
    sign_in_links.ask(
        email,
        LinkPurpose.CHANGE_EMAIL,
        person=person,
        network_hash=network_hash,
        language=language,
        next_path="/account",
    )


def change_email(person: Person, given: str) -> None:
    """The button of the mail to the new address, pressed by the very person who asked, signed in.

    Somebody else's link, mailed to a stranger, must not put the stranger's address on an account that is not theirs.
    Every other session ends, and every link to either address dies.
    """
    sign_in_links.wait_for_turn()
    link = sign_in_links.find(given)
    if link.purpose is not LinkPurpose.CHANGE_EMAIL or link.person_id != person.id:
        raise Forbidden(
            "Ce lien appartient à un autre compte. Connectez-vous avec celui qui l’a demandé."
        )
    taken = Conflict("Cette adresse est déjà celle d’un autre compte. Connectez-vous avec elle.")
    if of_email(link.email) not in (None, person):
        raise taken
    link = sign_in_links.use(given)
    if person.email is not None:
        sign_in_links.kill(person.email, person)
    try:
        with db.session.begin_nested():
            person.email = link.email
            person.email_verified_at = clock.now()
    except IntegrityError as error:  # somebody opened an account with it at the same moment
        raise taken from error
    moved = {"email": link.email, "email_hash": tokens.email_hash(link.email)}
    db.session.execute(update(Alert).where(Alert.person_id == person.id).values(**moved))
    db.session.flush()


def promote(email: str, role: PersonRole) -> Person:
    """Give a person a role on the whole portal. Rights changed, so they sign in again everywhere."""
    person = of_email(email)
    if person is None or person.state is not PersonState.ACTIVE:
        raise NotFound("Personne n’a ce compte : %(email)s.", email=email)
    if not person.is_verified:
        raise Conflict("Cette adresse n’a pas été prouvée : %(email)s.", email=email)
    person.role = role
    sessions.end_all(person)
    return person

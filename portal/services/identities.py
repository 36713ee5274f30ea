"""Identities: what a provider says of somebody, and when that is enough to let them in.

The key is (issuer, subject). An e-mail never leads to an existing account by itself: its owner proves it by a mailed
link first, pressed in the very browser that began, or a stranger could have their identity joined to your account by
letting you press the button. An e-mail that the provider does not call verified proves nothing at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from portal import clock, db, tokens
from portal.errors import Conflict, Forbidden, NotFound
from portal.models import Identity, LinkPurpose, Person, PersonState, SignInLink
from portal.services import accounts, sign_in_links


@dataclass(frozen=True)
class Claims:
    """What a provider said, checked: the issuer signed it for us, just now, for this browser."""

    provider: str
    issuer: str
    subject: str
    email: str = ""
    is_email_verified: bool = False
    first_name: str = ""
    picture_url: str = ""

    @classmethod
    def read(cls, provider: str, claims: Mapping[str, Any]) -> Claims:
        """From the claims of an ID token. Only the boolean `true` calls an e-mail verified: not "true", not 1."""
        email = claims.get("email")
        email = email.strip() if isinstance(email, str) and len(email) <= 254 else ""
        return cls(
            provider=provider,
            issuer=str(claims["iss"]),
            subject=str(claims["sub"]),
            email=email,
            is_email_verified=claims.get("email_verified") is True and _is_plain(email),
            first_name=_first_name(claims),
            picture_url=_https(claims.get("picture")),
        )

    def details(self) -> dict[str, Any]:
        """As JSON, to wait in a cookie or a row."""
        return asdict(self)


def owner(claims: Claims) -> Person | None:
    """The person this identity belongs to; Forbidden when their account is closed."""
    identity = _find(claims)
    if identity is None:
        return None
    if identity.person.state is not PersonState.ACTIVE:
        raise Forbidden("Ce compte est fermé. Écrivez-nous pour en parler.")
    identity.email, identity.is_email_verified = claims.email, claims.is_email_verified
    return identity.person


def enter(claims: Claims) -> Person | None:
    """The person who may come in with these claims, or None when the address has to be proved by mail first.

    Somebody new comes in at once when the provider vouches for an address that nobody has here.
    """
    known = owner(claims)
    if known is not None:
        return known
    if not claims.is_email_verified or accounts.of_email(claims.email) is not None:
        return None
    person = Person(
        email=tokens.normal_email(claims.email),
        email_verified_at=clock.now(),
        first_name=claims.first_name,
        picture_url=claims.picture_url,
    )
    try:
        with db.session.begin_nested():
            db.session.add(person)
    except IntegrityError:
        return None  # somebody proved this address at the same moment: it is theirs
    link(person, claims)
    return person


def link(person: Person, claims: Claims) -> Identity:
    """Give the person this way in. Raises Conflict when it is somebody else's."""
    found = _find(claims)
    if found is not None:
        if found.person_id != person.id:
            raise Conflict("Ce compte extérieur est déjà lié à un autre compte d’ici.")
        return found
    identity = Identity(
        person_id=person.id,
        provider=claims.provider,
        issuer=claims.issuer,
        subject=claims.subject,
        email=claims.email,
        is_email_verified=claims.is_email_verified,
    )
    try:
        with db.session.begin_nested():
            db.session.add(identity)
    except IntegrityError as error:  # the same identity came in through another window, just now
        raise Conflict from error
    person.first_name = person.first_name or claims.first_name
    person.picture_url = person.picture_url or claims.picture_url
    db.session.flush()
    return identity


def ask_proof(
    claims: Claims, email: str, *, browser: str, next_path: str, network_hash: str, language: str
) -> SignInLink:
    """Mail a link to the address; the claims wait in its row. `browser` is a secret that only this browser's cookie holds."""
    return sign_in_links.ask(
        email,
        LinkPurpose.JOIN_IDENTITY,
        next_path=next_path,
        network_hash=network_hash,
        language=language,
        details={"claims": claims.details(), "browser": tokens.digest(browser)},
    )


def join(given: str, browser: str) -> tuple[Person, SignInLink, bool]:
    """The button of that mail: (who comes in, the link, whether the identity was joined).

    In another browser the address is proved and its owner comes in, but nothing is joined: whoever began may be a stranger.
    """
    link_row = sign_in_links.find(given)
    if link_row.purpose is not LinkPurpose.JOIN_IDENTITY:
        raise NotFound
    link_row = sign_in_links.use(given)
    person = accounts.prove(link_row.email, str(link_row.details.get("language", "fr")))
    kept = str(link_row.details.get("browser", ""))
    is_same_browser = bool(browser) and tokens.same(tokens.digest(browser), kept)
    if is_same_browser:
        link(person, Claims(**link_row.details["claims"]))
    return person, link_row, is_same_browser


def unlink(person: Person, identity_id: int) -> None:
    """Take a way in away, but never the last one. Raises NotFound, Conflict."""
    identity = db.session.get(Identity, identity_id)
    if identity is None or identity.person_id != person.id:
        raise NotFound
    others = db.session.scalar(
        select(func.count()).where(Identity.person_id == person.id, Identity.id != identity.id)
    )
    if not person.is_verified and not others:
        raise Conflict(
            "C’est votre seule façon d’entrer. Ajoutez d’abord une adresse e-mail, puis déliez ce compte."
        )
    db.session.delete(identity)
    db.session.flush()


def forget(issuer: str, subject: str) -> None:
    """The provider asks, in its user's name, that we forget this identity."""
    db.session.execute(
        delete(Identity).where(Identity.issuer == issuer, Identity.subject == subject)
    )


def _find(claims: Claims) -> Identity | None:
    return db.session.scalar(
        select(Identity).where(Identity.issuer == claims.issuer, Identity.subject == claims.subject)
    )


def _is_plain(email: str) -> bool:
    """Letters that fold into others (a Kelvin sign, a long s) would make a stranger's address look like yours."""
    return email.isascii() and email.count("@") == 1


def _first_name(claims: Mapping[str, Any]) -> str:
    given, name = claims.get("given_name"), claims.get("name")
    if isinstance(given, str) and given.strip():
        return " ".join(given.split())[:80]
    return name.split()[0][:80] if isinstance(name, str) and name.strip() else ""


def _https(value: object) -> str:
    return (
        value
        if isinstance(value, str) and value.startswith("https://") and len(value) <= 500
        else ""
    )

"""Mailed links: asked for, found again behind their token, and used once.

Asking does the same work for an address that is known and for one that is not: one count, one row, one mail in the
outbox; nobody can tell the two apart by words, size or time. What pressing the button means is in `accounts` (sign in,
change the address) and `identities` (join).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import delete, func, or_, select, text, update

from portal import clock, db, tokens
from portal.errors import Gone, TooMany
from portal.models import LinkPurpose, Person, SignInLink
from portal.services import outbox

LIFE = timedelta(minutes=15)
QUARTER, DAY = timedelta(minutes=15), timedelta(days=1)
# (how many, in how long): per address against mail-bombing, per network and overall against a flood.
PER_ADDRESS = ((3, QUARTER), (10, DAY))
PER_NETWORK = ((30, QUARTER), (200, DAY))
OVERALL = ((2000, QUARTER),)
OVER = (
    "Ce lien ne sert plus : il a déjà été utilisé, ou plus de 15 minutes ont passé. "
    "Demandez-en un autre."
)


def ask(
    email: str,
    purpose: LinkPurpose = LinkPurpose.SIGN_IN,
    *,
    person: Person | None = None,
    next_path: str = "",
    network_hash: str = "",
    language: str = "fr",
    details: dict[str, Any] | None = None,
) -> SignInLink:
    """Put a link for this address in the outbox. Raises TooMany when the address, or the network, asked too often."""
    email = tokens.normal_email(email)
    wait_for_turn()
    _refuse_too_many(email, network_hash)
    link = SignInLink(
        nonce=tokens.nonce(),
        purpose=purpose,
        email=email,
        person_id=person.id if person is not None else None,
        next_path=next_path[:500],
        network_hash=network_hash,
        details={**(details or {}), "language": language},
        expires_at=clock.now() + LIFE,
    )
    db.session.add(link)
    db.session.flush()
    outbox.add(
        "mail", f"sign_in_link:{link.id}", {"template": link.purpose.value, "sign_in_link": link.id}
    )
    return link


def is_waiting(link: SignInLink) -> bool:
    """Is it still worth mailing?"""
    return link.used_at is None and link.expires_at > clock.now()


def token(link: SignInLink) -> str:
    """The token of the link's address, written when the mail is."""
    return tokens.sign("sign_in", link.id, link.nonce)


def find(given: str) -> SignInLink:
    """The link of this token, still unused. Raises Gone for one that is used, too old, altered or never made."""
    named = tokens.read("sign_in", given)
    link = db.session.get(SignInLink, named[0]) if named else None
    if named is None or link is None or not tokens.same(link.nonce, named[1]):
        raise Gone(OVER)
    if link.used_at is not None or link.expires_at <= clock.now():
        raise Gone(OVER)
    return link


def use(given: str) -> SignInLink:
    """Take the link for good. Twenty people press at once: the database lets one of them have it, the others are told Gone."""
    link = find(given)
    taken = db.session.execute(
        update(SignInLink)
        .where(SignInLink.id == link.id, SignInLink.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    if getattr(taken, "rowcount", 0) != 1:
        raise Gone(OVER)
    kill(link.email)
    return link


def kill(email: str, person: Person | None = None) -> None:
    """Every other link to this address, or of this person, dies: its owner came in, or the address changed."""
    whose = SignInLink.email == tokens.normal_email(email)
    if person is not None:
        whose = or_(whose, SignInLink.person_id == person.id)
    db.session.execute(
        update(SignInLink)
        .where(whose, SignInLink.used_at.is_(None))
        .values(used_at=clock.now())
        .execution_options(synchronize_session=False)
    )


def forget_old() -> int:
    """Upkeep: an address that asked for a link is forgotten once no limit needs the row any more. Returns how many."""
    gone = db.session.execute(delete(SignInLink).where(SignInLink.created_at < clock.now() - DAY))
    return int(getattr(gone, "rowcount", 0))


def wait_for_turn() -> None:
    """Count and insert, or use and kill, one at a time: two who hold a link each and kill the other's would wait for ever.

    SQLite's writers already wait for each other; PostgreSQL is asked to."""
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(7301)"))


def _refuse_too_many(email: str, network_hash: str) -> None:
    checks = [(SignInLink.email == email, most, during) for most, during in PER_ADDRESS]
    if network_hash:
        network = SignInLink.network_hash == network_hash
        checks += [(network, most, during) for most, during in PER_NETWORK]
    checks += [(SignInLink.id > 0, most, during) for most, during in OVERALL]
    for whose, most, during in checks:
        asked = db.session.scalar(
            select(func.count())
            .select_from(SignInLink)
            .where(whose, SignInLink.created_at > clock.now() - during)
        )
        if (asked or 0) >= most:
            raise TooMany(
                "Plusieurs liens ont déjà été demandés. Regardez dans vos messages, ou réessayez plus tard.",
                retry_after=int(during.total_seconds()),
            )

"""Sessions: the rows behind the cookie of a signed-in person. They are begun, found, rotated and ended here.

The cookie carries a random token; the row keeps its hash. A row that is ended, idle for 30 days, or whose person is no
longer active opens nothing, whoever kept a copy of the cookie. Sign-in itself (links, providers) is elsewhere.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import joinedload

from portal import clock, db, tokens
from portal.models import Person, PersonState, Session

IDLE = timedelta(days=30)
# A page is only read, so it cannot say "seen just now"; being an hour wrong about 30 days hurts nobody.
SEEN_EVERY = timedelta(hours=1)


def begin(person: Person, device: str = "") -> tuple[Session, str]:
    """A new session of a person who has just proved who they are, and the token for their cookie."""
    token = tokens.random_token()
    row = Session(person=person, token_hash=tokens.digest(token), device=device[:120])
    db.session.add(row)
    db.session.flush()
    return row, token


def find(token: str) -> Session | None:
    """The live session of this token with its person and their teams, or None."""
    found = db.session.scalars(
        select(Session)
        .where(Session.token_hash == tokens.digest(token), Session.ended_at.is_(None))
        .options(joinedload(Session.person).joinedload(Person.memberships))
    ).unique()
    row = found.one_or_none()
    if row is None or row.person.state is not PersonState.ACTIVE:
        return None
    return row if row.seen_at > clock.now() - IDLE else None


def rotate(row: Session) -> str:
    """A new token for the same device, after its person's rights changed: the old cookie opens nothing any more."""
    token = tokens.random_token()
    row.token_hash = tokens.digest(token)
    db.session.flush()
    return token


def see(row: Session) -> None:
    """Remember that the session is in use."""
    if row.seen_at < clock.now() - SEEN_EVERY:
        row.seen_at = clock.now()


def end(row: Session) -> None:
    """Sign this device out."""
    row.ended_at = row.ended_at or clock.now()


def end_all(person: Person, but: Session | None = None) -> int:
    """Sign the person out everywhere (but here, when `but` is given). Returns how many sessions it ended."""
    kept = but.id if but is not None else 0
    ended = db.session.execute(
        update(Session)
        .where(Session.person_id == person.id, Session.ended_at.is_(None), Session.id != kept)
        .values(ended_at=clock.now())
    )
    return int(getattr(ended, "rowcount", 0))


def live(person: Person) -> list[Session]:
    """The person's devices, the one seen last first."""
    found = db.session.scalars(
        select(Session)
        .where(
            Session.person_id == person.id,
            Session.ended_at.is_(None),
            Session.seen_at > clock.now() - IDLE,
        )
        .order_by(Session.seen_at.desc(), Session.id.desc())
    )
    return list(found)


def forget_old() -> int:
    """Upkeep: sessions that open nothing any more go after as long again. Returns how many."""
    old = clock.now() - 2 * IDLE
    gone = db.session.execute(delete(Session).where(Session.seen_at < old))
    return int(getattr(gone, "rowcount", 0))

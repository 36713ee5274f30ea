"""What pages saw and could not write down, because a GET never writes: counted here, one short transaction each."""

from __future__ import annotations

from portal import db
from portal.models import Session
from portal.services import sessions, shares


def share_visit(link_id: int) -> None:
    """Somebody came by a share link."""
    with db.database().writing() as session:
        shares.count_visit(link_id)
        session.commit()


def session_seen(session_id: int) -> None:
    """A signed-in person looked at a page today."""
    with db.database().writing() as session:
        row = session.get(Session, session_id)
        if row is not None and row.ended_at is None:
            sessions.see(row)
            session.commit()

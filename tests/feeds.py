"""Small feeds for tests: a table of dated offers, read into the database the way the command does."""

from __future__ import annotations

import io

from sqlalchemy.orm import Session

from portal.models import Feed
from portal.services import feeds
from portal.services.feed_limits import Limits
from portal.services.feed_runs import Tally

HEADER = "identifiant;titre;description;association;date_debut;date_fin;places;a_distance"
LIMITS = Limits(max_bytes=10**8, max_seconds=30, max_records=10**6, allow_private=True)


def line(number: int | str, title: str = "", day: str = "12/09/2031") -> str:
    """One record: an afternoon among books."""
    title = title or f"Trier des livres {number}"
    return f"{number};{title};On trie et on range.;Lire ensemble;{day} 14:00;{day} 17:00;5;oui"


def table(*lines: str) -> bytes:
    """A whole file."""
    return "\n".join([HEADER, *lines, ""]).encode()


def deliver(session: Session, feed: Feed, body: bytes) -> Tally:
    """Read some bytes as this feed, as a run does; what the session holds is read anew after that."""
    started = feeds.begin(feed)
    session.commit()
    tally = feeds.read(feed, io.BytesIO(body), LIMITS, session.commit)
    feeds.finish(feed, started, tally, session.commit)
    session.expire_all()
    return tally

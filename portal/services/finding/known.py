"""What the names in a question mean, each looked up once however often it is read anew with other words or filters."""

from __future__ import annotations

from functools import cache, partial

from sqlalchemy import Row, select

from portal import db
from portal.models import Association, Feed
from portal.services import places


class Known:
    """The look-ups of one question: at most two statements for a place, one each for an association and a feed."""

    def __init__(self) -> None:
        named = places.Named()
        self.place = cache(partial(places.resolve, named=named))
        self.ending = cache(partial(places.at_the_end, named=named))
        self.near = cache(places.near)
        self.association = cache(_association)
        self.feed = cache(_feed)


def _association(typed: str) -> Row[int, str] | None:
    """Number and name of an association, by number or by slug: both are public."""
    asked = select(Association.id, Association.name)
    if typed.isascii() and typed.isdigit() and len(typed) < 10:
        return db.session.execute(asked.where(Association.id == int(typed))).first()
    if not typed.isprintable():
        return None
    return db.session.execute(asked.where(Association.slug == typed[:120])).first()


def _feed(typed: str) -> Row[int, str, str] | None:
    """Number, title and name of a feed, by its name."""
    if not typed.isprintable():
        return None
    asked = select(Feed.id, Feed.title, Feed.name).where(Feed.name == typed[:80])
    return db.session.execute(asked).first()

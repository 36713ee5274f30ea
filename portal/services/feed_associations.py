"""The associations that a feed names: born with its first record, known by (feed, external id), and claimed by their people.

A feed never touches the association of another feed, nor one that people founded here.
"""

from __future__ import annotations

from slugify import slugify
from sqlalchemy import select

from portal import db
from portal.formats.item import FeedAssociation
from portal.models import Association, Feed
from portal.services import associations

KEPT = 2_000  # looked up once in a run, whatever the number of records

Kept = dict[FeedAssociation | None, Association]


def of(feed: Feed, given: FeedAssociation | None, kept: Kept) -> Association:
    """Whose offer a record is: the association as this feed knows it, made when it is new, or the one that claimed it.

    One that was made in what was rolled back (a savepoint, a batch of a preview) is gone: the session does not know it.
    """
    found = kept.get(given)
    if found is None or found not in db.session:
        if len(kept) >= KEPT:
            kept.clear()
        found = _look_up(feed, given)
        if found.claimed_by_id is not None:
            found = db.session.get_one(Association, found.claimed_by_id)
        kept[given] = found
    return found


def _look_up(feed: Feed, given: FeedAssociation | None) -> Association:
    given = given or FeedAssociation(name=feed.title or feed.name, external_id="")
    external_id = (given.external_id or slugify(given.name) or feed.name)[:250]
    found = db.session.scalar(
        select(Association).where(
            Association.feed_id == feed.id, Association.external_id == external_id
        )
    )
    if found is None:
        found = Association(feed_id=feed.id, external_id=external_id, slug="", name="")
        _write(found, given, feed)
        associations.add(found)
    else:
        _write(found, given, feed)
    return found


def _write(association: Association, given: FeedAssociation, feed: Feed) -> None:
    association.name = (given.name or feed.title or feed.name)[:200]
    association.description = given.description
    association.url = given.url[:500]
    association.logo_url = given.logo_url[:500]
    association.rna = given.rna[:10]
    association.siren = (given.siren or given.siret)[:14]
    association.city = given.city[:120]
    association.email = given.email[:254]
    association.phone = given.phone[:32]

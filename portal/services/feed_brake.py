"""What a run may take away, and what it may show: the brake.

What a run brings to a feed that has offers is held (pending, seen by nobody) until its end, when it is known whether the run is
plausible. A run that renumbers everything would otherwise show each need twice while it reads, and, killed on its way, for
ever. A held offer is a fact in the database: whichever run comes next judges it again, wherever the one before was cut.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import Select, func, select

from portal import clock, db
from portal.models import Feed, Offer, OfferState
from portal.models.offer import PRESENT
from portal.services import feed_items, indexing, outbox, signups
from portal.services.feed_turns import Save

SHARE, LEAST = 0.30, 20  # more than 30 % of the feed's live offers, and at least 20 of them
BATCH = 25  # offers written together: about 50 ms of write transaction


def live_count(feed: Feed) -> int:
    """How many of its offers a volunteer can still do something for: those that are over vanish without anybody's loss."""
    return db.session.scalar(_live(feed).with_only_columns(func.count())) or 0


def has_offers(feed: Feed) -> bool:
    """Is there anything that a run could take away?"""
    asked = select(Offer.id).where(Offer.feed_id == feed.id, Offer.state.in_(PRESENT)).limit(1)
    return db.session.scalar(asked) is not None


def is_too_much(gone: int, before: int) -> bool:
    """Would a person want to be asked before so many of the live offers vanish?"""
    return gone >= LEAST and gone > SHARE * max(before, 1)


def missing(feed: Feed, seen: Collection[str]) -> list[int]:
    """The feed's offers, whatever their state, whose records a run did not see."""
    rows = db.session.execute(
        select(Offer.external_id, Offer.id).where(
            Offer.feed_id == feed.id, Offer.state.in_(PRESENT)
        )
    )
    return [ident for external_id, ident in rows if external_id not in seen]


def live_among(feed: Feed, ids: list[int]) -> int:
    """How many of these count as live."""
    among = set(ids)
    return sum(ident in among for ident in db.session.scalars(_live(feed))) if ids else 0


def show(feed: Feed, seen: Collection[str] | None, save: Save) -> int:
    """Let everybody see what was held, if the run has `seen` it (None: all of it). Returns how many, in short transactions."""
    held = _held(feed)
    wanted = [ident for ident, external_id in held if seen is None or external_id in seen]
    save()
    for offers in _loaded(wanted):
        for offer in offers:
            offer.state, offer.is_held = OfferState.LIVE, False
            offer.version += 1
        db.session.flush()
        outbox.reindex_all([offer.id for offer in offers])
        save()
    return len(wanted)


def drop(feed: Feed, save: Save) -> int:
    """Nobody will see what was held: it goes as if it had never come. Returns how many."""
    held = [ident for ident, _external_id in _held(feed)]
    save()
    return withdraw(held, save)


def is_holding(feed: Feed) -> bool:
    """Does anything that a run brought wait for its judgement?"""
    return bool(_held(feed))


def held_beside(feed: Feed, ids: Collection[int]) -> int:
    """How many of the held offers are none of these."""
    among = set(ids)
    return sum(ident not in among for ident, _external_id in _held(feed))


def withdraw(ids: list[int], save: Save) -> int:
    """Withdraw these offers in short transactions, telling everyone who was signed up once; returns how many were there to see."""
    count = 0
    for offers in _loaded(ids):
        for offer in offers:
            count += not offer.is_held
            feed_items.withdraw(offer, clock.now())
            signups.tell_gone(offer)
        db.session.flush()
        save()
    return count


def idents(feed: Feed, external_ids: list[str]) -> list[int]:
    """The offers of these records."""
    found: list[int] = []
    for start in range(0, len(external_ids), 500):
        some = external_ids[start : start + 500]
        found += db.session.scalars(
            select(Offer.id).where(Offer.feed_id == feed.id, Offer.external_id.in_(some))
        )
    return found


def _live(feed: Feed) -> Select[int]:
    theirs = (Offer.feed_id == feed.id, Offer.state == OfferState.LIVE)
    return select(Offer.id).where(*theirs, *indexing.undone(clock.now()))


def _held(feed: Feed) -> list[tuple[int, str]]:
    rows = db.session.execute(
        select(Offer.id, Offer.external_id).where(
            Offer.feed_id == feed.id,
            Offer.state == OfferState.PENDING,
            Offer.is_held.is_(True),
        )
    )
    return [(ident, str(external_id)) for ident, external_id in rows]


def _loaded(ids: list[int]) -> Iterator[list[Offer]]:
    """The offers of these ids that are still there, a batch at a time."""
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        yield list(
            db.session.scalars(select(Offer).where(Offer.id.in_(some), Offer.state.in_(PRESENT)))
        )

"""What the search index knows of offers: documents out of the database, and whether the two agree.

The database is the truth and the index a disposable copy: it can be filled anew at any time, and holds nothing that a
page shows. What ends with time needs no change here: every question carries the hour it is asked at (`Query.now`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BindParameter, ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import joinedload, raiseload, selectinload

from portal import clock, db, index
from portal.formats.text import plain
from portal.models import (
    Association,
    AssociationState,
    Feed,
    Location,
    Offer,
    OfferState,
    Shift,
    ShiftState,
)
from portal.services.places import areas, names
from search.document import Document, Language, Point

Offers = Select[Offer]  # a statement that gives offers
BATCH = 500  # offers loaded by one round of statements
ENGLISH = "en"


@dataclass(frozen=True, slots=True)
class Differences:
    """Ids that the index lacks, holds in another version, or should not hold."""

    missing: tuple[int, ...] = ()
    outdated: tuple[int, ...] = ()
    stray: tuple[int, ...] = ()

    @property
    def count(self) -> int:
        return len(self.missing) + len(self.outdated) + len(self.stray)


def listed() -> tuple[ColumnElement[bool], ...]:
    """The conditions under which an offer may be in the index at all, whatever the hour."""
    hidden = select(Feed.id).where(Feed.hidden_at.is_not(None))
    return (
        Offer.state == OfferState.LIVE,
        Association.state == AssociationState.ACTIVE,
        or_(Offer.feed_id.is_(None), Offer.feed_id.not_in(hidden)),
    )


def undone(at: datetime | BindParameter[datetime]) -> tuple[ColumnElement[bool], ...]:
    """The conditions under which something of an offer is left to do at `at`: neither over nor expired."""
    ahead = exists().where(
        Shift.offer_id == Offer.id,
        Shift.state == ShiftState.PLANNED,
        or_(
            Shift.ends_at > at,
            and_(Shift.ends_at.is_(None), or_(Shift.starts_at.is_(None), Shift.starts_at > at)),
        ),
    )
    return or_(Offer.expires_at.is_(None), Offer.expires_at > at), or_(Offer.is_ongoing, ahead)


def findable(at: datetime) -> Offers:
    """The offers that can still be done at `at`, as a statement: live, in good standing, neither over nor expired."""
    return select(Offer).join(Offer.association).where(*listed(), *undone(at))


def documents(asked: Offers | None = None) -> Iterator[Document]:
    """The documents of these offers (by default of all that can be found), streamed: three statements a batch."""
    at = clock.now()
    asked = findable(at).order_by(Offer.id) if asked is None else asked
    loaded = asked.options(
        joinedload(Offer.association, innerjoin=True).raiseload("*"),
        selectinload(Offer.locations).raiseload("*"),
        selectinload(Offer.shifts.and_(Shift.state == ShiftState.PLANNED)).raiseload("*"),
        raiseload("*"),
    ).execution_options(yield_per=BATCH)
    for offer in db.session.scalars(loaded):
        yield document(offer, at)


def documents_of(ids: Sequence[int]) -> Iterator[Document]:
    """The documents of those of these offers that can be found, streamed."""
    for start in range(0, len(ids), BATCH):
        part = Offer.id.in_(ids[start : start + BATCH])
        yield from documents(findable(clock.now()).where(part).order_by(Offer.id))


def document(offer: Offer, at: datetime | None = None) -> Document:
    """The offer as the index sees it; of its shifts those that are still ahead at `at`.

    A shift's own location is told by its rank. An undated shift says nothing more than `is_ongoing` does.
    """
    ahead = offer.shifts_ahead(at or clock.now())
    dated = [shift for shift in ahead if shift.starts_at is not None]
    ranks = {location.id: rank for rank, location in enumerate(offer.locations)}
    own = tuple(ranks.get(shift.location_id or 0) for shift in dated)
    language: Language = "en" if offer.language == ENGLISH else "fr"
    return Document(
        id=offer.id,
        cluster=offer.cluster_id,
        association_id=offer.association_id,
        title=offer.title,
        association=offer.association.name,
        description=_description(offer),
        published_at=int((offer.published_at or offer.created_at).timestamp()),
        feed_id=offer.feed_id,
        tags=tuple(offer.tags),
        language=language,
        themes=tuple(offer.themes),
        locations=tuple(map(point, offer.locations)),
        shifts=tuple(map(_span, dated)),
        shift_locations=own if any(rank is not None for rank in own) else (),
        is_ongoing=offer.is_ongoing,
        remote=offer.remote.value,
        open_to_minors=offer.minimum_age is not None and offer.minimum_age < 18,
        is_accessible=offer.is_accessible,
        has_places=not ahead or any(not shift.is_full for shift in ahead),
        expires_at=int(offer.expires_at.timestamp()) if offer.expires_at else None,
        version=offer.version,
    )


def _description(offer: Offer) -> str:
    texts = (offer.summary, plain(offer.description), offer.skills)
    return "\n".join(text for text in texts if text)


def _span(shift: Shift) -> tuple[int, int]:
    starts_at = shift.starts_at
    assert starts_at is not None, "only dated shifts have a span"  # noqa: S101 - the caller chose them
    start = int(starts_at.timestamp())
    # A shift without an end lasts an instant; the index wants it to end after it began.
    return start, max(start + 1, int((shift.ends_at or starts_at).timestamp()))


def point(location: Location) -> Point:
    """A location as the index sees it: its position, and the official codes of its areas where they are known."""
    home = areas.departement(location.departement)
    region = home.region if home else _region(location.region)
    if location.lat is None or location.lon is None:
        return Point(None, None, location.departement, region)
    return Point(location.lat, location.lon, location.departement, region)


def _region(written: str) -> str:
    """The code of a région that a feed wrote as a code or as a name; "" when it is none of ours."""
    if not written:
        return ""
    found = areas.region(written.removeprefix("R")) or areas.named(names.key(written))
    return found.region if found else ""


def reindex(ids: Iterable[int]) -> None:
    """Bring these offers of the index up to date: in when they can be found, out when they cannot.

    Doing it twice changes nothing, so a job that was interrupted is simply done again. Raises IndexUnavailable.
    """
    wanted = list(dict.fromkeys(ids))
    for start in range(0, len(wanted), BATCH):
        part = wanted[start : start + BATCH]
        asked = findable(clock.now()).where(Offer.id.in_(part)).order_by(Offer.id)
        found = list(documents(asked))
        kept = {document.id for document in found}
        index.current().update(found, [number for number in part if number not in kept])


def rebuild(progress: Callable[[int], None] | None = None) -> int:
    """Fill a fresh index and swap it in; `progress` hears how many are done. Gives how many there are."""
    return index.current().rebuild(documents(), progress)


def tidy() -> int:
    """Join what many updates left in pieces; how many more are left than a fresh index has, for questions to look through."""
    return index.current().tidy()


def check() -> Differences:
    """Compare index and database both ways by (id, version).

    An offer that ended since it was indexed may still be there: no question finds it. So the index must hold all that
    can be found now, and nothing that is not live. Raises IndexUnavailable.
    """
    at = clock.now()
    held = dict(index.current().versions())
    wanted = versions(findable(at))
    allowed = versions(select(Offer).join(Offer.association).where(*listed()))
    return Differences(
        missing=tuple(sorted(wanted.keys() - held.keys())),
        outdated=tuple(
            sorted(n for n, version in wanted.items() if held.get(n, version) != version)
        ),
        stray=tuple(sorted(held.keys() - allowed.keys())),
    )


def versions(asked: Offers) -> dict[int, int]:
    """By number, the versions of these offers."""
    return {
        row.id: row.version
        for row in db.session.execute(asked.with_only_columns(Offer.id, Offer.version))
    }

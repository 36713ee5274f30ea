"""One record of a feed becomes one offer: found by (feed, external id), compared by content hash, written field by field.

A record never touches another feed's offer. What a coordinator changed by hand is not overwritten. An unchanged record
writes nothing at all.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from slugify import slugify
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal import clock, db
from portal.formats.item import FeedAssociation, FeedItem, FeedLocation
from portal.formats.problem import Notebook
from portal.models import (
    Association,
    Cluster,
    Feed,
    History,
    Location,
    Offer,
    OfferState,
    Remote,
)
from portal.services import feed_associations, feed_shifts, outbox, places
from portal.services.feed_places import Told
from portal.services.places import Located

# Raised when this file maps a record differently: every offer is then written again at its feed's next run.
MAPPING = "1"
PLACES_KEPT = 5_000  # located once in a run, whatever the number of records there
PLAIN_FIELDS = (
    *("title", "summary", "description", "skills", "schedule", "hours_per_week"),
    *("minimum_age", "detail_url", "expires_at"),
)


class Change(StrEnum):
    """What a record did."""

    CREATED = "created"
    UPDATED = "updated"
    RETURNED = "returned"  # it was withdrawn, and the feed has it again
    UNCHANGED = "unchanged"
    ENDING = "ending"  # what is live now would be over: kept as it is until the whole run is judged


@dataclass
class Known:
    """What a run remembers of its feed, so that a batch costs few statements. `offers` are those of the batch."""

    feed: Feed
    is_holding: bool = False  # what comes is held until the run's end (feed_brake.py)
    associations: dict[FeedAssociation | None, Association] = field(default_factory=dict)
    places: dict[FeedLocation, Located] = field(default_factory=dict)
    offers: dict[str, Offer] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)  # as they are
    wanted: dict[str, str] = field(default_factory=dict)  # as the records say
    told: Told | None = field(default_factory=dict)  # of places, by the run before (feed_places.py)

    def look_up(self, items: list[FeedItem]) -> None:
        """Load the offers that a batch changes, with their parts; of the unchanged ones their hash is enough."""
        wanted = {item.external_id: content_hash(item) for item in items}
        self.wanted = wanted
        theirs = (Offer.feed_id == self.feed.id, Offer.external_id.in_(wanted))
        rows = db.session.execute(
            select(Offer.external_id, Offer.content_hash, Offer.state).where(*theirs)
        )
        self.hashes = {
            str(ident): content
            for ident, content, state in rows
            if state is not OfferState.WITHDRAWN
        }
        changed = [k for k, content in wanted.items() if self.hashes.get(k) != content]
        found = db.session.scalars(
            select(Offer)
            .where(Offer.feed_id == self.feed.id, Offer.external_id.in_(changed))
            .options(
                selectinload(Offer.locations), selectinload(Offer.shifts), selectinload(Offer.rules)
            )
        )
        self.offers = {str(offer.external_id): offer for offer in found}


def content_hash(item: FeedItem) -> str:
    """Equal when the record, and the way we map it, are what they were."""
    return f"{item.fingerprint()[:60]}-{MAPPING}"


def bring(
    known: Known, item: FeedItem, notes: Notebook, *, may_end: bool = False
) -> tuple[Change, Offer | None]:
    """Create, update or leave the offer of this record, and hand it back when it was written. The caller flushes.

    A record that would end a live offer (a feed whose years are wrong ends all of them) is left alone unless `may_end`.
    """
    now = clock.now()
    offer = known.offers.get(item.external_id)
    if offer is None:
        if known.hashes.get(item.external_id) == known.wanted[item.external_id]:
            _tell_again(known, item, notes)
            return Change.UNCHANGED, None
        offer = _born(known, item)
        _write(known, offer, item, notes)
        db.session.add(offer)
        feed_shifts.write(offer, item)
        return Change.CREATED, offer
    was_withdrawn = offer.state is OfferState.WITHDRAWN
    is_live = offer.state is OfferState.LIVE and not offer.is_over(now)
    if is_live and is_past(item, now) and not may_end:
        return Change.ENDING, None
    changed = _write(known, offer, item, notes)
    feed_shifts.write(offer, item)
    if was_withdrawn:
        offer.state = OfferState.PENDING if known.is_holding else OfferState.LIVE
        offer.is_held = known.is_holding
        offer.published_at = offer.published_at or clock.now()
    offer.version += 1
    offer.updated_at = clock.now()
    db.session.add(
        History(
            association_id=offer.association_id,
            verb="feed_updated",
            subject="offer",
            subject_id=offer.id,
            details={"fields": changed, "returned": was_withdrawn},
        )
    )
    return (Change.RETURNED if was_withdrawn else Change.UPDATED), offer


def _tell_again(known: Known, item: FeedItem, notes: Notebook) -> None:
    if known.told is None:
        for given in item.locations:
            locate(known, 0, given, notes)
        return
    for value, code in sorted(known.told.get(item.external_id[:250], ())):
        notes.repaired("location", value, code)


def is_past(item: FeedItem, at: datetime) -> bool:
    """Is nothing of this record left to do?"""
    if item.is_ongoing or any(shift.recurrence for shift in item.shifts):
        return False
    ends = [shift.ends_at or shift.starts_at for shift in item.shifts]
    return bool(ends) and all(end is not None and end <= at for end in ends)


def _born(known: Known, item: FeedItem) -> Offer:
    return Offer(
        feed_id=known.feed.id,
        external_id=item.external_id,
        cluster=Cluster(),
        state=OfferState.PENDING if known.is_holding else OfferState.LIVE,
        is_held=known.is_holding,
        published_at=item.posted_at or clock.now(),
        own_fields=[],
        locations=[],
        shifts=[],
        rules=[],
        title="",
        slug="",
    )


def _write(known: Known, offer: Offer, item: FeedItem, notes: Notebook) -> list[str]:
    """Set the offer's fields from the record; returns the names of those that changed."""
    values: dict[str, object] = {name: getattr(item, name) for name in PLAIN_FIELDS}
    values |= {
        "slug": slugify(item.title)[:120] or "offre",
        "summary": item.summary[:400],
        "schedule": item.schedule[:300],
        "skills": item.skills[:500],
        "themes": list(item.themes),
        "tags": list(dict.fromkeys((*item.tags, *item.activities)))[:40],
        "audiences": list(item.audiences)[:20],
        "remote": Remote(item.remote.value),
        "is_ongoing": item.is_ongoing,
        "is_accessible": bool(item.is_accessible),
        "near_transport": bool(item.near_transport),
        "minimum_age": _minimum_age(item),
        "language": item.language if item.language in ("fr", "en") else "fr",
        "contact_name": item.contact.name[:120],
        "contact_email": item.contact.email[:254],
        "contact_phone": item.contact.phone[:32],
        "detail_url": item.detail_url[:1000],
    }
    changed = []
    for name, value in values.items():
        if name not in offer.own_fields and getattr(offer, name) != value:
            setattr(offer, name, value)
            changed.append(name)
    association = feed_associations.of(known.feed, item.association, known.associations)
    if offer.association is not association:
        offer.association = association
        changed.append("association")
    if "locations" not in offer.own_fields and _write_locations(known, offer, item, notes):
        changed.append("locations")
    offer.content_hash = known.wanted[offer.external_id or ""]
    return changed


def _minimum_age(item: FeedItem) -> int | None:
    if item.minimum_age is not None:
        return item.minimum_age
    return 18 if item.is_open_to_minors is False else None


def _write_locations(known: Known, offer: Offer, item: FeedItem, notes: Notebook) -> bool:
    fresh = [locate(known, rank, given, notes) for rank, given in enumerate(item.locations)]
    if [_likeness(one) for one in offer.locations] == [_likeness(one) for one in fresh]:
        return False
    # The first ones are kept as rows and rewritten: shifts may point at them.
    for old, new in zip(offer.locations, fresh, strict=False):
        for name in (*_LIKENESS, "position"):
            setattr(old, name, getattr(new, name))
    offer.locations[len(fresh) :] = []
    offer.locations.extend(fresh[len(offer.locations) :])
    return True


_LIKENESS = (
    *("name", "street", "postal_code", "city", "departement", "region", "country"),
    *("lat", "lon", "precision"),
)


def _likeness(location: Location) -> tuple[object, ...]:
    return tuple(getattr(location, name) for name in _LIKENESS)


def locate(known: Known, rank: int, given: FeedLocation, notes: Notebook) -> Location:
    """The location of a record, found in the gazetteer; what had to be repaired is noted. Writes nothing."""
    found = known.places.get(given) or places.locate(
        given.street,
        given.postal_code,
        given.city,
        given.region or given.department,
        given.country,
        given.lat,
        given.lon,
    )
    if len(known.places) < PLACES_KEPT:
        known.places[given] = found
    for repair in found.repairs:
        shown = " ".join(x for x in (given.postal_code, given.city, given.country) if x)
        if "coordinates" in repair:
            shown = f"{given.lat}, {given.lon}"
        notes.repaired("location", shown, str(repair))
    return Location(
        position=rank,
        name=given.name[:200],
        street=given.street[:200],
        postal_code=(found.postal_code or given.postal_code)[:12],
        city=(given.city or (found.place.name if found.place and not found.place.area else ""))[
            :120
        ],
        departement=found.departement[:3],
        region=found.region[:80],
        country=(found.country or "FR")[:2],
        lat=found.lat,
        lon=found.lon,
        precision=found.precision,
    )


def withdraw(offer: Offer, at: datetime) -> None:
    """The feed no longer has it. Its page answers 410 with similar offers; it is revived when the feed has it again."""
    if not offer.is_held:  # of what nobody saw there is nothing to tell
        db.session.add(
            History(
                association_id=offer.association_id,
                verb="feed_withdrawn",
                subject="offer",
                subject_id=offer.id,
            )
        )
    offer.state, offer.is_held = OfferState.WITHDRAWN, False
    offer.content_hash = ""
    offer.version += 1
    offer.updated_at = at
    outbox.reindex(offer.id)

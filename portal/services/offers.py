"""What an association does with its offers: write, publish, edit, pause, close, reopen, duplicate.

State changes are declared in `models.offer.CHANGES`; anything else is refused with a sentence. Shifts that people are on
are moved or cancelled by the signup services, which tell everyone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from slugify import slugify
from sqlalchemy import func, select

from portal import clock, db
from portal.errors import Conflict
from portal.models import (
    Association,
    AssociationState,
    Cluster,
    Location,
    Offer,
    OfferState,
    Person,
    Precision,
    Remote,
)
from portal.models.offer import CHANGES
from portal.services import associations, offer_shifts, outbox, signups
from portal.services.offer_shifts import RuleWish, ShiftWish

REVIEWED_FIRST = 3  # so many offers of an unverified association wait for a moderator
LARGE_EDIT = 0.5  # a text that keeps less than half of itself is looked at again


@dataclass(frozen=True)
class LocationWish:
    """Where, as the form understood it: degrees or None."""

    street: str = ""
    postal_code: str = ""
    city: str = ""
    departement: str = ""
    region: str = ""
    country: str = "FR"
    lat: float | None = None
    lon: float | None = None
    precision: Precision = Precision.TOWN


@dataclass(frozen=True)
class OfferWish:
    """What the offer form hands over: clean HTML in `description`, plain text elsewhere."""

    title: str
    description: str
    themes: tuple[str, ...]
    location: LocationWish | None = None
    remote: Remote = Remote.NO
    is_ongoing: bool = False
    capacity: int | None = None
    shifts: tuple[ShiftWish, ...] = ()
    rule: RuleWish | None = None
    schedule: str = ""
    bring: str = ""
    welcome: str = ""
    language: str = "fr"
    minimum_age: int | None = None
    is_accessible: bool = False
    near_transport: bool = False
    questions: tuple[str, ...] = field(default=())


def post(association: Association, wish: OfferWish, person: Person, *, publish: bool) -> Offer:
    """A new offer, as a draft or published; published may mean: waits for a moderator."""
    offer = Offer(
        association=association,
        cluster=Cluster(),
        state=OfferState.DRAFT,
        locations=[],
        shifts=[],
        rules=[],
        own_fields=[],
        title="",
        slug="",
    )
    _write(offer, wish)
    # Only a new offer gets these: the form does not show them, so an edit of it says nothing about them.
    offer.language = wish.language
    offer.questions = [{"text": text, "why": ""} for text in wish.questions]
    db.session.add(offer)
    db.session.flush()
    offer_shifts.write(offer, wish)
    associations.record(association, person, "offer_posted", "offer", offer.id)
    if publish:
        _publish(offer)
    _changed(offer)
    return offer


def edit(offer: Offer, wish: OfferWish, person: Person, *, publish: bool = False) -> Offer:
    """Change an offer. What a feed brought keeps the hand-made fields from now on. A large edit is looked at again."""
    before = f"{offer.title}\n{offer.description}"
    changed = _write(offer, wish)
    dates = offer_shifts.dates(offer)
    offer_shifts.write(offer, wish)
    if offer_shifts.dates(offer) != dates:
        changed.append("shifts")
    if offer.feed_id is not None:
        offer.own_fields = sorted({*offer.own_fields, *changed})
    likeness = _likeness(before, f"{offer.title}\n{offer.description}")
    if offer.state is OfferState.DRAFT and publish:
        _publish(offer)
    elif offer.state is OfferState.REFUSED and publish:
        offer.state, offer.reason = OfferState.PENDING, ""
    elif (
        offer.state is OfferState.LIVE
        and likeness < LARGE_EDIT
        and not offer.association.is_verified
    ):
        offer.state = OfferState.PENDING
    associations.record(
        offer.association, person, "offer_edited", "offer", offer.id, fields=changed
    )
    _changed(offer)
    return offer


def publish(offer: Offer, person: Person) -> Offer:
    """Put a draft before the public, or before a moderator."""
    _publish(offer)
    associations.record(offer.association, person, "offer_published", "offer", offer.id)
    _changed(offer)
    return offer


def pause(offer: Offer, person: Person) -> Offer:
    """Nobody new can sign up; the page says so."""
    return _go(offer, OfferState.PAUSED, person, "offer_paused")


def resume(offer: Offer, person: Person) -> Offer:
    """Go on after a pause."""
    _go(offer, OfferState.LIVE, person, "offer_resumed")
    signups.reopen_line(offer)
    return offer


def close(offer: Offer, person: Person) -> Offer:
    """It is done with: who holds a place keeps it; who waits is told not to."""
    _go(offer, OfferState.CLOSED, person, "offer_closed")
    signups.close_line(offer)
    return offer


def reopen(offer: Offer, person: Person) -> Offer:
    """A closed offer returns the way it first came: live, or before a moderator."""
    move(offer, OfferState.PENDING if _waits_for_moderator(offer) else OfferState.LIVE)
    associations.record(offer.association, person, "offer_reopened", "offer", offer.id)
    _changed(offer)
    return offer


def duplicate(offer: Offer, person: Person) -> Offer:
    """A draft with the same words and place, without dates: those are what is new."""
    copy = Offer(
        association=offer.association,
        cluster=Cluster(),
        state=OfferState.DRAFT,
        locations=[_copied(location) for location in offer.locations],
        shifts=[],
        rules=[],
        own_fields=[],
    )
    for name in (
        *("title", "slug", "summary", "description", "bring", "welcome", "language", "themes"),
        *("tags", "remote", "schedule", "minimum_age", "is_accessible", "near_transport", "image"),
    ):
        setattr(copy, name, getattr(offer, name))
    db.session.add(copy)
    db.session.flush()
    associations.record(offer.association, person, "offer_duplicated", "offer", copy.id)
    return copy


def move(offer: Offer, state: OfferState) -> None:
    """Change the state by the declared table. Raises Conflict for any other change."""
    if (offer.state, state) not in CHANGES:
        raise Conflict(
            "Cette offre ne peut pas passer à cet état : elle a sans doute changé entre-temps. Rechargez la page."
        )
    offer.state = state


def _go(offer: Offer, state: OfferState, person: Person, verb: str) -> Offer:
    move(offer, state)
    associations.record(offer.association, person, verb, "offer", offer.id)
    _changed(offer)
    return offer


def _publish(offer: Offer) -> None:
    move(offer, OfferState.PENDING if _waits_for_moderator(offer) else OfferState.LIVE)
    if offer.state is OfferState.LIVE:
        offer.published_at = offer.published_at or clock.now()


def _waits_for_moderator(offer: Offer) -> bool:
    if offer.association.state is not AssociationState.ACTIVE:
        return True
    if offer.association.is_verified:
        return False
    approved = select(func.count()).where(
        Offer.association_id == offer.association_id, Offer.published_at.is_not(None)
    )
    return (db.session.scalar(approved) or 0) < REVIEWED_FIRST


def _write(offer: Offer, wish: OfferWish) -> list[str]:
    values: dict[str, object] = {
        name: getattr(wish, name)
        for name in (
            *("title", "description", "remote", "is_ongoing", "schedule", "bring", "welcome"),
            *("minimum_age", "is_accessible", "near_transport"),
        )
    }
    values["themes"] = list(wish.themes)
    values["slug"] = slugify(wish.title)[:120] or "offre"
    changed = [name for name, value in values.items() if getattr(offer, name) != value]
    for name in changed:
        setattr(offer, name, values[name])
    wanted = [] if wish.location is None else [wish.location]
    if len(offer.locations) <= 1 and _places(offer) != wanted:
        _write_location(offer, wish.location)
        changed.append("locations")
    return changed


def _likeness(one: str, other: str) -> float:
    """How many words two texts share, 0 to 1, in whatever order: counted at once, for the database is locked meanwhile."""
    ours, theirs = Counter(one.split()), Counter(other.split())
    return 2 * (ours & theirs).total() / max(1, ours.total() + theirs.total())


def _places(offer: Offer) -> list[LocationWish]:
    names = LocationWish.__dataclass_fields__
    return [
        LocationWish(**{name: getattr(location, name) for name in names})
        for location in offer.locations
    ]


def _write_location(offer: Offer, wish: LocationWish | None) -> None:
    if wish is None:
        offer.locations[:] = []
        return
    if not offer.locations:
        offer.locations.append(Location(position=0))
    for name in LocationWish.__dataclass_fields__:
        setattr(offer.locations[0], name, getattr(wish, name))


def _copied(location: Location) -> Location:
    names = (*LocationWish.__dataclass_fields__, "position", "name")
    return Location(**{name: getattr(location, name) for name in names})


def _changed(offer: Offer) -> None:
    offer.version = (offer.version or 0) + 1
    offer.updated_at = clock.now()
    db.session.flush()
    outbox.reindex(offer.id)
    outbox.recluster([offer.id])

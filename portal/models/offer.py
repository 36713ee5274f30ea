"""Offers: what a volunteer can find and sign up for, and where they happen. Each is born in a cluster of its own."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.models.association import Association, AssociationState
from portal.models.cluster import Cluster
from portal.models.feed import Feed
from portal.models.shift import RecurrenceRule, Shift


class OfferState(StrEnum):
    """The stored states of contract.md. Being over or expired is derived from the shifts, never stored."""

    DRAFT = "draft"
    PENDING = "pending"
    LIVE = "live"
    PAUSED = "paused"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    HIDDEN = "hidden"
    REFUSED = "refused"


# What has not gone: everybody's, its association's, or waiting to be seen.
PRESENT = (OfferState.LIVE, OfferState.PAUSED, OfferState.PENDING)


class Remote(StrEnum):
    """Whether an offer can be done from afar."""

    NO = "no"
    POSSIBLE = "possible"
    FULL = "full"


class Precision(StrEnum):
    """What a location's position stands for; `none` has no position and is never taken for 0,0."""

    EXACT = "exact"
    TOWN = "town"
    AREA = "area"
    NONE = "none"


# (from, to) -> who may ask for it: the only changes there are. Anything else is refused by `Offer.move`.
CHANGES: frozenset[tuple[OfferState, OfferState]] = frozenset(
    (OfferState(source), OfferState(target))
    for source, targets in {
        "draft": ("pending", "live", "closed"),
        "pending": ("live", "refused", "draft", "closed", "withdrawn", "hidden"),
        "live": ("paused", "withdrawn", "closed", "hidden", "pending"),
        "paused": ("live", "withdrawn", "closed", "hidden"),
        "withdrawn": ("live", "pending", "hidden"),
        "closed": ("live", "pending", "hidden"),
        "hidden": ("live", "paused", "pending", "closed", "withdrawn", "draft"),
        "refused": ("pending", "live", "hidden", "closed"),
    }.items()
    for target in targets
)


class Offer(Base):
    """One need of one association. What a feed brought is known by (feed, external id) and never by its text."""

    __tablename__ = "offers"
    __table_args__ = (
        UniqueConstraint("feed_id", "external_id"),
        Index("ix_offers_state_published_at", "state", "published_at"),
        Index("ix_offers_association_id_state", "association_id", "state"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("associations.id"))
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id"), index=True)
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("feeds.id"))
    external_id: Mapped[str | None] = mapped_column(String(250))
    content_hash: Mapped[str] = mapped_column(String(64), default="")

    title: Mapped[str] = mapped_column(String(200))
    slug: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(400), default="")
    description: Mapped[str] = mapped_column(Text, default="")  # clean HTML
    bring: Mapped[str] = mapped_column(String(500), default="")
    welcome: Mapped[str] = mapped_column(String(300), default="")  # who will be there for you
    language: Mapped[str] = mapped_column(String(2), default="fr")
    themes: Mapped[list[str]] = mapped_column(JSON, default=list)
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    audiences: Mapped[list[str]] = mapped_column(JSON, default=list)
    skills: Mapped[str] = mapped_column(String(500), default="")
    image: Mapped[str] = mapped_column(String(80), default="")  # one of our own drawings

    remote: Mapped[Remote] = mapped_column(enum_type(Remote), default=Remote.NO)
    is_ongoing: Mapped[bool] = mapped_column(default=False)
    schedule: Mapped[str] = mapped_column(
        String(300), default=""
    )  # in words: "le mardi, 18 h - 20 h"
    hours_per_week: Mapped[float | None]
    minimum_age: Mapped[int | None]
    is_accessible: Mapped[bool] = mapped_column(default=False)
    near_transport: Mapped[bool] = mapped_column(default=False)
    # Up to two questions of the association: [{"text": ..., "why": ...}]
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    # Where people sign up when it is not here: the partner's own page.
    detail_url: Mapped[str] = mapped_column(String(1000), default="")
    # Private: whom a question is relayed to. Never in a public answer.
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_email: Mapped[str] = mapped_column(String(254), default="")
    contact_phone: Mapped[str] = mapped_column(String(32), default="")

    state: Mapped[OfferState] = mapped_column(enum_type(OfferState), default=OfferState.DRAFT)
    reason: Mapped[str] = mapped_column(
        String(500), default=""
    )  # told to its team: why hidden or refused
    # Brought by a run of its feed that was not found plausible yet: pending, and no moderator is asked about it.
    is_held: Mapped[bool] = mapped_column(default=False)
    # What a coordinator changed by hand on a feed's offer: the feed does not overwrite these fields.
    own_fields: Mapped[list[str]] = mapped_column(JSON, default=list)
    version: Mapped[int] = mapped_column(
        default=1
    )  # raised at each change; the index keeps the one it knows
    published_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    association: Mapped[Association] = relationship(lazy="joined", innerjoin=True)
    cluster: Mapped[Cluster] = relationship()
    feed: Mapped[Feed | None] = relationship()
    locations: Mapped[list[Location]] = relationship(
        back_populates="offer", order_by="Location.position", cascade="all, delete-orphan"
    )
    shifts: Mapped[list[Shift]] = relationship(
        back_populates="offer", order_by="Shift.starts_at", cascade="all, delete-orphan"
    )
    rules: Mapped[list[RecurrenceRule]] = relationship(
        back_populates="offer", cascade="all, delete-orphan"
    )

    @property
    def signs_up_here(self) -> bool:
        """A partner that gave an address of its own keeps its signups there."""
        return not self.detail_url

    def is_over(self, at: datetime) -> bool:
        """Nothing is left to do: expired, or every shift is past and it is not ongoing."""
        if self.expires_at is not None and self.expires_at <= at:
            return True
        return not self.is_ongoing and not any(shift.is_ahead(at) for shift in self.shifts)

    @property
    def unconfirmed_since(self) -> datetime | None:
        """When its feed last said that it is true, if that is too long ago to go without a word."""
        return self.feed.unconfirmed_since if self.feed is not None else None

    @property
    def is_listed(self) -> bool:
        """Live, of a feed that still answers and an association in good standing, whatever the hour."""
        return (
            self.state is OfferState.LIVE
            and not (self.feed is not None and self.feed.hidden_at)
            and self.association.state is AssociationState.ACTIVE
        )

    def is_findable(self, at: datetime) -> bool:
        """May search show it? Listed, and something left to do."""
        return self.is_listed and not self.is_over(at)

    def shifts_ahead(self, at: datetime) -> list[Shift]:
        """What can still be signed up for, soonest first, the undated one last."""
        return [shift for shift in self.shifts if shift.is_ahead(at)]


class Location(Base):
    """Where an offer happens. No position is null, never 0,0."""

    __tablename__ = "locations"

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), index=True)
    position: Mapped[int] = mapped_column(default=0)  # its rank in the offer
    name: Mapped[str] = mapped_column(String(200), default="")
    street: Mapped[str] = mapped_column(String(200), default="")
    postal_code: Mapped[str] = mapped_column(String(12), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    departement: Mapped[str] = mapped_column(String(3), default="")
    region: Mapped[str] = mapped_column(String(80), default="")
    country: Mapped[str] = mapped_column(String(2), default="FR")
    lat: Mapped[float | None]
    lon: Mapped[float | None]
    precision: Mapped[Precision] = mapped_column(enum_type(Precision), default=Precision.NONE)

    offer: Mapped[Offer] = relationship(back_populates="locations")


class OfferDay(Base):
    """What happened to an offer on a day, counted without knowing who: views, click-outs, visits by channel."""

    __tablename__ = "offer_days"
    __table_args__ = (UniqueConstraint("offer_id", "on", "verb"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), index=True)
    on: Mapped[date]
    verb: Mapped[str] = mapped_column(String(24))  # view, click_out, share:<channel>
    count: Mapped[int] = mapped_column(default=0)

"""Shifts: the dated parts of an offer, each with its own capacity; and the rules that are rolled out as shifts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.db import Base, UtcDateTime, enum_type

if TYPE_CHECKING:
    from portal.models.offer import Location, Offer


class ShiftState(StrEnum):
    """A cancelled shift tells everyone who was on it, and is kept."""

    PLANNED = "planned"
    CANCELLED = "cancelled"


class RecurrenceRule(Base):
    """A rule such as "every Tuesday, 18-20 h", in the words of RFC 5545; the worker rolls it out 26 weeks ahead."""

    __tablename__ = "recurrence_rules"

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), index=True)
    rrule: Mapped[str] = mapped_column(String(300))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    minutes: Mapped[int]
    zone: Mapped[str] = mapped_column(String(40), default="Europe/Paris")
    capacity: Mapped[int | None]
    rolled_until: Mapped[datetime | None] = mapped_column(UtcDateTime)

    offer: Mapped[Offer] = relationship(back_populates="rules")


class Shift(Base):
    """A dated part of an offer. An ongoing offer has one undated shift (no `starts_at`). No capacity is no limit.

    `taken` counts the people who hold a place. It is never incremented: whoever holds the shift's lock counts the
    signups again and writes the sum, so that it cannot drift (services/signups.py).
    """

    __tablename__ = "shifts"
    __table_args__ = (
        CheckConstraint("capacity IS NULL OR capacity >= 0", name="capacity"),
        CheckConstraint("taken >= 0", name="taken"),
        CheckConstraint("ends_at IS NULL OR ends_at >= starts_at", name="order"),
        Index("ix_shifts_offer_id_starts_at", "offer_id", "starts_at"),
        Index("ix_shifts_ends_at", "ends_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"))
    location_id: Mapped[int | None] = mapped_column(ForeignKey("locations.id", ondelete="SET NULL"))
    rule_id: Mapped[int | None] = mapped_column(
        ForeignKey("recurrence_rules.id", ondelete="SET NULL"), index=True
    )
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    zone: Mapped[str] = mapped_column(String(40), default="Europe/Paris")
    capacity: Mapped[int | None]
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)  # parties in line, counted like `taken`
    state: Mapped[ShiftState] = mapped_column(enum_type(ShiftState), default=ShiftState.PLANNED)
    sequence: Mapped[int] = mapped_column(default=0)  # raised when moved: the calendar's SEQUENCE

    offer: Mapped[Offer] = relationship(back_populates="shifts")
    location: Mapped[Location | None] = relationship()

    @property
    def places_left(self) -> int | None:
        """How many people it still takes; None is no limit. Never negative, even after the capacity was lowered."""
        return places_left(self.capacity, self.taken)

    @property
    def is_full(self) -> bool:
        return self.places_left == 0

    def is_ahead(self, at: datetime) -> bool:
        """Can it still be done? An undated one always, a dated one until its end."""
        if self.state is ShiftState.CANCELLED:
            return False
        end = self.ends_at or self.starts_at
        return end is None or end > at


def places_left(capacity: int | None, taken: int) -> int | None:
    """The same of a capacity and of who is on it."""
    return None if capacity is None else max(0, capacity - taken)

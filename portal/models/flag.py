"""Flags: a visitor's report about an offer."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.models.offer import Offer


class FlagReason(StrEnum):
    """What a visitor can say is wrong."""

    OVER = "over"
    WRONG = "wrong"
    UNSAFE = "unsafe"
    FRAUD = "fraud"
    OTHER = "other"


class FlagState(StrEnum):
    """Open until a moderator decides on the offer."""

    OPEN = "open"
    UPHELD = "upheld"
    DISMISSED = "dismissed"


class Flag(Base):
    """One report. Only those of verified people count towards hiding, each once (`reporter` is their keyed hash)."""

    __tablename__ = "flags"
    __table_args__ = (UniqueConstraint("offer_id", "reporter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    reporter: Mapped[str] = mapped_column(String(64))
    reason: Mapped[FlagReason] = mapped_column(enum_type(FlagReason))
    text: Mapped[str] = mapped_column(String(1000), default="")
    state: Mapped[FlagState] = mapped_column(enum_type(FlagState), default=FlagState.OPEN)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    offer: Mapped[Offer] = relationship()

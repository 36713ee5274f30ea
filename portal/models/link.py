"""Links: a partner's own page of an offer, and whether it answers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.models.offer import Offer


class LinkState(StrEnum):
    """`closed` is a page that its server asks robots not to visit: not checked, and not called bad."""

    GOOD = "good"
    BAD = "bad"
    CLOSED = "closed"


class Link(Base):
    """What the last check of an offer's detail address found. `url` is the address that was checked."""

    __tablename__ = "links"

    offer_id: Mapped[int] = mapped_column(
        ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True
    )
    url: Mapped[str] = mapped_column(String(1000))
    state: Mapped[LinkState] = mapped_column(enum_type(LinkState))
    why: Mapped[str] = mapped_column(String(200), default="")  # "404", or the code of what happened
    checked_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    bad_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)

    offer: Mapped[Offer] = relationship()

"""Share links: a person's own address of an offer, and what came of it, counted by day and not by visitor."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime
from portal.models.offer import Offer


class ShareLink(Base):
    """`/s/<code>`. The code says nothing about its owner."""

    __tablename__ = "share_links"
    __table_args__ = (UniqueConstraint("person_id", "offer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(16), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    offer: Mapped[Offer] = relationship()


class ShareVisit(Base):
    """How many people came by a share link on a day: robots removed, nobody known."""

    __tablename__ = "share_visits"
    __table_args__ = (UniqueConstraint("share_link_id", "on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    share_link_id: Mapped[int] = mapped_column(ForeignKey("share_links.id"))
    on: Mapped[date]
    count: Mapped[int] = mapped_column(default=0)

"""Alerts: a saved search that tells its owner about new offers, and what each of them has told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.db import Base, UtcDateTime


class Alert(Base):
    """A search, an address and a pace. It tells nothing until its address was proved."""

    __tablename__ = "alerts"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    email_hash: Mapped[str] = mapped_column(String(64), index=True)
    nonce: Mapped[str] = mapped_column(String(24))
    search: Mapped[str] = mapped_column(String(1000))  # the query string of the search page
    every_days: Mapped[int] = mapped_column(default=7)
    language: Mapped[str] = mapped_column(String(2), default="fr")
    # Who asked, for counting; emptied once the address is proved.
    network_hash: Mapped[str] = mapped_column(String(64), default="", index=True)
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    stopped_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When it is looked at next; none while it waits for its owner, or is stopped.
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class AlertOffer(Base):
    """An offer that an alert has told: it is never told again, under whatever number its need comes back."""

    __tablename__ = "alert_offers"
    __table_args__ = (UniqueConstraint("alert_id", "offer_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alerts.id", ondelete="CASCADE"))
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), index=True)
    told_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

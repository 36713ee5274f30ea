"""Likes: one person, one cluster. Anonymous likes live on the device and join the account at sign-in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from portal import clock
from portal.db import Base, UtcDateTime


class Like(Base):
    """A person likes a need; `offer_id` remembers through which offer."""

    __tablename__ = "likes"
    __table_args__ = (UniqueConstraint("person_id", "cluster_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    cluster_id: Mapped[int] = mapped_column(ForeignKey("clusters.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    # Through which offers else: two likes that a joining of clusters made one, and that a split gives back.
    also: Mapped[list[int]] = mapped_column(JSON, default=list)
    # When its person was told that it nearly fills or ends: once is enough.
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

"""Associations: who posts offers. The private contact never leaves towards the public."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type

if TYPE_CHECKING:
    from portal.models.membership import Membership


class AssociationState(StrEnum):
    """A pending association waits for its founder to prove their address; a suspended one is not found any more."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"


class Association(Base):
    """An association, posted by its people or born from a feed; `(feed_id, external_id)` says which."""

    __tablename__ = "associations"
    __table_args__ = (
        UniqueConstraint("feed_id", "external_id"),
        Index("ix_associations_rna", "rna"),
        Index("ix_associations_siren", "siren"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(String(400), default="")
    description: Mapped[str] = mapped_column(Text, default="")
    url: Mapped[str] = mapped_column(String(500), default="")
    logo_url: Mapped[str] = mapped_column(String(500), default="")
    rna: Mapped[str] = mapped_column(String(10), default="")
    siren: Mapped[str] = mapped_column(String(14), default="")
    city: Mapped[str] = mapped_column(String(120), default="")
    # Private: how we reach the association. Never in a public answer.
    email: Mapped[str] = mapped_column(String(254), default="")
    phone: Mapped[str] = mapped_column(String(32), default="")
    state: Mapped[AssociationState] = mapped_column(
        enum_type(AssociationState), default=AssociationState.ACTIVE
    )
    verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    hears_at_once: Mapped[bool] = mapped_column(default=True)
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("feeds.id"), index=True)
    external_id: Mapped[str | None] = mapped_column(String(250))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    # The association of people that claimed what the feed brought in this one's name: its offers are theirs.
    claimed_by_id: Mapped[int | None] = mapped_column(
        ForeignKey("associations.id", name="fk_associations_claimed_by_id_associations"), index=True
    )

    memberships: Mapped[list[Membership]] = relationship(back_populates="association")

    @property
    def is_verified(self) -> bool:
        return self.verified_at is not None

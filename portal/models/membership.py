"""Who belongs to an association's team, and who was asked to join it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type

if TYPE_CHECKING:
    from portal.models.association import Association
    from portal.models.person import Person


class TeamRole(StrEnum):
    """A helper ticks attendance; a coordinator runs the association's pages."""

    COORDINATOR = "coordinator"
    HELPER = "helper"


class Membership(Base):
    """A person on a team. It is looked up at every request: who leaves a team loses it at once."""

    __tablename__ = "memberships"
    __table_args__ = (UniqueConstraint("association_id", "person_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("associations.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    role: Mapped[TeamRole] = mapped_column(enum_type(TeamRole))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    association: Mapped[Association] = relationship(back_populates="memberships")
    person: Mapped[Person] = relationship(back_populates="memberships")


class TeamInvitation(Base):
    """A mailed invitation to a team, bound to the address it was sent to. Nobody invites who founds an association."""

    __tablename__ = "team_invitations"

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("associations.id"), index=True)
    inviter_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    email: Mapped[str] = mapped_column(String(254))
    role: Mapped[TeamRole] = mapped_column(enum_type(TeamRole))
    nonce: Mapped[str] = mapped_column(String(24))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    association: Mapped[Association] = relationship()
    inviter: Mapped[Person | None] = relationship()

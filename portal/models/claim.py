"""Claims: an association says that what a feed brought in its name is its own."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.models.association import Association
from portal.models.person import Person


class ClaimState(StrEnum):
    """A waiting claim wants a moderator's word; a released one was undone."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    RELEASED = "released"


class Claim(Base):
    """One association (`association`) claims another that was born from a feed (`claimed`). Kept whatever becomes of it."""

    __tablename__ = "claims"

    id: Mapped[int] = mapped_column(primary_key=True)
    association_id: Mapped[int] = mapped_column(ForeignKey("associations.id"), index=True)
    claimed_id: Mapped[int] = mapped_column(ForeignKey("associations.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    state: Mapped[ClaimState] = mapped_column(enum_type(ClaimState), default=ClaimState.WAITING)
    # What convinced: a domain that the person proved an address of, or "moderator".
    proof: Mapped[str] = mapped_column(String(254), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))

    association: Mapped[Association] = relationship(foreign_keys=association_id)
    claimed: Mapped[Association] = relationship(foreign_keys=claimed_id)
    person: Mapped[Person | None] = relationship(foreign_keys=person_id)

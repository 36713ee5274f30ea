"""Decisions: what a moderator answered. Every one is kept, and can be undone."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.models.person import Person


class Verdict(StrEnum):
    """What a moderator can do."""

    APPROVE = "approve"
    REFUSE = "refuse"
    HIDE = "hide"
    RESTORE = "restore"
    DISMISS = "dismiss"
    UNDO = "undo"


class Decision(Base):
    """One answer about an offer or an association; `state_before` is what undoing it gives back."""

    __tablename__ = "decisions"
    __table_args__ = (Index("ix_decisions_subject_subject_id", "subject", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    subject: Mapped[str] = mapped_column(String(20))  # offer, association, feed
    subject_id: Mapped[int]
    verdict: Mapped[Verdict] = mapped_column(enum_type(Verdict))
    reason: Mapped[str] = mapped_column(String(40), default="")
    text: Mapped[str] = mapped_column(String(1000), default="")
    state_before: Mapped[str] = mapped_column(String(24), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    moderator: Mapped[Person | None] = relationship()

"""Invitations by mail, and who asked never to get one again (kept as a keyed hash, so that we forget the address)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.models.offer import Offer
from portal.models.person import Person


class InvitationState(StrEnum):
    """A dropped one met the recipient's wish, or its limit, after it was asked for."""

    QUEUED = "queued"
    SENT = "sent"
    DROPPED = "dropped"


class Invitation(Base):
    """One message of one person to one friend about one offer. `email` is emptied once it is sent, or after 24 h."""

    __tablename__ = "invitations"
    __table_args__ = (Index("ix_invitations_email_hash_created_at", "email_hash", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    offer_id: Mapped[int] = mapped_column(ForeignKey("offers.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), default="")
    email_hash: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(24))
    state: Mapped[InvitationState] = mapped_column(
        enum_type(InvitationState), default=InvitationState.QUEUED
    )
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()
    offer: Mapped[Offer] = relationship()


class MailRefusal(Base):
    """ "Do not write to me again": honoured whoever asks."""

    __tablename__ = "mail_refusals"

    id: Mapped[int] = mapped_column(primary_key=True)
    email_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

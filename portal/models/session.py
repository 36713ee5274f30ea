"""Sessions of signed-in people, and the mailed links that open them.

Flask-Login's cookie cannot be revoked by itself: ours carries a random token whose hash is a row here, rotated at
sign-in and at any change of rights, listed on the account page and ended there.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.models.person import Person


class Session(Base):
    """One device of a signed-in person. It is over after 30 idle days, or when `ended_at` is set."""

    __tablename__ = "sessions"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(120), default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    # When the person last proved who they are; exports, roles, erasing and moderation want it under 12 h old.
    proved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    person: Mapped[Person] = relationship()


class LinkPurpose(StrEnum):
    """What pressing the button behind a mailed link does."""

    SIGN_IN = "sign_in"
    JOIN_IDENTITY = "join_identity"
    CHANGE_EMAIL = "change_email"


class SignInLink(Base):
    """A mailed link: single use, 15 minutes; it dies when the address changes.

    The mail is written by the worker, later, so the link cannot be a random token of which only the hash is kept: it is
    `id.nonce.signature` (see portal/tokens.py). The row holds the nonce alone, which opens nothing without SECRET_KEY.
    """

    __tablename__ = "sign_in_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    nonce: Mapped[str] = mapped_column(String(24))
    purpose: Mapped[LinkPurpose] = mapped_column(enum_type(LinkPurpose))
    email: Mapped[str] = mapped_column(String(254), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    next_path: Mapped[str] = mapped_column(String(500), default="")
    # Who asked, as a keyed hash of the network: for the limits.
    network_hash: Mapped[str] = mapped_column(String(64), default="", index=True)
    # JOIN_IDENTITY: the provider's claims that wait for this proof, and the browser that started.
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

"""API keys: who may ask the portal as a machine, for what, and how much each is used."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime
from portal.models.feed import Feed


class KeyScope(StrEnum):
    """Read offers; or bring those of one feed."""

    READ = "read"
    UPLOAD = "upload"


class ApiKey(Base):
    """A key of somebody's program. The key itself is shown once and never kept: `token_hash` finds it, `prefix` names it."""

    __tablename__ = "api_keys"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))  # whose program it is
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scopes: Mapped[list[str]] = mapped_column(JSON, default=list)
    feed_id: Mapped[int | None] = mapped_column(ForeignKey("feeds.id"))  # what it may bring
    per_minute: Mapped[int] = mapped_column(default=600)
    maker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    replaces_id: Mapped[int | None] = mapped_column(ForeignKey("api_keys.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    feed: Mapped[Feed | None] = relationship()

    def opens_at(self, at: datetime) -> bool:
        """Is it still good?"""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


class ApiKeyDay(Base):
    """How often a key was used on a day, and for what; what was refused for being too much is counted apart."""

    __tablename__ = "api_key_days"
    __table_args__ = (UniqueConstraint("api_key_id", "on", "verb"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    api_key_id: Mapped[int] = mapped_column(ForeignKey("api_keys.id", ondelete="CASCADE"))
    on: Mapped[date]
    verb: Mapped[str] = mapped_column(String(24))
    count: Mapped[int] = mapped_column(default=0)

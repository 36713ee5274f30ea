"""People who are known to the portal: signed in once, by a mailed link or through a provider."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type

if TYPE_CHECKING:
    from portal.models.identity import Identity
    from portal.models.membership import Membership


class PersonRole(StrEnum):
    """What a person may do on the whole portal; rights inside an association are memberships."""

    PERSON = "person"
    MODERATOR = "moderator"


class PersonState(StrEnum):
    """A disabled person cannot sign in; an erased one is an empty row that keeps counts true."""

    ACTIVE = "active"
    DISABLED = "disabled"
    ERASED = "erased"


class Person(Base):
    """A person. `email` proves nothing until `email_verified_at` says that its owner pressed a mailed button."""

    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str | None] = mapped_column(String(254), unique=True)
    email_verified_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_name: Mapped[str] = mapped_column(String(80), default="")
    picture_url: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str] = mapped_column(String(2), default="fr")
    role: Mapped[PersonRole] = mapped_column(enum_type(PersonRole), default=PersonRole.PERSON)
    state: Mapped[PersonState] = mapped_column(enum_type(PersonState), default=PersonState.ACTIVE)
    # Only those who chose it are named beside a like ("Ann, Bob and 12 others").
    is_seen: Mapped[bool] = mapped_column(default=False)
    # Wants to hear, once a week at most, that a need they like nearly fills or is about to end.
    wants_news: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    identities: Mapped[list[Identity]] = relationship(back_populates="person")
    memberships: Mapped[list[Membership]] = relationship(back_populates="person")

    @property
    def is_verified(self) -> bool:
        return self.email is not None and self.email_verified_at is not None

    @property
    def is_moderator(self) -> bool:
        return self.role is PersonRole.MODERATOR and self.state is PersonState.ACTIVE

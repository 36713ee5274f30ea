"""Signups: a person, with who they bring, on a shift; their states, and the attempts that asked for them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.errors import Conflict
from portal.models.person import Person
from portal.models.shift import Shift


class SignupState(StrEnum):
    """The states of signup.md."""

    REQUESTED = "requested"
    HELD = "held"
    WAITLISTED = "waitlisted"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    ATTENDED = "attended"
    ABSENT = "absent"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    EXPIRED = "expired"


S = SignupState
TAKING = (S.HELD, S.CONFIRMED, S.OFFERED, S.ATTENDED, S.ABSENT)  # these take places
OVER = (S.CANCELLED, S.REFUSED, S.EXPIRED)  # these free the (shift, address) key
# Where a new signup may begin, and every change there is; anything else is refused.
BEGINNINGS = (S.REQUESTED, S.HELD, S.WAITLISTED, S.CONFIRMED)
CHANGES: dict[SignupState, tuple[SignupState, ...]] = {
    S.REQUESTED: (S.HELD, S.REFUSED, S.EXPIRED),
    S.HELD: (S.CONFIRMED, S.EXPIRED, S.CANCELLED),
    S.WAITLISTED: (S.OFFERED, S.CANCELLED),
    S.OFFERED: (S.CONFIRMED, S.EXPIRED, S.CANCELLED),
    S.CONFIRMED: (S.CANCELLED, S.ATTENDED, S.ABSENT),
    S.ATTENDED: (S.ABSENT,),
    S.ABSENT: (S.ATTENDED,),
    S.CANCELLED: (),
    S.REFUSED: (),
    S.EXPIRED: (),
}


class Signup(Base):
    """One party of 1 to 5 people on one shift. `nonce` is half of its unguessable address; a new one revokes it."""

    __tablename__ = "signups"
    __table_args__ = (
        CheckConstraint("party BETWEEN 1 AND 5", name="party"),
        # The last judge of "once per address": the lock makes it rare, this makes it impossible.
        Index(
            "uq_signups_shift_id_email_hash",
            "shift_id",
            "email_hash",
            unique=True,
            sqlite_where=text("state NOT IN ('cancelled', 'refused', 'expired')"),
            postgresql_where=text("state NOT IN ('cancelled', 'refused', 'expired')"),
        ),
        Index("ix_signups_shift_id_state", "shift_id", "state"),
        Index("ix_signups_email_hash", "email_hash"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    nonce: Mapped[str] = mapped_column(String(24))
    email: Mapped[str] = mapped_column(String(254))
    email_hash: Mapped[str] = mapped_column(String(64))
    first_name: Mapped[str] = mapped_column(String(80))
    phone: Mapped[str] = mapped_column(String(32), default="")
    message: Mapped[str] = mapped_column(String(1000), default="")
    answers: Mapped[list[str]] = mapped_column(JSON, default=list)
    party: Mapped[int] = mapped_column(default=1)
    language: Mapped[str] = mapped_column(String(2), default="fr")
    state: Mapped[SignupState] = mapped_column(enum_type(SignupState))
    verified_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime
    )  # its owner pressed the mailed button
    held_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    offered_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    device_hash: Mapped[str] = mapped_column(String(64), default="", index=True)
    network_hash: Mapped[str] = mapped_column(String(64), default="", index=True)
    share_link_id: Mapped[int | None] = mapped_column(ForeignKey("share_links.id"), index=True)
    invitation_id: Mapped[int | None] = mapped_column(ForeignKey("invitations.id"), index=True)
    sequence: Mapped[int] = mapped_column(default=0)  # the calendar's SEQUENCE
    created_at: Mapped[datetime] = mapped_column(
        UtcDateTime, default=clock.now
    )  # its place in line
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    shift: Mapped[Shift] = relationship()
    person: Mapped[Person | None] = relationship()

    def become(self, state: SignupState) -> None:
        """Change the state as CHANGES allows; anything else is refused with a sentence."""
        if state not in CHANGES[self.state]:
            raise Conflict(
                "Cette inscription a changé entre-temps : cela n’est plus possible. "
                "Rechargez la page pour voir où elle en est."
            )
        self.state = state
        self.changed_at = clock.now()

    @property
    def takes_places(self) -> bool:
        return self.state in TAKING

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class SignupAttempt(Base):
    """One sending of the form. Its page shows what was typed and nothing else, whether or not the address was known.

    `key` is the form's own nonce: a double click or a retry finds its first attempt and does nothing twice.
    """

    __tablename__ = "signup_attempts"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    fingerprint: Mapped[str] = mapped_column(
        String(64)
    )  # of what was typed: the same key with other words is refused
    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"), index=True)
    signup_id: Mapped[int | None] = mapped_column(ForeignKey("signups.id"), index=True)
    nonce: Mapped[str] = mapped_column(String(24))
    first_name: Mapped[str] = mapped_column(String(80))
    email: Mapped[str] = mapped_column(String(254))
    party: Mapped[int] = mapped_column(default=1)
    device_hash: Mapped[str] = mapped_column(String(64), default="")
    details: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    shift: Mapped[Shift] = relationship()

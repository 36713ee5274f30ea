"""Feeds: a partner's address, format and schedule; each run; each problem that a run met."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.models.association import Association
from portal.models.person import Person

UNCONFIRMED_AFTER, HIDDEN_AFTER = timedelta(days=7), timedelta(days=30)


class FeedState(StrEnum):
    """A suspect feed waits for a person's word; a paused one is not fetched."""

    ACTIVE = "active"
    SUSPECT = "suspect"
    PAUSED = "paused"


class RunOutcome(StrEnum):
    """How a run ended; `running` is a run under way, or one whose process died."""

    RUNNING = "running"
    DONE = "done"
    NOT_MODIFIED = "not_modified"
    SUSPECT = "suspect"
    FAILED = "failed"


class ProblemSeverity(StrEnum):
    """A refused record is not used; a repaired one is, with what was changed."""

    REFUSED = "refused"
    REPAIRED = "repaired"


class Feed(Base):
    """A partner's feed. `credentials` are sealed with the installation's key."""

    __tablename__ = "feeds"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)  # public: the provider name
    title: Mapped[str] = mapped_column(String(200), default="")
    url: Mapped[str] = mapped_column(String(1000), default="")
    format: Mapped[str] = mapped_column(String(24), default="")  # empty: detected at each run
    every_minutes: Mapped[int] = mapped_column(default=360)
    next_run_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    credentials: Mapped[str] = mapped_column(String(1000), default="")
    date_order: Mapped[str] = mapped_column(String(3), default="dmy")
    country: Mapped[str] = mapped_column(String(2), default="FR")
    zone: Mapped[str] = mapped_column(String(40), default="Europe/Paris")
    columns: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)  # a table's own headers
    etag: Mapped[str] = mapped_column(String(250), default="")
    last_modified: Mapped[str] = mapped_column(String(80), default="")
    state: Mapped[FeedState] = mapped_column(enum_type(FeedState), default=FeedState.ACTIVE)
    association_id: Mapped[int | None] = mapped_column(
        ForeignKey("associations.id", use_alter=True, name="fk_feeds_association_id_associations")
    )
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the last good run
    # Since when search hides its offers, because nothing confirmed them for too long.
    hidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    # Proposed by its owner, and waiting for a moderator; `refusal` is why one said no. Neither is fetched.
    proposed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    refusal: Mapped[str] = mapped_column(String(500), default="")
    wants_digest: Mapped[bool] = mapped_column(
        default=True
    )  # a letter each week something is refused

    association: Mapped[Association | None] = relationship(foreign_keys=association_id)
    owner: Mapped[Person | None] = relationship(foreign_keys=owner_id)
    runs: Mapped[list[FeedRun]] = relationship(
        back_populates="feed", order_by="FeedRun.id.desc()", cascade="all, delete-orphan"
    )

    @property
    def unconfirmed_since(self) -> datetime | None:
        """The last good run when it is a week ago or more; a feed without an address has nothing to confirm."""
        return unconfirmed_since(self.url, self.confirmed_at or self.created_at)


def unconfirmed_since(url: str, last: datetime) -> datetime | None:
    """The same of a feed's address and last good run."""
    return last if url and clock.now() - last >= UNCONFIRMED_AFTER else None


class FeedRun(Base):
    """One import, with what it did. A run is complete when its file was read to the end."""

    __tablename__ = "feed_runs"

    id: Mapped[int] = mapped_column(primary_key=True)
    feed_id: Mapped[int] = mapped_column(ForeignKey("feeds.id", ondelete="CASCADE"), index=True)
    outcome: Mapped[RunOutcome] = mapped_column(enum_type(RunOutcome), default=RunOutcome.RUNNING)
    # Why it ended so: a code, said in each reader's language (formatting.why), and the facts in its sentence. `why` is French:
    # of older runs, and of the few errors that have no code.
    why: Mapped[str] = mapped_column(String(500), default="")
    why_code: Mapped[str] = mapped_column(String(60), default="")
    why_facts: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    bytes: Mapped[int] = mapped_column(default=0)
    records: Mapped[int] = mapped_column(default=0)
    created: Mapped[int] = mapped_column(default=0)
    updated: Mapped[int] = mapped_column(default=0)
    unchanged: Mapped[int] = mapped_column(default=0)
    withdrawn: Mapped[int] = mapped_column(default=0)
    repaired: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    live: Mapped[int] = mapped_column(default=0)  # live offers of the feed when it ended
    # A suspect run: what would have been withdrawn, for the person who decides.
    pending: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    feed: Mapped[Feed] = relationship(back_populates="runs")
    problems: Mapped[list[FeedProblem]] = relationship(
        back_populates="run", order_by="FeedProblem.id", cascade="all, delete-orphan"
    )


class FeedProblem(Base):
    """One thing that was wrong with one record: where, what, and (by its code) what to write instead."""

    __tablename__ = "feed_problems"
    __table_args__ = (Index("ix_feed_problems_run_id_code", "run_id", "code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("feed_runs.id", ondelete="CASCADE"))
    record: Mapped[int]
    line: Mapped[int | None]
    external_id: Mapped[str] = mapped_column(String(250), default="")
    field: Mapped[str] = mapped_column(String(60), default="")
    value: Mapped[str] = mapped_column(String(80), default="")
    severity: Mapped[ProblemSeverity] = mapped_column(enum_type(ProblemSeverity))
    code: Mapped[str] = mapped_column(String(60))
    sentence: Mapped[str] = mapped_column(String(400), default="")
    sentence_en: Mapped[str] = mapped_column(String(400), default="")

    run: Mapped[FeedRun] = relationship(back_populates="problems")

"""Clusters: offers that are the same need, what made them so, and what a moderator said about it.

A cluster is what the pairs of its offers make it: `found` by rules, `joined` or `split` by a moderator. A pair that a
moderator decided about is never written by the rules again.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal import clock
from portal.db import Base, UtcDateTime, enum_type
from portal.models.person import Person


class PairState(StrEnum):
    """Who says what of two offers: the rules that they are one need, or a moderator that they are, or are not."""

    FOUND = "found"
    JOINED = "joined"
    SPLIT = "split"


class Cluster(Base):
    """Offers that are the same need. Likes belong to it, so that they survive a feed's edit and a joining of clusters."""

    __tablename__ = "clusters"

    id: Mapped[int] = mapped_column(primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ClusterKey(Base):
    """Under which an offer's likely twins are looked up: "rna:W691234567@lyon", with the words of its title."""

    __tablename__ = "cluster_keys"
    __table_args__ = (Index("ix_cluster_keys_key", "key"),)

    offer_id: Mapped[int] = mapped_column(
        ForeignKey("offers.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(160), primary_key=True)
    words: Mapped[str] = mapped_column(String(200), default="")


class ClusterPair(Base):
    """Two offers and what is known of them: `reasons` are the codes and figures behind a found pair."""

    __tablename__ = "cluster_pairs"
    __table_args__ = (
        UniqueConstraint("one_id", "other_id"),
        CheckConstraint("one_id < other_id", name="ordered"),
        Index("ix_cluster_pairs_state_created_at", "state", "created_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    one_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"))
    other_id: Mapped[int] = mapped_column(ForeignKey("offers.id", ondelete="CASCADE"), index=True)
    state: Mapped[PairState] = mapped_column(enum_type(PairState), default=PairState.FOUND)
    reasons: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    likeness: Mapped[float] = mapped_column(default=0.0)  # 0 to 1: the surest pairs join first
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)


class ClusterDecision(Base):
    """What a moderator joined or split. `before` is each pair as it was, which undoing gives back."""

    __tablename__ = "cluster_decisions"

    id: Mapped[int] = mapped_column(primary_key=True)
    moderator_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    state: Mapped[PairState] = mapped_column(enum_type(PairState))  # joined or split
    offers: Mapped[list[list[int]]] = mapped_column(JSON, default=list)  # the two sides
    before: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    undone_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    moderator: Mapped[Person | None] = relationship()

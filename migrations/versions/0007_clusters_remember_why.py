"""Clusters remember why.

Revision: 0007, after 0006

Before you commit a migration:
- it goes up, down and up again with data in the tables (tests/test_migrations.py does it);
- expand first, contract in a later release: the code that runs now must live with the new schema;
- no model is imported here (a migration must still run when the model has changed);
- under 5 seconds on a million rows, or in batches;
- one commit of its own, before the code that uses it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db


revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cluster_keys",
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=160), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.ForeignKeyConstraint(
            ["offer_id"],
            ["offers.id"],
            name=op.f("fk_cluster_keys_offer_id_offers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("offer_id", "key", name=op.f("pk_cluster_keys")),
    )
    op.create_index("ix_cluster_keys_key", "cluster_keys", ["key"])
    op.create_table(
        "cluster_pairs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("one_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("state", _states(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("likeness", sa.Double(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(timezone=True), nullable=False),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_cluster_pairs_ordered")),
        sa.ForeignKeyConstraint(
            ["one_id"],
            ["offers.id"],
            name=op.f("fk_cluster_pairs_one_id_offers"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["other_id"],
            ["offers.id"],
            name=op.f("fk_cluster_pairs_other_id_offers"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_pairs")),
        sa.UniqueConstraint("one_id", "other_id", name=op.f("uq_cluster_pairs_one_id_other_id")),
    )
    op.create_index(op.f("ix_cluster_pairs_other_id"), "cluster_pairs", ["other_id"])
    op.create_index(
        "ix_cluster_pairs_state_created_at", "cluster_pairs", ["state", "created_at"]
    )
    op.create_table(
        "cluster_decisions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("moderator_id", sa.Integer(), nullable=True),
        sa.Column("state", _states(), nullable=False),
        sa.Column("offers", sa.JSON(), nullable=False),
        sa.Column("before", sa.JSON(), nullable=False),
        sa.Column("created_at", db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_at", db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["moderator_id"], ["people.id"], name=op.f("fk_cluster_decisions_moderator_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cluster_decisions")),
    )
    with op.batch_alter_table("likes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("also", sa.JSON(), nullable=False, server_default="[]"))


def _states() -> sa.Enum:
    return sa.Enum(
        "found",
        "joined",
        "split",
        name="pairstate",
        native_enum=False,
        create_constraint=True,
        length=24,
    )


def downgrade() -> None:
    with op.batch_alter_table("likes", schema=None) as batch_op:
        batch_op.drop_column("also")
    op.drop_table("cluster_decisions")
    op.drop_table("cluster_pairs")
    op.drop_table("cluster_keys")

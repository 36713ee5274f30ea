"""Feeds are proposed by partners, a problem keeps its English sentence, and history is found by its date.

Revision: 0009, after 0008
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.add_column(sa.Column("proposed_at", db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("refusal", sa.String(length=500), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("wants_digest", sa.Boolean(), nullable=False, server_default=sa.true()))
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.alter_column("refusal", server_default=None)
        batch_op.alter_column("wants_digest", server_default=None)
    with op.batch_alter_table("feed_problems", schema=None) as batch_op:
        batch_op.add_column(sa.Column("sentence_en", sa.String(length=400), nullable=False, server_default=""))
    with op.batch_alter_table("feed_problems", schema=None) as batch_op:
        batch_op.alter_column("sentence_en", server_default=None)
    op.create_index(op.f("ix_history_created_at"), "history", ["created_at"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_history_created_at"), table_name="history")
    with op.batch_alter_table("feed_problems", schema=None) as batch_op:
        batch_op.drop_column("sentence_en")
    with op.batch_alter_table("feeds", schema=None) as batch_op:
        batch_op.drop_column("wants_digest")
        batch_op.drop_column("refusal")
        batch_op.drop_column("proposed_at")

"""Mailed links carry a nonce and a network.

Revision: 0002, after 0001

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


revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # A link lives 15 minutes: those on their way are asked for again.
    op.execute("DELETE FROM sign_in_links")
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("nonce", sa.String(length=24), nullable=False))
        batch_op.add_column(sa.Column("network_hash", sa.String(length=64), nullable=False))
        batch_op.drop_constraint(batch_op.f("uq_sign_in_links_token_hash"), type_="unique")
        batch_op.create_index(
            batch_op.f("ix_sign_in_links_network_hash"), ["network_hash"], unique=False
        )
        batch_op.drop_column("token_hash")


def downgrade() -> None:
    # A link lives 15 minutes: those on their way are asked for again.
    op.execute("DELETE FROM sign_in_links")
    with op.batch_alter_table("sign_in_links", schema=None) as batch_op:
        batch_op.add_column(sa.Column("token_hash", sa.VARCHAR(length=64), nullable=False))
        batch_op.drop_index(batch_op.f("ix_sign_in_links_network_hash"))
        batch_op.create_unique_constraint(batch_op.f("uq_sign_in_links_token_hash"), ["token_hash"])
        batch_op.drop_column("network_hash")
        batch_op.drop_column("nonce")

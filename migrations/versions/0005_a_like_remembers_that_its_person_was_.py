"""A like remembers that its person was told.

Revision: 0005, after 0004

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


revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("likes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_at", db.UtcDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("likes", schema=None) as batch_op:
        batch_op.drop_column("told_at")

"""What a run brought waits for its end.

Revision: 0011, after 0010

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

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch: SQLite adds a column without copying the table.
    op.add_column(
        "offers", sa.Column("is_held", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    # Until now what a suspect run brought was told by its feed.
    op.execute(
        "UPDATE offers SET is_held = (1 = 1) WHERE state = 'pending' "
        "AND feed_id IN (SELECT id FROM feeds WHERE state = 'suspect')"
    )


def downgrade() -> None:
    with op.batch_alter_table("offers", schema=None) as batch_op:
        batch_op.drop_column("is_held")

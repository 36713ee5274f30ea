"""A run of a feed says by a code and its facts why it ended as it did, so that pages and mails say it in their reader's language.

Revision: 0012, after 0011

What older runs said stays in `why`, in French, and is shown as it stands.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # No batch: SQLite adds a column without copying the table.
    op.add_column(
        "feed_runs", sa.Column("why_code", sa.String(60), server_default="", nullable=False)
    )
    op.add_column("feed_runs", sa.Column("why_facts", sa.JSON(), server_default="{}", nullable=False))


def downgrade() -> None:
    # The older schema has no other place for it than the sentence.
    op.execute("UPDATE feed_runs SET why = why_code WHERE why = ''")
    with op.batch_alter_table("feed_runs", schema=None) as batch_op:
        batch_op.drop_column("why_facts")
        batch_op.drop_column("why_code")

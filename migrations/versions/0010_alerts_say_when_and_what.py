"""An alert knows when it is looked at next, who asked for it, and which offers it has told.

Revision: 0010, after 0009
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.add_column(sa.Column("network_hash", sa.String(length=64), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("due_at", db.UtcDateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_alerts_network_hash"), ["network_hash"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_due_at"), ["due_at"], unique=False)
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.alter_column("network_hash", server_default=None)
    op.create_table(
        "alert_offers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alert_id", sa.Integer(), nullable=False),
        sa.Column("offer_id", sa.Integer(), nullable=False),
        sa.Column("told_at", db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["alert_id"], ["alerts.id"], name=op.f("fk_alert_offers_alert_id_alerts"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offers.id"], name=op.f("fk_alert_offers_offer_id_offers"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alert_offers")),
        sa.UniqueConstraint("alert_id", "offer_id", name=op.f("uq_alert_offers_alert_id_offer_id")),
    )
    op.create_index(op.f("ix_alert_offers_offer_id"), "alert_offers", ["offer_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_alert_offers_offer_id"), table_name="alert_offers")
    op.drop_table("alert_offers")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_due_at"))
        batch_op.drop_index(batch_op.f("ix_alerts_network_hash"))
        batch_op.drop_column("due_at")
        batch_op.drop_column("network_hash")

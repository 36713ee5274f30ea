"""Claims, checked links, and since when a feed is not confirmed.

Revision: 0006, after 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from portal import db

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('claims',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('association_id', sa.Integer(), nullable=False),
    sa.Column('claimed_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('state', sa.Enum('waiting', 'accepted', 'refused', 'released', name='claimstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('proof', sa.String(length=254), nullable=False),
    sa.Column('created_at', db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('decided_at', db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['association_id'], ['associations.id'], name=op.f('fk_claims_association_id_associations')),
    sa.ForeignKeyConstraint(['claimed_id'], ['associations.id'], name=op.f('fk_claims_claimed_id_associations')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['people.id'], name=op.f('fk_claims_decided_by_id_people')),
    sa.ForeignKeyConstraint(['person_id'], ['people.id'], name=op.f('fk_claims_person_id_people')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claims'))
    )
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_claims_association_id'), ['association_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_claims_claimed_id'), ['claimed_id'], unique=False)

    op.create_table('links',
    sa.Column('offer_id', sa.Integer(), nullable=False),
    sa.Column('url', sa.String(length=1000), nullable=False),
    sa.Column('state', sa.Enum('good', 'bad', 'closed', name='linkstate', native_enum=False, create_constraint=True, length=24), nullable=False),
    sa.Column('why', sa.String(length=200), nullable=False),
    sa.Column('checked_at', db.UtcDateTime(timezone=True), nullable=False),
    sa.Column('bad_since', db.UtcDateTime(timezone=True), nullable=True),
    sa.Column('due_at', db.UtcDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['offer_id'], ['offers.id'], name=op.f('fk_links_offer_id_offers'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('offer_id', name=op.f('pk_links'))
    )
    with op.batch_alter_table('links', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_links_due_at'), ['due_at'], unique=False)

    with op.batch_alter_table('associations', schema=None) as batch_op:
        batch_op.add_column(sa.Column('claimed_by_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_associations_claimed_by_id'), ['claimed_by_id'], unique=False)
        batch_op.create_foreign_key('fk_associations_claimed_by_id_associations', 'associations', ['claimed_by_id'], ['id'])

    with op.batch_alter_table('feeds', schema=None) as batch_op:
        batch_op.add_column(sa.Column('confirmed_at', db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('hidden_at', db.UtcDateTime(timezone=True), nullable=True))
    # What was read before counts as confirmed by its last good run.
    op.execute(
        "UPDATE feeds SET confirmed_at = (SELECT max(finished_at) FROM feed_runs"
        " WHERE feed_runs.feed_id = feeds.id AND outcome IN ('done', 'not_modified'))"
    )


def downgrade() -> None:
    with op.batch_alter_table('feeds', schema=None) as batch_op:
        batch_op.drop_column('hidden_at')
        batch_op.drop_column('confirmed_at')

    with op.batch_alter_table('associations', schema=None) as batch_op:
        batch_op.drop_constraint('fk_associations_claimed_by_id_associations', type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_associations_claimed_by_id'))
        batch_op.drop_column('claimed_by_id')

    with op.batch_alter_table('links', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_links_due_at'))

    op.drop_table('links')
    with op.batch_alter_table('claims', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_claims_claimed_id'))
        batch_op.drop_index(batch_op.f('ix_claims_association_id'))

    op.drop_table('claims')

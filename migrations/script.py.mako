"""${message}.

Revision: ${up_revision}, after ${down_revision | comma,n}

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

${imports if imports else ""}
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}

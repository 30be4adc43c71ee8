"""From here on every envelope is signed: releases that sign nothing must not run on.

`portal.store.migrate` comes here only once everything from before is signed.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0010"
down_revision = "r0009"
branch_labels = None
depends_on = None

SERVES_FROM = sa.text("UPDATE compatible_from SET revision = :it").bindparams(it=revision)


def upgrade() -> None:
    op.execute(SERVES_FROM)

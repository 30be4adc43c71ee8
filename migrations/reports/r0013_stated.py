"""From here on rows that grant power count only as the log says: releases that don't must not run.

`portal.store.migrate` comes here only once every member of before stands in the log.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0013"
down_revision = "r0012"
branch_labels = None
depends_on = None

SERVES_FROM = sa.text("UPDATE compatible_from SET revision = :it").bindparams(it=revision)


def upgrade() -> None:
    op.execute(SERVES_FROM)

"""An index of the open cases in the order in which the desk works: a long queue is never sorted."""

import sqlalchemy as sa
from alembic import op

revision = "r0002"
down_revision = "r0001"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("status <> 'closed'")


def upgrade() -> None:
    op.create_index(
        "ix_reports_open",
        "reports",
        ["agency", "priority", "due_at", "id"],
        postgresql_where=IS_OPEN,
        sqlite_where=IS_OPEN,
    )

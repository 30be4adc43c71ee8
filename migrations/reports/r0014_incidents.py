"""Room for what the public site sees that only somebody who writes to the database can have done.

It only adds: the release before runs on beside it.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0014"
down_revision = "r0013"
branch_labels = None
depends_on = None

UNTOLD = sa.text("told_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "incidents",
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("minute", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("report_id", sa.LargeBinary(16), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("kind", "minute", name="pk_incidents"),
    )
    op.create_index("ix_incidents_report_id", "incidents", ["report_id"])
    op.create_index("ix_incidents_minute", "incidents", ["minute"])
    op.create_index(
        "ix_incidents_untold",
        "incidents",
        ["minute"],
        sqlite_where=UNTOLD,
        postgresql_where=UNTOLD,
    )

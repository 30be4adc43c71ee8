"""Deleting a report: replies get shred keys of their own, and a tombstone stays."""

import sqlalchemy as sa
from alembic import op

revision = "r0003"
down_revision = "r0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("messages", sa.Column("shred_id", sa.LargeBinary(length=16), nullable=True))
    op.create_index("ix_messages_shred_id", "messages", ["shred_id"], unique=True)
    op.create_table(
        "tombstones",
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("agency", sa.String(length=40), nullable=False),
        sa.Column("deleted_by", sa.String(length=20), nullable=False),
        sa.Column("deleted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="pk_tombstones"),
    )
    op.create_index("ix_tombstones_agency", "tombstones", ["agency", "deleted_at"])

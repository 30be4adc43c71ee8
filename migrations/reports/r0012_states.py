"""Room in the audit log for what an act left of the rows that grant power, and for who signed;
and on a report for what the desk signs of each move, which the reporter is told.

It only adds: what stands here already is written into the log by `python -m portal upgrade-seals`,
and only then does the next step close the door on releases that write no such entries.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0012"
down_revision = "r0011"
branch_labels = None
depends_on = None

TOLD = {
    "told_sequence": sa.BigInteger(),
    "told_signer": sa.String(30),
    "told_signature": sa.LargeBinary(64),
}


def upgrade() -> None:
    op.add_column("audit", sa.Column("state", sa.LargeBinary(), nullable=True))
    op.add_column("audit", sa.Column("signer", sa.String(30), nullable=True))
    for name, kind in TOLD.items():
        op.add_column("reports", sa.Column(name, kind, nullable=True))
    stated = sa.text("state IS NOT NULL")
    op.create_index(
        "ix_audit_state",
        "audit",
        ["object", "sequence"],
        sqlite_where=stated,
        postgresql_where=stated,
    )

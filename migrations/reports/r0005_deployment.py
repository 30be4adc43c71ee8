"""To which deployment the reports belong, which code they serve, how far the log was verified."""

import sqlalchemy as sa
from alembic import op

revision = "r0005"
down_revision = "r0004"
branch_labels = None
depends_on = None

# A migration that only adds leaves this row as it is, so that code of this revision may run on.
SERVES_FROM = sa.text("INSERT INTO compatible_from (revision) VALUES (:it)").bindparams(it=revision)


def upgrade() -> None:
    op.create_table(
        "deployment",
        sa.Column("singleton", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("tick", sa.LargeBinary(length=16), nullable=False),
        sa.Column("previous_tick", sa.LargeBinary(length=16), nullable=False),
        sa.Column("ticked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("singleton", name="pk_deployment"),
    )
    op.create_table(
        "compatible_from",
        sa.Column("revision", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_compatible_from"),
    )
    op.execute(SERVES_FROM)
    op.create_table(
        "audit_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_audit_marks"),
    )

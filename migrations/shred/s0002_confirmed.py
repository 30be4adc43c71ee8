"""Keys are pending until their report is seen, sweeps are remembered, the store has an id."""

import sqlalchemy as sa
from alembic import op

revision = "s0002"
down_revision = "s0001"
branch_labels = None
depends_on = None

UNCONFIRMED = sa.text("state <> 'confirmed'")

# Nobody can tell any more which of the keys so far came to nothing: none of them is ever swept.
SO_FAR = sa.text("UPDATE shred_keys SET state = 'confirmed'")

SERVES_FROM = sa.text("INSERT INTO shred_compatible_from (revision) VALUES (:it)").bindparams(
    it=revision
)


def upgrade() -> None:
    # The default stays: a process of the former release that still runs puts keys without a state.
    op.add_column(
        "shred_keys",
        sa.Column("state", sa.String(length=10), server_default="pending", nullable=False),
    )
    op.execute(SO_FAR)
    op.create_index(
        "ix_shred_keys_unconfirmed",
        "shred_keys",
        ["state", "created_at", "id"],
        postgresql_where=UNCONFIRMED,
        sqlite_where=UNCONFIRMED,
    )
    op.create_table(
        "swept_keys",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_swept_keys"),
    )
    op.create_index("ix_swept_keys_at", "swept_keys", ["at"])
    op.create_table(
        "shred_deployment",
        sa.Column("singleton", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("tick", sa.LargeBinary(length=16), nullable=True),
        sa.Column("looked_up_to", sa.LargeBinary(length=16), nullable=True),
        sa.PrimaryKeyConstraint("singleton", name="pk_shred_deployment"),
    )
    op.create_table(
        "shred_compatible_from",
        sa.Column("revision", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("revision", name="pk_shred_compatible_from"),
    )
    op.execute(SERVES_FROM)

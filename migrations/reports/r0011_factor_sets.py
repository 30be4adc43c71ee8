"""Each way to a member's seed is a row of its own: the passphrase, and recovery codes.

What stood in the members' rows moves there. A release that looks for it in the old place must not
run on, so this one names itself.

SQLite drops columns by itself (since 3.35). A copy of the whole table, which is how Alembic does it
otherwise, would drop the table to which sessions and grants refer while foreign keys are on.
"""

import os

import sqlalchemy as sa
from alembic import op

revision = "r0011"
down_revision = "r0010"
branch_labels = None
depends_on = None

SERVES_FROM = sa.text("UPDATE compatible_from SET revision = :it").bindparams(it=revision)

MEMBERS = sa.table(
    "members",
    sa.column("name", sa.String),
    sa.column("salt", sa.LargeBinary),
    sa.column("sealed_seed", sa.LargeBinary),
    sa.column("created_at", sa.BigInteger),
)


def upgrade() -> None:
    sets = op.create_table(
        "factor_sets",
        sa.Column("id", sa.LargeBinary(16), nullable=False),
        sa.Column("member", sa.String(60), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["members.name"], name="fk_factor_sets_member"),
        sa.PrimaryKeyConstraint("id", name="pk_factor_sets"),
    )
    op.create_index("ix_factor_sets_member", "factor_sets", ["member"])
    sealed = MEMBERS.c.salt.is_not(None) & MEMBERS.c.sealed_seed.is_not(None)
    rows = [
        {
            "id": os.urandom(16),
            "member": row.name,
            "kind": "passphrase",
            "salt": row.salt,
            "sealed_seed": row.sealed_seed,
            "created_at": row.created_at,
        }
        for row in op.get_bind().execute(sa.select(MEMBERS).where(sealed))
    ]
    if rows:
        op.bulk_insert(sets, rows)
    op.drop_column("members", "salt")
    op.drop_column("members", "sealed_seed")
    op.execute(SERVES_FROM)

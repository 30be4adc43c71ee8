"""Room for what a reporter's key signs of each envelope, and for what binds a receipt.

It only adds: what stands here already is signed by `python -m portal upgrade-seals`, and only then
does the next step close the door on releases that sign nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0009"
down_revision = "r0008"
branch_labels = None
depends_on = None

COLUMNS = {
    "envelopes": {
        "verify_key": sa.LargeBinary(32),
        "statement": sa.LargeBinary(),
        "signature": sa.LargeBinary(64),
    },
    "receipts": {
        "agency": sa.String(40),
        "audience": sa.String(20),
        "verify_key": sa.LargeBinary(32),
        "tag": sa.LargeBinary(32),
    },
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.add_column(table, sa.Column(name, kind, nullable=True))

"""The log of one case is found by an index: among 100,000 entries a case page read all of them.

It only adds: the release before runs on beside it.
"""

from alembic import op

revision = "r0008"
down_revision = "r0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_audit_object_sequence", "audit", ["object", "sequence"])

"""New words in every state: a mark on the report, indexes of it, and what was asleep is woken.

The log can't be signed here: the state that a woken case leaves is the last move in it, from which
the case page says where it stood. Who was removed holds nothing any more.
"""

import sqlalchemy as sa
from alembic import op

revision = "r0007"
down_revision = "r0006"
branch_labels = None
depends_on = None

ORDER = ["agency", "priority", "due_at", "id"]
INDEXES = {
    "ix_reports_unread": sa.text("has_unread"),
    "ix_reports_rests_unread": sa.text("has_unread AND status NOT IN ('new', 'in_review')"),
}

MARK = sa.text("UPDATE reports SET has_unread = true WHERE id IN (SELECT report_id FROM unread)")

# What is unread under identity alone is for a custodian: it brings back what was closed over it.
WAKE = sa.text(
    "UPDATE reports SET status = 'new', closed_reason = NULL"
    " WHERE (status = 'closed' AND id IN (SELECT report_id FROM unread))"
    " OR (status IN ('waiting', 'referred', 'paused')"
    " AND id IN (SELECT report_id FROM unread WHERE compartment <> 'identity'))"
)

# Code of before would not write the mark: it must not run on.
SERVES_FROM = sa.text("UPDATE compatible_from SET revision = :it").bindparams(it=revision)

FREE = sa.text(
    "UPDATE reports SET assigned_to = NULL, lease_until = NULL"
    " WHERE assigned_to IN (SELECT name FROM members WHERE status <> 'active')"
)


def upgrade() -> None:
    op.add_column(
        "reports", sa.Column("has_unread", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    for statement in (MARK, WAKE, FREE, SERVES_FROM):
        op.execute(statement)
    for name, where in INDEXES.items():
        op.create_index(name, "reports", ORDER, postgresql_where=where, sqlite_where=where)

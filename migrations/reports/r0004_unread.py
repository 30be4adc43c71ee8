"""What was added and not opened since; whatever was added before counts as unread once."""

import sqlalchemy as sa
from alembic import op

revision = "r0004"
down_revision = "r0003"
branch_labels = None
depends_on = None

# Whether a member has read it can't be told any more: to read it twice does less harm than never.
ADDED_BEFORE = sa.text(
    "INSERT INTO unread (report_id, compartment)"
    " SELECT DISTINCT fields.report_id, fields.compartment FROM fields"
    " JOIN reports ON reports.id = fields.report_id"
    " WHERE fields.revision > 0 AND reports.status <> 'closed'"
)


def upgrade() -> None:
    op.create_table(
        "unread",
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("compartment", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name="fk_unread_report_id"),
        sa.PrimaryKeyConstraint("report_id", "compartment", name="pk_unread"),
    )
    op.execute(ADDED_BEFORE)

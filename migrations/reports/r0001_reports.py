"""The reports database: reports, envelopes, receipts, members, sessions, audit."""

import sqlalchemy as sa
from alembic import op

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

SQLITE_REFUSES = (
    (
        "CREATE TRIGGER audit_refuse_update BEFORE UPDATE ON audit"
        " BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"
    ),
    (
        "CREATE TRIGGER audit_refuse_delete BEFORE DELETE ON audit"
        " BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"
    ),
)
POSTGRESQL_REFUSES = (
    (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'the audit log is never changed'; END $$"
    ),
    (
        "CREATE TRIGGER audit_refuse_change BEFORE UPDATE OR DELETE ON audit"
        " FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
    ),
    (
        "CREATE TRIGGER audit_refuse_truncate BEFORE TRUNCATE ON audit"
        " FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
    ),
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column(
            "sequence",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=60), nullable=False),
        sa.Column("object", sa.String(length=80), nullable=False),
        sa.Column("agency", sa.String(length=40), nullable=False),
        sa.Column("previous", sa.LargeBinary(length=32), nullable=False),
        sa.Column("hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("signature", sa.LargeBinary(length=64), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=("pk_audit")),
    )
    op.create_index(("ix_audit_agency"), "audit", ["agency"], unique=False)
    op.create_table(
        "definitions",
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=("pk_definitions")),
    )
    op.create_table(
        "fields",
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("compartment", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("wrapped_dek", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("report_id", "revision", "field", name=("pk_fields")),
    )
    op.create_table(
        "grants",
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("compartment", sa.String(length=20), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("recipient", sa.String(length=40), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "report_id", "revision", "compartment", "key_id", name=("pk_grants")
        ),
    )
    op.create_table(
        "members",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("agency", sa.String(length=40), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=True),
        sa.Column("sealed_totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_last_step", sa.BigInteger(), nullable=False),
        sa.Column("invite_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("invite_expires_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=("pk_members")),
        sa.UniqueConstraint("invite_hash", name=("uq_members_invite_hash")),
    )
    op.create_table(
        "reports",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("agency", sa.String(length=40), nullable=False),
        sa.Column("audience", sa.String(length=20), nullable=False),
        sa.Column("locale", sa.String(length=20), nullable=False),
        sa.Column("category", sa.String(length=40), nullable=False),
        sa.Column("priority", sa.SmallInteger(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("closed_reason", sa.String(length=40), nullable=True),
        sa.Column("received_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("assigned_to", sa.String(length=60), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), nullable=True),
        sa.Column("deletion_asked_at", sa.BigInteger(), nullable=True),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_hash"], ["definitions.hash"], name=("fk_reports_definition_hash")
        ),
        sa.PrimaryKeyConstraint("id", name=("pk_reports")),
    )
    op.create_index(
        "ix_reports_assigned",
        "reports",
        ["agency", "assigned_to", "priority", "due_at", "id"],
        unique=False,
    )
    op.create_index(
        "ix_reports_queue",
        "reports",
        ["agency", "status", "priority", "due_at", "id"],
        unique=False,
    )
    op.create_table(
        "role_grants",
        sa.Column("member", sa.String(length=60), nullable=False),
        sa.Column("agency", sa.String(length=40), nullable=False),
        sa.Column("compartment", sa.String(length=20), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("key_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=False),
        sa.Column("granted_by", sa.String(length=60), nullable=False),
        sa.Column("granted_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["members.name"], name=("fk_role_grants_member")),
        sa.PrimaryKeyConstraint(
            "member", "agency", "compartment", "epoch", name=("pk_role_grants")
        ),
    )
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("member", sa.String(length=60), nullable=False),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["member"], ["members.name"], name=("fk_sessions_member")),
        sa.PrimaryKeyConstraint("id_hash", name=("pk_sessions")),
    )
    op.create_index(("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)
    op.create_index(("ix_sessions_member"), "sessions", ["member"], unique=False)
    op.create_table(
        "case_texts",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("author", sa.String(length=60), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.Column("wrapped_dek", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=("fk_case_texts_report_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_case_texts")),
    )
    op.create_index(("ix_case_texts_report_id"), "case_texts", ["report_id"], unique=False)
    op.create_table(
        "envelopes",
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("format", sa.SmallInteger(), nullable=False),
        sa.Column("shred_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("definition_hash", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["definition_hash"], ["definitions.hash"], name=("fk_envelopes_definition_hash")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=("fk_envelopes_report_id")),
        sa.PrimaryKeyConstraint("report_id", "revision", name=("pk_envelopes")),
        sa.UniqueConstraint("shred_id", name=("uq_envelopes_shred_id")),
    )
    op.create_table(
        "messages",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sent_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=("fk_messages_report_id")),
        sa.PrimaryKeyConstraint("id", name=("pk_messages")),
    )
    op.create_index(("ix_messages_report_id"), "messages", ["report_id"], unique=False)
    op.create_table(
        "receipts",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("report_id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("last_used_on", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=("fk_receipts_report_id")),
        sa.PrimaryKeyConstraint("token_hash", name=("pk_receipts")),
        sa.UniqueConstraint("report_id", name=("uq_receipts_report_id")),
    )
    op.create_index(("ix_receipts_expires_at"), "receipts", ["expires_at"], unique=False)
    refuses = SQLITE_REFUSES if op.get_bind().dialect.name == "sqlite" else POSTGRESQL_REFUSES
    for statement in refuses:
        op.execute(statement)

"""The tables. Private to this room: everybody else gets frozen rows.

`docs/data-inventory.md` says of every column whether it is sealed, hashed or clear, and why.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    TypeDecorator,
    false,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcTime(TypeDecorator[datetime]):
    """A moment, as whole seconds since 1970 in UTC: the same order in both databases."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        """Write seconds; a time without a zone is refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("store: a time needs a zone")
        return int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Read a moment in UTC."""
        return None if value is None else datetime.fromtimestamp(value, UTC)


IS_UNCONFIRMED = text("state <> 'confirmed'")
"""Written out, not bound, as `IS_OPEN` is: keys that somebody has yet to look at are few."""

IS_OPEN = text("status <> 'closed'")
"""Written out, not bound: only so does either database see that the index of open cases fits."""

IS_UNREAD = text("has_unread")
RESTS_UNREAD = text("has_unread AND status NOT IN ('new', 'in_review')")
"""Written out for the same reason. The second is a small index: there should be no such case."""


class Base(DeclarativeBase):
    """Tables of the reports database."""

    metadata = MetaData(naming_convention=NAMING)


class ShredBase(DeclarativeBase):
    """Tables of the shred store."""

    metadata = MetaData(naming_convention=NAMING)


class ShredKey(ShredBase):
    """One key without which one envelope opens to nobody; `portal.store.shred` names its states."""

    __tablename__ = "shred_keys"
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary(32))
    created_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    state: Mapped[str] = mapped_column(String(10), server_default="pending")
    __table_args__ = (
        Index(
            "ix_shred_keys_unconfirmed",
            *("state", "created_at", "id"),
            postgresql_where=IS_UNCONFIRMED,
            sqlite_where=IS_UNCONFIRMED,
        ),
    )


class SweptKey(ShredBase):
    """That a shred key was swept, and when: only so many may be in a day."""

    __tablename__ = "swept_keys"
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class ShredDeployment(ShredBase):
    """To which deployment the shred store belongs; one row. `tick` is empty until it was joined."""

    __tablename__ = "shred_deployment"
    singleton: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[bytes] = mapped_column(LargeBinary(16))
    tick: Mapped[bytes | None] = mapped_column(LargeBinary(16))
    looked_up_to: Mapped[bytes | None] = mapped_column(LargeBinary(16))


class ShredCompatibleFrom(ShredBase):
    """The oldest revision of the code that this form of the shred store still serves; one row."""

    __tablename__ = "shred_compatible_from"
    revision: Mapped[str] = mapped_column(String(20), primary_key=True)


class Deployment(Base):
    """To which deployment the reports belong, and the worker's last two ticks; one row."""

    __tablename__ = "deployment"
    singleton: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    id: Mapped[bytes] = mapped_column(LargeBinary(16))
    tick: Mapped[bytes] = mapped_column(LargeBinary(16))
    previous_tick: Mapped[bytes] = mapped_column(LargeBinary(16))
    ticked_at: Mapped[datetime] = mapped_column(UtcTime)


class CompatibleFrom(Base):
    """The oldest revision of the code that this form of the reports still serves; one row."""

    __tablename__ = "compatible_from"
    revision: Mapped[str] = mapped_column(String(20), primary_key=True)


class Definition(Base):
    """A questionnaire, exactly as reports were filed under it."""

    __tablename__ = "definitions"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[bytes] = mapped_column(LargeBinary)


class Report(Base):
    """What the queue needs to know of a report, and nothing that a person wrote."""

    __tablename__ = "reports"
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    agency: Mapped[str] = mapped_column(String(40))
    audience: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(40))
    priority: Mapped[int] = mapped_column(SmallInteger)
    status: Mapped[str] = mapped_column(String(20))
    closed_reason: Mapped[str | None] = mapped_column(String(40))
    received_at: Mapped[datetime] = mapped_column(UtcTime)
    due_at: Mapped[datetime] = mapped_column(UtcTime)
    assigned_to: Mapped[str | None] = mapped_column(String(60))
    lease_until: Mapped[datetime | None] = mapped_column(UtcTime)
    deletion_asked_at: Mapped[datetime | None] = mapped_column(UtcTime)
    has_unread: Mapped[bool] = mapped_column(default=False, server_default=false())
    definition_hash: Mapped[str] = mapped_column(ForeignKey("definitions.hash"))
    __table_args__ = (
        Index(
            "ix_reports_open",
            *("agency", "priority", "due_at", "id"),
            postgresql_where=IS_OPEN,
            sqlite_where=IS_OPEN,
        ),
        *(
            Index(
                name,
                *("agency", "priority", "due_at", "id"),
                postgresql_where=where,
                sqlite_where=where,
            )
            for name, where in (
                ("ix_reports_unread", IS_UNREAD),
                ("ix_reports_rests_unread", RESTS_UNREAD),
            )
        ),
        Index("ix_reports_queue", "agency", "status", "priority", "due_at", "id"),
        Index("ix_reports_assigned", "agency", "assigned_to", "priority", "due_at", "id"),
    )


class Envelope(Base):
    """One filing or supplement of a report."""

    __tablename__ = "envelopes"
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    format: Mapped[int] = mapped_column(SmallInteger)
    shred_id: Mapped[bytes] = mapped_column(LargeBinary(16), unique=True)
    sealed_at: Mapped[datetime] = mapped_column(UtcTime)
    definition_hash: Mapped[str] = mapped_column(ForeignKey("definitions.hash"))


class Unread(Base):
    """A compartment to which something was added that no member has opened since."""

    __tablename__ = "unread"
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    compartment: Mapped[str] = mapped_column(String(20), primary_key=True)


class Grant(Base):
    """A compartment's secret, sealed to one recipient."""

    __tablename__ = "grants"
    report_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    compartment: Mapped[str] = mapped_column(String(20), primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(40))
    epoch: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Field(Base):
    """One sealed field of the questionnaire."""

    __tablename__ = "fields"
    report_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(String(60), primary_key=True)
    compartment: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(Integer)
    wrapped_dek: Mapped[bytes] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class Receipt(Base):
    """The way back to a report for whoever has its code."""

    __tablename__ = "receipts"
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    last_used_on: Mapped[datetime | None] = mapped_column(UtcTime)


class Message(Base):
    """A reply to a reporter, sealed to the reporter's key."""

    __tablename__ = "messages"
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    sent_at: Mapped[datetime] = mapped_column(UtcTime)
    shred_id: Mapped[bytes | None] = mapped_column(LargeBinary(16), unique=True, index=True)


class Tombstone(Base):
    """What stays of a deleted report: that there was one, when it went, and who decided."""

    __tablename__ = "tombstones"
    report_id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    agency: Mapped[str] = mapped_column(String(40))
    deleted_by: Mapped[str] = mapped_column(String(20))
    deleted_at: Mapped[datetime] = mapped_column(UtcTime)
    __table_args__ = (Index("ix_tombstones_agency", "agency", "deleted_at"),)


class CaseText(Base):
    """A note, or the desk's copy of a reply, sealed under the case's triage key."""

    __tablename__ = "case_texts"
    id: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[datetime] = mapped_column(UtcTime)
    wrapped_dek: Mapped[bytes] = mapped_column(LargeBinary)
    ciphertext: Mapped[bytes] = mapped_column(LargeBinary)


class Member(Base):
    """Someone who works at a desk."""

    __tablename__ = "members"
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    role: Mapped[str] = mapped_column(String(20))
    agency: Mapped[str] = mapped_column(String(40))
    status: Mapped[str] = mapped_column(String(20))
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    salt: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_seed: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_totp: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_last_step: Mapped[int] = mapped_column(BigInteger, default=0)
    invite_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32), unique=True)
    invite_expires_at: Mapped[datetime | None] = mapped_column(UtcTime)
    created_at: Mapped[datetime] = mapped_column(UtcTime)


class RoleGrant(Base):
    """A role seed, sealed to one member."""

    __tablename__ = "role_grants"
    member: Mapped[str] = mapped_column(ForeignKey("members.name"), primary_key=True)
    agency: Mapped[str] = mapped_column(String(40), primary_key=True)
    compartment: Mapped[str] = mapped_column(String(20), primary_key=True)
    epoch: Mapped[int] = mapped_column(Integer, primary_key=True)
    key_id: Mapped[bytes] = mapped_column(LargeBinary(16))
    sealed_seed: Mapped[bytes] = mapped_column(LargeBinary)
    granted_by: Mapped[str] = mapped_column(String(60))
    granted_at: Mapped[datetime] = mapped_column(UtcTime)


class DeskSession(Base):
    """A signed-in member's seed, under a key that only the cookie has."""

    __tablename__ = "sessions"
    id_hash: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    member: Mapped[str] = mapped_column(ForeignKey("members.name"), index=True)
    sealed_seed: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(UtcTime)
    seen_at: Mapped[datetime] = mapped_column(UtcTime)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class ActDone(Base):
    """That a form did its act: a second post of the same form does nothing more."""

    __tablename__ = "acts_done"
    id: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary(32))
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    done_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class Draft(Base):
    """What a member wrote that was refused or not sent yet, sealed to that member's own key."""

    __tablename__ = "drafts"
    id: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime] = mapped_column(UtcTime, index=True)


class AuditEntry(Base):
    """One line of the log that nobody can change: the database refuses, and the chain shows it."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_object_sequence", "object", "sequence"),)
    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    object: Mapped[str] = mapped_column(String(80))
    agency: Mapped[str] = mapped_column(String(40), index=True)
    previous: Mapped[bytes] = mapped_column(LargeBinary(32))
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))


class AuditMark(Base):
    """How far the log was verified, signed: `portal.store.audit_marks` names the marks."""

    __tablename__ = "audit_marks"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    at: Mapped[datetime] = mapped_column(UtcTime)
    signature: Mapped[bytes] = mapped_column(LargeBinary(64))

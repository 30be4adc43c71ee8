"""The log that nobody can change, and how far it was verified."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Index,
    Integer,
    String,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.tables.base import Base, Bytes, UtcTime


class AuditEntry(Base):
    """One line of the log that nobody can change: the database refuses, and the chain shows it."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_object_sequence", "object", "sequence"),
        Index(
            "ix_audit_state",
            "object",
            "sequence",
            sqlite_where=text("state IS NOT NULL"),
            postgresql_where=text("state IS NOT NULL"),
        ),
    )
    sequence: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False
    )
    at: Mapped[datetime] = mapped_column(UtcTime)
    actor: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(60))
    object: Mapped[str] = mapped_column(String(80))
    agency: Mapped[str] = mapped_column(String(40), index=True)
    previous: Mapped[bytes] = mapped_column(Bytes(32))
    hash: Mapped[bytes] = mapped_column(Bytes(32))
    signature: Mapped[bytes] = mapped_column(Bytes(64))
    state: Mapped[bytes | None] = mapped_column(Bytes)
    signer: Mapped[str | None] = mapped_column(String(30))


class AuditMark(Base):
    """How far the log was verified, signed: `portal.store.audit_marks` names the marks."""

    __tablename__ = "audit_marks"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(Bytes(32))
    at: Mapped[datetime] = mapped_column(UtcTime)
    signature: Mapped[bytes] = mapped_column(Bytes(64))

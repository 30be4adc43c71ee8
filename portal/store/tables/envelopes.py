"""What was sealed: filings and supplements, field by field."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    Integer,
    SmallInteger,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.tables.base import Base, Bytes, UtcTime


class Envelope(Base):
    """One filing or supplement of a report, with the statement that its reporter's key signed."""

    __tablename__ = "envelopes"
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    format: Mapped[int] = mapped_column(SmallInteger)
    shred_id: Mapped[bytes] = mapped_column(Bytes(16), unique=True)
    sealed_at: Mapped[datetime] = mapped_column(UtcTime)
    definition_hash: Mapped[str] = mapped_column(ForeignKey("definitions.hash"))
    verify_key: Mapped[bytes | None] = mapped_column(Bytes(32))
    statement: Mapped[bytes | None] = mapped_column(Bytes)
    signature: Mapped[bytes | None] = mapped_column(Bytes(64))


class EnvelopeGrant(Base):
    """A compartment's secret, sealed to one recipient."""

    __tablename__ = "grants"
    report_id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    compartment: Mapped[str] = mapped_column(String(20), primary_key=True)
    key_id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
    recipient: Mapped[str] = mapped_column(String(40))
    epoch: Mapped[int] = mapped_column(Integer)
    sealed: Mapped[bytes] = mapped_column(Bytes)


class Field(Base):
    """One sealed field of the questionnaire."""

    __tablename__ = "fields"
    report_id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
    revision: Mapped[int] = mapped_column(Integer, primary_key=True)
    field: Mapped[str] = mapped_column(String(60), primary_key=True)
    compartment: Mapped[str] = mapped_column(String(20))
    position: Mapped[int] = mapped_column(Integer)
    wrapped_dek: Mapped[bytes] = mapped_column(Bytes)
    ciphertext: Mapped[bytes] = mapped_column(Bytes)

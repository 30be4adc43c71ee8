"""What goes between the desk and a reporter, and what the desk notes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    ForeignKey,
    String,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.tables.base import Base, Bytes, UtcTime


class Receipt(Base):
    """Leads from a code to its report; `tag` binds the rest of the row."""

    __tablename__ = "receipts"
    token_hash: Mapped[bytes] = mapped_column(Bytes(32), primary_key=True)
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), unique=True)
    expires_at: Mapped[datetime] = mapped_column(UtcTime, index=True)
    last_used_on: Mapped[datetime | None] = mapped_column(UtcTime)
    agency: Mapped[str | None] = mapped_column(String(40))
    audience: Mapped[str | None] = mapped_column(String(20))
    verify_key: Mapped[bytes | None] = mapped_column(Bytes(32))
    tag: Mapped[bytes | None] = mapped_column(Bytes(32))


class Message(Base):
    """A reply to a reporter, sealed to the reporter's key."""

    __tablename__ = "messages"
    id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), index=True)
    sealed: Mapped[bytes] = mapped_column(Bytes)
    sent_at: Mapped[datetime] = mapped_column(UtcTime)
    shred_id: Mapped[bytes | None] = mapped_column(Bytes(16), unique=True, index=True)


class CaseText(Base):
    """A note, or the desk's copy of a reply, sealed under the case's triage key."""

    __tablename__ = "case_texts"
    id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(String(60))
    written_at: Mapped[datetime] = mapped_column(UtcTime)
    wrapped_dek: Mapped[bytes] = mapped_column(Bytes)
    ciphertext: Mapped[bytes] = mapped_column(Bytes)

"""What the queue needs to know of a report, and what stays of a deleted one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Index,
    SmallInteger,
    String,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.store.tables.base import Base, Bytes, UtcTime

IS_OPEN = text("status <> 'closed'")
"""Written out, not bound: only so does either database see that the index of open cases fits."""

IS_UNREAD = text("has_unread")
RESTS_UNREAD = text("has_unread AND status NOT IN ('new', 'in_review')")
"""Written out for the same reason. The second is a small index: there should be no such case."""


class Definition(Base):
    """A questionnaire, exactly as reports were filed under it."""

    __tablename__ = "definitions"
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    source: Mapped[bytes] = mapped_column(Bytes)


class Report(Base):
    """What the queue needs to know of a report, and nothing that a person wrote."""

    __tablename__ = "reports"
    id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
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
    # Read by `store.told` alone: not by the queue, nor where they are not there yet.
    told_sequence: Mapped[int | None] = mapped_column(BigInteger, deferred=True)
    told_signer: Mapped[str | None] = mapped_column(String(30), deferred=True)
    told_signature: Mapped[bytes | None] = mapped_column(Bytes(64), deferred=True)
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


class Unread(Base):
    """A compartment to which something was added that no member has opened since."""

    __tablename__ = "unread"
    report_id: Mapped[bytes] = mapped_column(ForeignKey("reports.id"), primary_key=True)
    compartment: Mapped[str] = mapped_column(String(20), primary_key=True)


class Tombstone(Base):
    """What stays of a deleted report: that there was one, when it went, and who decided."""

    __tablename__ = "tombstones"
    report_id: Mapped[bytes] = mapped_column(Bytes(16), primary_key=True)
    agency: Mapped[str] = mapped_column(String(40))
    deleted_by: Mapped[str] = mapped_column(String(20))
    deleted_at: Mapped[datetime] = mapped_column(UtcTime)
    __table_args__ = (Index("ix_tombstones_agency", "agency", "deleted_at"),)

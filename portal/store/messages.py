"""Replies from the desk, sealed to the reporter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.store.engine import Db
from portal.store.tables import Message


@dataclass(frozen=True, slots=True)
class MessageRow:
    """One sealed reply."""

    id: bytes
    sealed: bytes
    sent_at: datetime


def insert(db: Db, *, id: bytes, report_id: bytes, sealed: bytes, sent_at: datetime) -> None:  # noqa: A002
    """Add a reply."""
    db.reports.add(Message(id=id, report_id=report_id, sealed=sealed, sent_at=sent_at))
    db.reports.flush()


def for_report(db: Db, *, report_id: bytes) -> list[MessageRow]:
    """Give the replies to a report, oldest first."""
    query = select(Message).where(Message.report_id == report_id)
    found = db.reports.scalars(query.order_by(Message.sent_at, Message.id))
    return [MessageRow(row.id, row.sealed, row.sent_at) for row in found]

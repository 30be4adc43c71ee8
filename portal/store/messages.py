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
    shred_id: bytes | None = None


def insert(
    db: Db,
    *,
    id: bytes,  # noqa: A002
    report_id: bytes,
    sealed: bytes,
    sent_at: datetime,
    shred_id: bytes | None = None,
) -> None:
    """Add a reply. Under `shred_id` stands the key without which it opens to nobody."""
    db.reports.add(
        Message(id=id, report_id=report_id, sealed=sealed, sent_at=sent_at, shred_id=shred_id)
    )
    db.reports.flush()


def for_report(db: Db, *, report_id: bytes) -> list[MessageRow]:
    """Give the replies to a report, oldest first."""
    query = select(Message).where(Message.report_id == report_id)
    found = db.reports.scalars(query.order_by(Message.sent_at, Message.id))
    return [MessageRow(row.id, row.sealed, row.sent_at, row.shred_id) for row in found]

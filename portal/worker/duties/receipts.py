"""Expire the codes that reporters did not use in time."""

from __future__ import annotations

from datetime import datetime

from portal.store import receipts
from portal.store.engine import Connection
from portal.worker.duties.due import where_due


def expire_receipts(connection: Connection, now: datetime) -> int:
    """Forget codes whose time is over."""
    return where_due(
        connection,
        is_due=lambda db: receipts.any_expired(db, now=now),
        do=lambda db: receipts.remove_expired(db, now=now),
    )

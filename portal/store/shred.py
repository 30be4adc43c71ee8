"""Shred keys: put before the envelope, deleted to forget a report for ever."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select

from portal.store.engine import Db
from portal.store.tables import Envelope, Message, ShredKey


def put(db: Db, *, shred_id: bytes, key: bytes, at: datetime) -> None:
    """Keep a new shred key (32 bytes) under its id (16 bytes)."""
    db.shred.add(ShredKey(id=shred_id, key=key, created_at=at))
    db.shred.flush()


def get(db: Db, *, shred_id: bytes) -> bytes | None:
    """Find a shred key; None when it was shredded."""
    return db.shred.scalar(select(ShredKey.key).where(ShredKey.id == shred_id))


def has(db: Db, *, shred_id: bytes) -> bool:
    """Tell whether what was sealed under this key can still be opened."""
    return db.shred.scalar(select(ShredKey.id).where(ShredKey.id == shred_id)) is not None


def remove(db: Db, *, shred_id: bytes) -> bool:
    """Delete a shred key; tells whether there was one."""
    deleted = db.shred.execute(
        delete(ShredKey).where(ShredKey.id == shred_id).returning(ShredKey.id)
    )
    return deleted.first() is not None


def orphans(db: Db, *, older_than: datetime, limit: int = 1000) -> list[bytes]:
    """Give the ids of keys made before that time for which nothing was ever stored."""
    ids = db.shred.scalars(
        select(ShredKey.id).where(ShredKey.created_at < older_than).order_by(ShredKey.created_at)
    ).all()
    found: list[bytes] = []
    for start in range(0, len(ids), 500):
        batch = ids[start : start + 500]
        known = set(
            db.reports.scalars(select(Envelope.shred_id).where(Envelope.shred_id.in_(batch)))
        )
        known |= set(
            db.reports.scalars(select(Message.shred_id).where(Message.shred_id.in_(batch)))
        )
        found += [shred_id for shred_id in batch if shred_id not in known]
        if len(found) >= limit:
            break
    return found[:limit]

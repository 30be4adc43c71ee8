"""Shred keys: put before the envelope, deleted to forget a report for ever.

A key is `PENDING` until its envelope or reply is seen beside it, then `CONFIRMED`. `WATCHED` is one
that the worker saw just after it was made, without its envelope; if that doesn't come, it is
`MISSING`. One of which nobody can tell whether there was a report is `SPARED`. Only a missing key
is ever swept, and only by `portal.worker.duties.shred_keys`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Executable, Table, delete, func, insert, select, text, update

from portal.store.engine import Db, Insert, for_each_engine
from portal.store.tables import IS_UNCONFIRMED, Envelope, Message, ShredBase, ShredKey, SweptKey

PENDING, CONFIRMED = "pending", "confirmed"
WATCHED, MISSING, SPARED = "watched", "missing", "spared"

_KEYS = ShredBase.metadata.tables[ShredKey.__tablename__]
"""As plain columns: a send writes one key, and needs no object of it."""


def _build_put(insert: Callable[[Table], Insert]) -> Executable:
    new = insert(_KEYS)
    anew = {"created_at": new.excluded.created_at, "state": new.excluded.state}
    return new.on_conflict_do_update(index_elements=["id"], set_=anew).returning(_KEYS.c.key)


_PUT = for_each_engine(_build_put)

BATCH = 100
"""How many keys are held against the reports in one question."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A key that nobody has confirmed."""

    id: bytes
    created_at: datetime


def put(db: Db, *, shred_id: bytes, key: bytes, at: datetime) -> bytes:
    """Store a new shred key (32 bytes) under its id (16 bytes); it is pending. Gives the key that
    holds: one that a crash left behind under the id stays, and waits anew.

    That one is written, not only read: a sweep that goes on at this moment finds it young again.
    """
    values = {"id": shred_id, "key": key, "created_at": at, "state": PENDING}
    held: bytes = db.shred.execute(_PUT[db.shred_dialect], values).scalar_one()
    return held


def get(db: Db, *, shred_id: bytes) -> bytes | None:
    """Find a shred key; None when it was shredded."""
    return db.shred.scalar(select(ShredKey.key).where(ShredKey.id == shred_id))


def get_all(db: Db, *, shred_ids: Collection[bytes]) -> dict[bytes, bytes]:
    """Find shred keys by their ids; those that were shredded are missing. One query."""
    query = select(ShredKey.id, ShredKey.key).where(ShredKey.id.in_(shred_ids))
    return {found.id: found.key for found in db.shred.execute(query)}


def has(db: Db, *, shred_id: bytes) -> bool:
    """Tell whether what was sealed under this key can still be opened."""
    return db.shred.scalar(select(ShredKey.id).where(ShredKey.id == shred_id)) is not None


def remove(db: Db, *, shred_id: bytes) -> bool:
    """Delete a shred key; tells whether there was one."""
    deleted = db.shred.execute(
        delete(ShredKey).where(ShredKey.id == shred_id).returning(ShredKey.id)
    )
    return deleted.first() is not None


def waiting(
    db: Db,
    *,
    state: str,
    until: datetime | None = None,
    after: Waiting | None = None,
    limit: int = BATCH,
) -> list[Waiting]:
    """Give keys in that state, the oldest first; those made up to `until`, after another one."""
    query = select(ShredKey.id, ShredKey.created_at).where(IS_UNCONFIRMED, ShredKey.state == state)
    if until is not None:
        query = query.where(ShredKey.created_at <= until)
    if after is not None:
        same = (ShredKey.created_at == after.created_at) & (ShredKey.id > after.id)
        query = query.where((ShredKey.created_at > after.created_at) | same)
    rows = db.shred.execute(query.order_by(ShredKey.created_at, ShredKey.id).limit(limit))
    return [Waiting(row[0], row[1]) for row in rows]


def known(db: Db, *, ids: Collection[bytes]) -> frozenset[bytes]:
    """Give those ids (no more than a few hundred) under which an envelope or a reply stands."""
    filed = select(Envelope.shred_id).where(Envelope.shred_id.in_(ids))
    replied = select(Message.shred_id).where(Message.shred_id.in_(ids))
    found = [*db.reports.scalars(filed), *db.reports.scalars(replied)]
    return frozenset(one for one in found if one is not None)


def set_state(db: Db, *, ids: Collection[bytes], to: str, among: Collection[str]) -> int:
    """Change the state of those keys that are in one `among` these; gives how many.

    One that somebody else holds just now is left as it is: it is being deleted, or waits anew.
    """
    query = select(ShredKey.id).where(ShredKey.id.in_(ids), ShredKey.state.in_(among))
    free = list(db.shred.scalars(query.with_for_update(skip_locked=True)))
    if free:
        db.shred.execute(update(ShredKey).where(ShredKey.id.in_(free)).values(state=to))
    return len(free)


def page(db: Db, *, after: bytes | None, limit: int) -> list[tuple[bytes, str]]:
    """Give keys in the order of their ids with their states, from after an id."""
    query = select(ShredKey.id, ShredKey.state).order_by(ShredKey.id).limit(limit)
    if after is not None:
        query = query.where(ShredKey.id > after)
    return [(row[0], row[1]) for row in db.shred.execute(query)]


def count(db: Db) -> int:
    """Count the keys."""
    return db.shred.scalar(select(func.count()).select_from(ShredKey)) or 0


def has_moved_on(db: Db, *, past: datetime) -> bool:
    """Tell whether the reports hold an envelope or a reply that came after that time."""
    filed = select(Envelope.revision).where(Envelope.sealed_at > past).limit(1)
    replied = select(Message.id).where(Message.sent_at > past).limit(1)
    return any(db.reports.scalar(query) is not None for query in (filed, replied))


def lock_against_additions(db: Db) -> None:
    """Lock envelopes and replies against additions until this unit of work ends.

    Raises `StoreUnavailable` after a second: a reporter who sends must not wait longer than that.
    """
    if db.is_postgresql:
        db.reports.execute(text("SET LOCAL lock_timeout = '1s'"))
        db.reports.execute(text("LOCK TABLE envelopes, messages IN SHARE MODE"))
    else:
        db.reports.connection()  # SQLite lets one writer in at a time


def sweep(db: Db, *, shred_id: bytes, until: datetime, at: datetime, note: bytes) -> bool:
    """Delete one missing key that was made up to `until`, and remember under `note` that it was.

    One that somebody else holds just now stays: a report is being filed under it.
    """
    query = select(ShredKey.id).where(
        ShredKey.id == shred_id, ShredKey.state == MISSING, ShredKey.created_at <= until
    )
    if db.shred.scalar(query.with_for_update(skip_locked=True)) is None:
        return False
    db.shred.execute(delete(ShredKey).where(ShredKey.id == shred_id))
    db.shred.execute(insert(SweptKey).values(id=note, at=at))
    return True


def swept_since(db: Db, *, since: datetime, now: datetime) -> int:
    """Count what was swept since; what the clock put into the future counts from now on."""
    db.shred.execute(update(SweptKey).where(SweptKey.at > now).values(at=now))
    db.shred.execute(delete(SweptKey).where(SweptKey.at <= since))
    return db.shred.scalar(select(func.count()).select_from(SweptKey)) or 0

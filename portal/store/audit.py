"""The audit log: each entry is chained to the one before and signed; none is ever changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.domain.canon import canon
from portal.store.engine import Db
from portal.store.tables import AuditEntry

FIRST = bytes(32)
"""What stands as the previous hash of the first entry."""

_LOCK = 0x6368756E67746179  # "chungtay": one appender at a time, in PostgreSQL
_BATCH = 500


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One entry: who did what to what, and when."""

    sequence: int
    at: datetime
    actor: str
    action: str
    object: str
    agency: str
    previous: bytes
    hash: bytes
    signature: bytes

    def encoded(self) -> bytes:
        """What is hashed and signed."""
        return _encode(
            self.sequence, self.at, self.actor, self.action, self.object, self.agency, self.previous
        )


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether the log holds together, and where it breaks if it does not."""

    ok: bool
    count: int
    head_hash: bytes
    broken_at: int | None = None


def append(
    db: Db,
    *,
    at: datetime,
    actor: str,
    action: str,
    object: str,  # noqa: A002 - the audit log's own word
    agency: str,
    sign: Callable[[bytes], bytes],
) -> None:
    """Add one entry, inside the transaction of what it tells of."""
    if db.is_postgresql:
        db.reports.execute(select(func.pg_advisory_xact_lock(_LOCK)))
    last = db.reports.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).first()
    sequence, previous = (last[0] + 1, last[1]) if last else (1, FIRST)
    encoded = _encode(sequence, at, actor, action, object, agency, previous)
    entry = AuditEntry(
        sequence=sequence,
        at=at,
        actor=actor,
        action=action,
        object=object,
        agency=agency,
        previous=previous,
        hash=hashlib.sha256(encoded).digest(),
        signature=sign(encoded),
    )
    db.reports.add(entry)
    db.reports.flush()


def entries(
    db: Db, *, agency: str | None, before: int | None = None, limit: int = 100
) -> list[AuditRow]:
    """Give entries, newest first, from below the sequence number `before`."""
    query = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(limit)
    if agency is not None:
        query = query.where(AuditEntry.agency == agency)
    if before is not None:
        query = query.where(AuditEntry.sequence < before)
    return [_row(entry) for entry in db.reports.scalars(query)]


def about(db: Db, *, object: str, limit: int = 200) -> list[AuditRow]:  # noqa: A002
    """Give the newest entries about one thing, oldest first."""
    query = select(AuditEntry).where(AuditEntry.object == object)
    found = db.reports.scalars(query.order_by(AuditEntry.sequence.desc()).limit(limit))
    return [_row(entry) for entry in found][::-1]


def verify(
    db: Db,
    *,
    verify: Callable[[bytes, bytes], bool],
    checkpoint: tuple[int, bytes] | None = None,
) -> AuditVerdict:
    """Check every entry: sequence, chain, hash, signature.

    `checkpoint` is a sequence number and hash noted outside the database: only it shows that the
    tail of the log was cut.
    """
    previous, count = FIRST, 0
    for row in _all(db):
        encoded = row.encoded()
        right = (
            row.sequence == count + 1
            and row.previous == previous
            and row.hash == hashlib.sha256(encoded).digest()
            and verify(row.signature, encoded)
            and (checkpoint is None or checkpoint[0] != row.sequence or checkpoint[1] == row.hash)
        )
        if not right:
            return AuditVerdict(False, count, previous, count + 1)
        previous, count = row.hash, count + 1
    if checkpoint is not None and count < checkpoint[0]:
        return AuditVerdict(False, count, previous, count + 1)
    return AuditVerdict(True, count, previous)


def head(db: Db) -> tuple[int, bytes]:
    """Give the last sequence number and hash: what to note outside."""
    found = db.reports.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).first()
    return (found[0], found[1]) if found else (0, FIRST)


def _encode(
    sequence: int, at: datetime, actor: str, action: str, about: str, agency: str, previous: bytes
) -> bytes:
    return canon("audit-v1", sequence, int(at.timestamp()), actor, action, about, agency, previous)


def _all(db: Db) -> Iterator[AuditRow]:
    last = 0
    while True:
        query = select(AuditEntry).where(AuditEntry.sequence > last)
        batch = db.reports.scalars(query.order_by(AuditEntry.sequence).limit(_BATCH)).all()
        yield from (_row(entry) for entry in batch)
        if len(batch) < _BATCH:
            return
        last = batch[-1].sequence
        db.reports.expunge_all()


def _row(entry: AuditEntry) -> AuditRow:
    return AuditRow(
        entry.sequence,
        entry.at,
        entry.actor,
        entry.action,
        entry.object,
        entry.agency,
        entry.previous,
        entry.hash,
        entry.signature,
    )

"""The audit log: each entry is chained to the one before and signed; none is ever changed."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select

from portal.domain.canon import canon
from portal.store.engine import Db
from portal.store.tables import AuditEntry

FIRST = bytes(32)
"""What stands as the previous hash of the first entry."""

UNNAMED, NAMED = "audit-v1", "audit-v2"
"""The form of an entry: of earlier releases, and with the name of its signer."""

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
    state: bytes | None = None
    """Digests of the rows that the object stands for, as the act left them; see `authority`."""

    signer: str | None = None
    """The name of the key that signed; entries of earlier releases have none."""

    def encoded(self) -> bytes:
        """What is hashed and signed."""
        said = self.sequence, int(self.at.timestamp()), self.actor, self.action, self.object
        if self.state is None and self.signer is None:
            return canon(UNNAMED, *said, self.agency, self.previous)
        more = self.state or b"", self.signer or ""
        return canon(NAMED, *said, self.agency, self.previous, *more)


Head = tuple[int, bytes]
"""The sequence number and the hash of an entry, as noted outside the database."""

MEMBER = "member:"
"""How the log names a member: this, and the name."""

BEGINNING: Head = (0, FIRST)
"""What stands before the first entry."""


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """Whether the log holds together, and where it breaks if it does not.

    `count` entries were checked, the last good one is `sequence`; `is_end` where it is the newest.
    """

    ok: bool
    count: int
    head_hash: bytes
    broken_at: int | None = None
    sequence: int = 0
    is_end: bool = True


def append(
    db: Db,
    *,
    at: datetime,
    actor: str,
    action: str,
    object: str,  # noqa: A002 - the audit log's own word
    agency: str,
    sign: Callable[[bytes], bytes],
    signer: str = "",
    state: Callable[[], bytes] | None = None,
) -> int:
    """Add one entry, inside the transaction of what it tells of; gives its number.

    `signer` names the key.

    `state` computes the digests of the rows that the object stands for: after the lock, so that
    whatever another unit of work did to them before is in it.
    """
    lock(db)
    last = db.reports.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).first()
    sequence, previous = (last[0] + 1, last[1]) if last else (1, FIRST)
    left = None if state is None else state()
    said = sequence, at, actor, action, object, agency, previous
    unsigned = AuditRow(*said, b"", b"", left, signer or None)
    encoded = unsigned.encoded()
    # These columns are not there yet where an operator signs what an earlier release left.
    more = {"state": left, "signer": signer or None}
    stated = {name: value for name, value in more.items() if value is not None}
    db.reports.execute(
        insert(AuditEntry).values(
            sequence=sequence,
            at=at,
            actor=actor,
            action=action,
            object=object,
            agency=agency,
            previous=previous,
            hash=hashlib.sha256(encoded).digest(),
            signature=sign(encoded),
            **stated,
        )
    )
    return sequence


def append_for_deployment(
    db: Db,
    *,
    at: datetime,
    actor: str,
    action: str,
    object: str,  # noqa: A002
    sign: Callable[[bytes], bytes],
    signer: str = "",
) -> None:
    """Add one entry that belongs to no agency: the log of no agency shows it."""
    append(
        db,
        at=at,
        actor=actor,
        action=action,
        object=object,
        agency="",
        sign=sign,
        signer=signer,
    )


def lock(db: Db) -> None:
    """Let nobody else append until this unit of work ends (SQLite has one writer anyway)."""
    if db.is_postgresql:
        db.reports.execute(select(func.pg_advisory_xact_lock(_LOCK)))


def has(db: Db, *, object: str, action: str) -> bool:  # noqa: A002
    """Tell whether an entry says this of that thing."""
    mine = AuditEntry.object == object, AuditEntry.action == action
    return db.reports.scalar(select(AuditEntry.sequence).where(*mine).limit(1)) is not None


def entries(
    db: Db, *, agency: str | None, before: int | None = None, limit: int = 100
) -> list[AuditRow]:
    """Give entries, newest first, from below the sequence number `before`."""
    query = select(AuditEntry).order_by(AuditEntry.sequence.desc()).limit(limit)
    if agency is not None:
        query = query.where(AuditEntry.agency == agency)
    if before is not None:
        query = query.where(AuditEntry.sequence < before)
    return [row_of(entry) for entry in db.reports.scalars(query)]


def about(db: Db, *, object: str, limit: int = 200) -> list[AuditRow]:  # noqa: A002
    """Give the newest entries about one thing, oldest first."""
    query = select(AuditEntry).where(AuditEntry.object == object)
    found = db.reports.scalars(query.order_by(AuditEntry.sequence.desc()).limit(limit))
    return [row_of(entry) for entry in found][::-1]


def last_state(db: Db, *, object: str) -> AuditRow | None:  # noqa: A002
    """Give the newest entry about a thing that says how it left the thing's rows."""
    # The log begins at one: what somebody put before that is no entry of it.
    mine = AuditEntry.object == object, AuditEntry.state.is_not(None), AuditEntry.sequence > 0
    query = select(AuditEntry).where(*mine).order_by(AuditEntry.sequence.desc()).limit(1)
    found = db.reports.scalar(query.execution_options(populate_existing=True))
    return None if found is None else row_of(found)


def verify(
    db: Db,
    *,
    verify: Callable[[bytes, bytes], bool],
    heads: Collection[Head] = (),
    since: Head = BEGINNING,
    limit: int | None = None,
) -> AuditVerdict:
    """Check entry by entry after `since`: sequence, chain, hash, signature. It only reads.

    `heads` were noted outside the database: only they show that the tail of the log was cut. With
    a `limit` no more entries than that are looked at.
    """
    noted: dict[int, set[bytes]] = {}
    for sequence, head_hash in heads:
        noted.setdefault(sequence, set()).add(head_hash)
    if not holds(db, since):
        return AuditVerdict(False, 0, FIRST, since[0], max(since[0] - 1, 0))
    if _begins_before_one(db):
        return AuditVerdict(False, 0, FIRST, 0, 0)
    sequence, previous = since
    count, is_named = 0, _is_named_before(db, sequence)
    for row in _after(db, sequence, limit):
        encoded = row.encoded()
        right = (
            row.sequence == sequence + 1
            and row.previous == previous
            and row.hash == hashlib.sha256(encoded).digest()
            and verify(row.signature, encoded)
            and noted.get(row.sequence, {row.hash}) == {row.hash}
            and not (is_named and row.signer is None)
        )
        if not right:
            return AuditVerdict(False, count, previous, sequence + 1, sequence)
        sequence, previous, count = row.sequence, row.hash, count + 1
        is_named = is_named or row.signer is not None
    is_end = limit is None or count < limit
    if is_end and noted and sequence < max(noted):
        return AuditVerdict(False, count, previous, sequence + 1, sequence)
    return AuditVerdict(True, count, previous, None, sequence, is_end)


def _begins_before_one(db: Db) -> bool:
    query = select(AuditEntry.sequence).where(AuditEntry.sequence < 1).limit(1)
    return db.reports.scalar(query) is not None


def _is_named_before(db: Db, sequence: int) -> bool:
    """Tell whether an entry up to this one names its signer: from then on each one does."""
    query = select(AuditEntry.sequence).where(
        AuditEntry.signer.is_not(None), AuditEntry.sequence <= sequence
    )
    last = query.order_by(AuditEntry.sequence.desc()).limit(1)
    return db.reports.scalar(last) is not None


def holds(db: Db, head: Head) -> bool:
    """Tell whether the log still has the entry that was noted, with the same hash."""
    if head[0] == 0:
        return head[1] == FIRST
    return (
        db.reports.scalar(select(AuditEntry.hash).where(AuditEntry.sequence == head[0]))
        == (head[1])
    )


def head(db: Db) -> Head:
    """Give the last sequence number and hash: what to note outside."""
    found = db.reports.execute(
        select(AuditEntry.sequence, AuditEntry.hash).order_by(AuditEntry.sequence.desc()).limit(1)
    ).first()
    return (found[0], found[1]) if found else (0, FIRST)


def _after(db: Db, last: int, limit: int | None) -> Iterator[AuditRow]:
    left = limit
    while left is None or left > 0:
        size = _BATCH if left is None else min(_BATCH, left)
        query = select(AuditEntry).where(AuditEntry.sequence > last)
        batch = db.reports.scalars(query.order_by(AuditEntry.sequence).limit(size)).all()
        yield from (row_of(entry) for entry in batch)
        if len(batch) < size:
            return
        last, left = batch[-1].sequence, None if left is None else left - size
        db.reports.expunge_all()


def row_of(entry: AuditEntry) -> AuditRow:
    """Give an entry as a plain value."""
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
        entry.state,
        entry.signer,
    )

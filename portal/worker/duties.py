"""The worker's duties. Each may run twice, or in two workers at once, and does no harm."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path

from portal.store import Connection, audit, members, receipts, reports, sessions, shred

ORPHAN_AGE = timedelta(days=1)
"""How old a shred key without an envelope is before it is swept: long after any request ended."""

IDLE = timedelta(minutes=30)
"""How long an unused session at the desk lives."""


def return_lapsed_leases(connection: Connection, now: datetime) -> int:
    """Put reports back into the queue whose lease ran out."""
    with connection.begin(write=True) as db:
        return reports.return_lapsed(db, now=now)


def sweep_orphan_shred_keys(connection: Connection, now: datetime) -> int:
    """Delete shred keys whose report was never stored (a crash between the two)."""
    with connection.begin(write=True) as db:
        orphans = shred.orphans(db, older_than=now - ORPHAN_AGE)
        return sum(shred.remove(db, shred_id=shred_id) for shred_id in orphans)


def sweep_sessions(connection: Connection, now: datetime) -> int:
    """End sessions that expired or that nobody used."""
    with connection.begin(write=True) as db:
        return sessions.sweep(db, now=now, idle_since=now - IDLE)


def end_stale_invitations(connection: Connection, now: datetime) -> int:
    """Make old invitations useless."""
    with connection.begin(write=True) as db:
        return members.end_stale_invitations(db, now=now)


def expire_receipts(connection: Connection, now: datetime) -> int:
    """Forget codes whose time is over."""
    with connection.begin(write=True) as db:
        return receipts.remove_expired(db, now=now)


DUTIES: Mapping[str, Callable[[Connection, datetime], int]] = {
    "lease:return": return_lapsed_leases,
    "shred:sweep": sweep_orphan_shred_keys,
    "session:sweep": sweep_sessions,
    "invitation:end": end_stale_invitations,
    "receipt:expire": expire_receipts,
}
"""Every duty by its tag."""


def write_checkpoint(connection: Connection, file: Path, now: datetime) -> bool:
    """Append the head of the audit log to a file outside the database, when it has moved.

    Only a head that left the host shows that the log's tail was cut: copy this file elsewhere.
    """
    with connection.begin(write=False) as db:
        sequence, head = audit.head(db)
    line = f"{sequence} {head.hex()}"
    last = file.read_text("ascii").splitlines()[-1:] if file.is_file() else []
    if last and last[0].startswith(line):
        return False
    with file.open("a", encoding="ascii") as out:
        out.write(f"{line} {now.isoformat(timespec='seconds')}\n")
    return True


def read_checkpoint(file: Path) -> tuple[int, bytes] | None:
    """Read the newest head that was noted; raises `ValueError` for a damaged file."""
    lines = file.read_text("ascii").splitlines() if file.is_file() else []
    if not lines:
        return None
    sequence, head = lines[-1].split()[:2]
    return int(sequence), bytes.fromhex(head)

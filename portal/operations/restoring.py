"""Accept the databases as they are, after an operator restored one of them from a copy.

Nothing is deleted. Keys without a report are spared for ever, the ticks begin anew, and it stands
in the audit log and in the file of its heads.
"""

from __future__ import annotations

import os
from bisect import bisect_left
from collections.abc import Collection
from datetime import datetime
from pathlib import Path

from portal.config.processes import StaffConfig
from portal.operations.log_signers import desk_key
from portal.store import audit, audit_marks, deployment, schema, shred
from portal.store import audit_heads as heads
from portal.store.audit import Head
from portal.store.engine import Connection, connect
from portal.store.shred import CONFIRMED, MISSING, PENDING, SPARED, WATCHED
from portal.vault.signing import AuditKey

_BATCH = 500


def accept(settings: StaffConfig, *, now: datetime) -> int:
    """Take both databases as they are; gives how many keys have no report and are spared.

    Raises `ConfigError` where the two belong to different deployments: no word of an operator makes
    them one.
    """
    with connect(settings.database_url, settings.shred_url) as connection:
        schema.require_form(connection)
        key = desk_key(settings)
        return take_as_they_are(connection, key=key, file=settings.instance / heads.FILE, now=now)


def take_as_they_are(connection: Connection, *, key: AuditKey, file: Path, now: datetime) -> int:
    """As `accept`, for databases that are open; `file` is where heads of the log are noted."""
    _refuse_strangers(connection)
    restored_to = _last_that_holds(connection, heads.read(file).heads)
    spared = _spare(connection)
    head = _write_down(connection, key, spared, now)
    heads.append(file, head, now=now, restored_to=restored_to)
    return spared


def _last_that_holds(connection: Connection, noted: Collection[Head]) -> int:
    """Give the last noted entry that the log still has; what holds it holds every one before."""
    ordered = sorted(noted)
    with connection.begin(write=False) as db:
        place = bisect_left(ordered, True, key=lambda head: not audit.holds(db, head))
    return ordered[place - 1][0] if place else 0


def _refuse_strangers(connection: Connection) -> None:
    with connection.begin(write=False) as db:
        deployment.refuse_strangers(deployment.read(db))


def _spare(connection: Connection) -> int:
    """Spare every key without a report, whatever its state is."""
    spared, after = 0, None
    while True:
        with connection.begin(write=False) as db:
            window = shred.page(db, after=after, limit=_BATCH)
            known = shred.known(db, ids=[one for one, _ in window])
        lost = [one for one, _ in window if one not in known]
        if lost:
            with connection.write_shred() as db:
                among = (PENDING, WATCHED, CONFIRMED, MISSING)
                spared += shred.set_state(db, ids=lost, to=SPARED, among=among)
        if len(window) < _BATCH:
            return spared
        after = window[-1][0]


def _write_down(connection: Connection, key: AuditKey, spared: int, now: datetime) -> Head:
    with connection.begin(write=True) as db:
        deployment.accept(db, random=os.urandom)
        for name in (audit_marks.VERIFIED, audit_marks.BROKEN):
            audit_marks.remove(db, name=name)
        audit.append_for_deployment(
            db,
            at=now,
            actor="operator",
            action="store:restored",
            object=f"spared:{spared}",
            sign=key.sign,
            signer=key.name,
        )
        return audit.head(db)

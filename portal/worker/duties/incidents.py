"""What the worker does about incidents that the public site saw: it tells of each once."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.store import incidents
from portal.store.engine import Connection
from portal.worker.duties.due import where_due
from portal.worker.work import Work

KEPT = timedelta(days=90)
"""How long the desk can read of an incident."""


def tell(work: Work) -> int:
    """Raise an alert for each kind that was seen since the last look; gives how many incidents.

    The rows remember that they were told: a worker that starts again says nothing twice. Where it
    dies in between, it tells once more rather than not at all.
    """
    with work.connection.begin(write=False) as db:
        if not incidents.any_untold(db):
            return 0
    with work.connection.begin(write=True) as db:
        found = incidents.take_untold(db, at=work.now)
        for kind, count in sorted(found.items()):
            why = (
                "the public site saw what only somebody who writes to the reports database can have"
                " brought about; the case's page and the auditor's page say more"
                " (docs/operations.md)"
            )
            facts = {"kind": kind or "unknown", "count": count}
            work.log.tell("incident:reported", level="alert", why=why, **facts)
    return found.total()


def forget(connection: Connection, now: datetime) -> int:
    """Delete incidents that are too old."""
    return where_due(
        connection,
        is_due=lambda db: incidents.any_older(db, than=now - KEPT),
        do=lambda db: incidents.sweep(db, older_than=now - KEPT),
    )

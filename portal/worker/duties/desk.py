"""What ends at the desk: leases, sessions, forms and drafts."""

from __future__ import annotations

from datetime import datetime, timedelta

from portal.access import TrustedLog, end_stale_sessions
from portal.store import acts, drafts, reports, sessions
from portal.store.engine import Connection
from portal.worker.duties.due import where_due

IDLE = timedelta(minutes=30)
"""How long an unused session at the desk lives."""


ACT_KNOWN = timedelta(days=1)
"""How long the database remembers that a form was sent; forms themselves expire in hours."""

DRAFT_KEPT = timedelta(days=1)
"""How long a draft (text that a member wrote and did not send) is stored."""


def return_lapsed_leases(connection: Connection, now: datetime) -> int:
    """Put reports with an expired lease back into the queue."""
    return where_due(
        connection,
        is_due=lambda db: reports.any_lapsed(db, now=now),
        do=lambda db: reports.return_lapsed(db, now=now),
    )


def sweep_sessions(connection: Connection, now: datetime, *, log: TrustedLog) -> int:
    """End expired and idle sessions; a member without any other session then holds no report.

    One member at a time: each is a unit of work with its own locks and its own entries in the log.
    """
    stale = {"now": now, "idle_since": now - IDLE}
    with connection.begin(write=False) as db:
        names = sessions.stale_members(db, **stale)
    ended = 0
    for name in names:
        with connection.begin(write=True) as db:
            ended += end_stale_sessions(db, member=name, log=log, **stale)
    return ended


def forget_acts(connection: Connection, now: datetime) -> int:
    """Delete the records of sent forms that are too old to be sent again."""
    return where_due(
        connection,
        is_due=lambda db: acts.any_older(db, than=now - ACT_KNOWN),
        do=lambda db: acts.sweep(db, older_than=now - ACT_KNOWN),
    )


def forget_drafts(connection: Connection, now: datetime) -> int:
    """Delete old drafts: text that members wrote and did not send."""
    return where_due(
        connection,
        is_due=lambda db: drafts.any_older(db, than=now - DRAFT_KEPT),
        do=lambda db: drafts.sweep(db, older_than=now - DRAFT_KEPT),
    )

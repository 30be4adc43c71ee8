"""The worker's duties. Each may run twice, or in two workers at once, and does no harm.

Each looks first, without a lock, whether there is anything to do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from portal.access import Sign, end_stale_sessions
from portal.store import Connection, Db, acts, drafts, members, receipts, reports, sessions
from portal.worker import audit_log, shred_keys
from portal.worker.work import Work

IDLE = timedelta(minutes=30)
"""How long an unused session at the desk lives."""


ACT_KNOWN = timedelta(days=1)
"""How long a form is known to have done its act; no form lives longer than some hours."""

DRAFT_KEPT = timedelta(days=1)
"""How long what a member wrote and did not send is kept."""


def return_lapsed_leases(connection: Connection, now: datetime) -> int:
    """Put reports back into the queue whose lease ran out."""
    return _where_due(
        connection,
        is_due=lambda db: reports.any_lapsed(db, now=now),
        do=lambda db: reports.return_lapsed(db, now=now),
    )


def sweep_sessions(connection: Connection, now: datetime, *, sign: Sign) -> int:
    """End sessions that expired or that nobody used; who has none left holds no report.

    One member at a time: each is a unit of work with its own locks and its own entries in the log.
    """
    stale = {"now": now, "idle_since": now - IDLE}
    with connection.begin(write=False) as db:
        names = sessions.stale_members(db, **stale)
    ended = 0
    for name in names:
        with connection.begin(write=True) as db:
            ended += end_stale_sessions(db, member=name, sign=sign, **stale)
    return ended


def end_stale_invitations(connection: Connection, now: datetime) -> int:
    """Make old invitations useless."""
    return _where_due(
        connection,
        is_due=lambda db: members.any_stale_invitation(db, now=now),
        do=lambda db: members.end_stale_invitations(db, now=now),
    )


def expire_receipts(connection: Connection, now: datetime) -> int:
    """Forget codes whose time is over."""
    return _where_due(
        connection,
        is_due=lambda db: receipts.any_expired(db, now=now),
        do=lambda db: receipts.remove_expired(db, now=now),
    )


def forget_acts(connection: Connection, now: datetime) -> int:
    """Forget which forms have done their act, once they are too old to be sent again."""
    return _where_due(
        connection,
        is_due=lambda db: acts.any_older(db, than=now - ACT_KNOWN),
        do=lambda db: acts.sweep(db, older_than=now - ACT_KNOWN),
    )


def forget_drafts(connection: Connection, now: datetime) -> int:
    """Forget what members wrote and did not send."""
    return _where_due(
        connection,
        is_due=lambda db: drafts.any_older(db, than=now - DRAFT_KEPT),
        do=lambda db: drafts.sweep(db, older_than=now - DRAFT_KEPT),
    )


def _where_due(
    connection: Connection, *, is_due: Callable[[Db], bool], do: Callable[[Db], int]
) -> int:
    with connection.begin(write=False) as db:
        if not is_due(db):
            return 0
    with connection.begin(write=True) as db:
        return do(db)


def _of_the_clock(duty: Callable[[Connection, datetime], int]) -> Callable[[Work], int]:
    return lambda work: duty(work.connection, work.now)


def _sweep_sessions(work: Work) -> int:
    return sweep_sessions(work.connection, work.now, sign=work.key.sign)


DUTIES: Mapping[str, Callable[[Work], int]] = {
    "lease:return": _of_the_clock(return_lapsed_leases),
    "shred:confirm": shred_keys.confirm,
    "shred:sweep": shred_keys.sweep,
    "shred:look": shred_keys.look_for_lost,
    "deployment:tick": shred_keys.tick,
    "session:sweep": _sweep_sessions,
    "invitation:end": _of_the_clock(end_stale_invitations),
    "receipt:expire": _of_the_clock(expire_receipts),
    "act:forget": _of_the_clock(forget_acts),
    "draft:forget": _of_the_clock(forget_drafts),
    "audit:note": audit_log.note_head,
    "audit:verify": audit_log.verify_log,
}
"""Every duty by its tag, in the order in which a run does them."""

"""A member who leaves holds nothing: what they held is free at once, with an entry in the log."""

from __future__ import annotations

from datetime import datetime

from portal.access.principal import Act, Principal
from portal.access.roles import Role
from portal.access.trusted_log import TrustedLog
from portal.store import members, reports, sessions
from portal.store.engine import Db

MEMBER_REMOVED, SIGNED_OUT = "member_removed", "signed_out"
SESSION_OVER, KEYS_WITHDRAWN = "session_over", "keys_withdrawn"
"""Why a report was put back for its holder, as the audit log says it."""

WORKER = "worker"
"""Who the audit log names where no member acts."""


def lock_member(db: Db, *, agency: str, name: str) -> None:
    """Lock what a member holds and then the member, so that nothing is given to them meanwhile."""
    reports.lock_held(db, agency=agency, member=name)
    members.lock(db, name=name)


def put_back(db: Db, *, act: Act, member: str, why: str) -> None:
    """Put every report that a member of the agency holds back into the queue.

    Comes after `lock_member`, and after everything else that is not the audit log.
    """
    for report_id in reports.release_held(db, agency=act.by.agency, member=member):
        act.record(db, "case:released", f"report:{report_id.hex()}", why)


def end_stale_sessions(
    db: Db, *, member: str, now: datetime, idle_since: datetime, log: TrustedLog
) -> int:
    """End a member's sessions that expired or that nobody used; gives how many.

    Where none is left, what the member holds goes back into the queue. The worker signs: it is the
    one who acts.
    """
    row = members.get(db, name=member)
    if row is None:
        return 0
    lock_member(db, agency=row.agency, name=member)
    ended = sessions.sweep(db, member=member, now=now, idle_since=idle_since)
    if ended and not sessions.is_signed_in(db, member=member, now=now):
        act = Act(Principal(WORKER, Role.AUDITOR, row.agency), now, log)
        put_back(db, act=act, member=member, why=SESSION_OVER)
    return ended

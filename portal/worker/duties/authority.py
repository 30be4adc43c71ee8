"""What the worker does about power: it holds every member's rows against the audit log."""

from __future__ import annotations

from portal.store import authority, members
from portal.worker.work import Work


def check(work: Work) -> int:
    """Hold the rows of everybody against the log, and tell whose were changed; gives how many.

    Also of a member who is gone from the tables: the log still knows them. What it finds counts
    nowhere, since the desk looks for itself; somebody who writes to the database is told of.
    """
    with work.connection.begin(write=False) as db:
        names = sorted({*members.every_name(db), *authority.logged_members(db)})
        wrong = [
            name
            for name in names
            if not authority.is_as_logged(db, member=name, verify=work.trust.verify)
        ]
    # An act between reading the rows and reading the log is no tampering: look again.
    with work.connection.begin(write=False) as db:
        wrong = [
            name
            for name in wrong
            if not authority.is_as_logged(db, member=name, verify=work.trust.verify)
        ]
    if wrong:
        why = (
            "rows that say what members are or hold were changed by somebody who writes to the"
            " database; these members can do nothing until they are removed and invited under"
            " another name (docs/operations.md)"
        )
        work.log.alert("authority:changed", why=why, now=work.now, count=len(wrong), members=wrong)
    elif work.log.is_over("authority:changed"):
        work.log.tell("authority:changed", over=True)
    return 0

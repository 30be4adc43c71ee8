"""What the worker does about power: it holds every member's rows against the audit log."""

from __future__ import annotations

from portal.domain.errors import StoreUnavailable
from portal.store import authority, deployment, members
from portal.worker.work import Work


def check(work: Work) -> int:
    """Hold the rows of everybody against the log, and tell whose were changed; gives how many.

    Also of a member who is gone from the tables: the log still knows them. What it finds counts
    nowhere, since the desk looks for itself; somebody who writes to the database is told of.
    """
    with work.connection.begin(write=False) as db:
        names = sorted({*members.every_name(db), *authority.logged_members(db)})
    wrong = [name for name in names if not _is_as_logged(work, name)]
    if wrong:
        why = (
            "rows that say what members are or hold were changed by somebody who writes to the"
            " database; these members can do nothing until they are removed and invited under"
            " another name (docs/operations.md)"
        )
        work.log.alert("authority:changed", why=why, now=work.now, count=len(wrong), members=wrong)
    elif work.log.is_over("authority:changed"):
        work.log.tell("authority:changed", over=True)
    return len(wrong)


def _is_as_logged(work: Work, name: str) -> bool:
    """Look at one member in a unit of its own: a value that can't be read hides no other member."""
    try:
        with work.connection.begin(write=False) as db:
            return authority.is_as_logged(db, member=name, verify=work.trust.verify)
    except StoreUnavailable:
        with work.connection.begin(write=False) as db:
            deployment.read(db)  # raises again where the database is down
        return False

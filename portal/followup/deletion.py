"""A reporter asks for deletion, or deletes at once where the deployment lets reporters do that."""

from __future__ import annotations

from datetime import datetime

from portal.domain.errors import PermissionRefused
from portal.domain.report import Compartment
from portal.followup.code import find
from portal.followup.reopening import reopen
from portal.intake.filing import Intake, to_the_minute
from portal.mailbox.reporter import ReporterKeys
from portal.store import erasing, reports, unread


def ask_deletion(*, intake: Intake, keys: ReporterKeys, now: datetime) -> bool:
    """Note that the reporter asks for deletion; a member decides. False when noted before.

    The request counts as a new message: the case can't be closed before a member has looked.
    """
    at = to_the_minute(now)
    with intake.connection.begin(write=True) as db:
        found = find(db, intake=intake, keys=keys, now=now, for_update=True)
        row = found.row
        is_first = reports.ask_deletion(db, report_id=row.id, at=at)
        if is_first:
            unread.add(db, report_id=row.id, compartments={Compartment.TRIAGE})
            reopen(db, intake, found, at)
    return is_first


def delete_at_once(*, intake: Intake, keys: ReporterKeys, now: datetime) -> None:
    """Shred the report behind the code, where the deployment lets reporters do that.

    Raises `PermissionRefused` where it doesn't: what a form sends decides nothing.
    """
    if not intake.deletes_at_once:
        raise PermissionRefused
    with intake.connection.begin(write=True) as db:
        row = find(db, intake=intake, keys=keys, now=now, for_update=True).row
        erasing.erase(db, report_id=row.id, by=erasing.REPORTER, at=to_the_minute(now))

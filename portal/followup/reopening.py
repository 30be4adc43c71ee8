"""Any new message from the reporter reopens the case, even if it was referred, paused or closed."""

from __future__ import annotations

from datetime import datetime

from portal.domain.case import Status
from portal.domain.factors import Priority
from portal.followup.code import Found
from portal.intake.filing import Intake
from portal.store import reports
from portal.store.engine import Db
from portal.store.queue import WAITING_FOR_DESK


def reopen(db: Db, intake: Intake, found: Found, minute: datetime) -> None:
    """Put a case that does not wait for the desk back into the queue, as a new one.

    The state before is not written to the audit log, since this site can't sign: the case page
    reads it from the last move in the log.
    """
    row = found.row
    if row.status not in WAITING_FOR_DESK:
        reports.set_status(db, report_id=row.id, expected=row.status, to=Status.NEW)
        due_at = intake.routing.agency(found.agency).due_at(Priority(row.priority), minute)
        reports.set_due(db, report_id=row.id, due_at=due_at)

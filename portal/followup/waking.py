"""A case that rests is given to the desk again when its reporter writes."""

from __future__ import annotations

from datetime import datetime

from portal.domain.case import Status
from portal.domain.factors import Priority
from portal.followup.code import Found
from portal.intake.filing import Intake
from portal.store import reports
from portal.store.engine import Db
from portal.store.queue import WAITING_FOR_DESK


def wake(db: Db, intake: Intake, found: Found, minute: datetime) -> None:
    """Give a case that rests to the desk as a new one: what rests is served to nobody.

    The state it leaves is not written here, since this site can't sign: it is the last move in
    the log, from which the case page says where it stood.
    """
    row = found.row
    if row.status not in WAITING_FOR_DESK:
        reports.set_status(db, report_id=row.id, expected=row.status, to=Status.NEW)
        due_at = intake.routing.agency(found.agency).due_at(Priority(row.priority), minute)
        reports.set_due(db, report_id=row.id, due_at=due_at)

"""Reports as the queue knows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, or_, select, update

from portal.domain.case import Status
from portal.domain.factors import Priority
from portal.store.engine import Db, for_each_engine
from portal.store.tables import Base, Member, Report

OPEN = tuple(status for status in Status if status is not Status.CLOSED)
"""States in which a case still counts as work."""

_REPORTS = Base.metadata.tables[Report.__tablename__]

_INSERT = for_each_engine(
    lambda insert: insert(_REPORTS).on_conflict_do_nothing().returning(_REPORTS.c.id)
)


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One report: what stands in clear, because the queue needs it."""

    id: bytes
    agency: str
    audience: str
    locale: str
    category: str
    priority: Priority
    status: Status
    received_at: datetime
    due_at: datetime
    definition_hash: str
    assigned_to: str | None = None
    lease_until: datetime | None = None
    closed_reason: str | None = None
    deletion_asked_at: datetime | None = None
    has_unread: bool = False

    def is_held(self, now: datetime) -> bool:
        """Tell whether somebody holds a lease that is running."""
        return self.assigned_to is not None and (
            self.lease_until is not None and self.lease_until > now
        )

    def held_by(self, member: str, now: datetime) -> bool:
        """Tell whether this member holds the lease."""
        return self.is_held(now) and self.assigned_to == member


def insert(db: Db, *, row: ReportRow) -> bool:
    """Add a report; False, and nothing written, when there is one of that id already."""
    values = {
        "id": row.id,
        "agency": row.agency,
        "audience": row.audience,
        "locale": row.locale,
        "category": row.category,
        "priority": int(row.priority),
        "status": row.status,
        "received_at": row.received_at,
        "due_at": row.due_at,
        "definition_hash": row.definition_hash,
    }
    return db.reports.execute(_INSERT[db.dialect], values).first() is not None


def get(
    db: Db, *, report_id: bytes, agency: str | None = None, for_share: bool = False
) -> ReportRow | None:
    """Find a report; only among those of `agency`, where one is given.

    With `for_share` nobody can delete it before this unit of work has ended.
    """
    query = select(Report).where(Report.id == report_id)
    if for_share:
        query = query.with_for_update(read=True, key_share=True)
    if agency is not None:
        query = query.where(Report.agency == agency)
    found = db.reports.scalar(query)
    return None if found is None else as_row(found)


def lock(db: Db, *, report_id: bytes, agency: str | None = None) -> ReportRow | None:
    """Find a report, and let nobody else change it or add to it until this unit of work ends.

    Everything that changes one report calls this before it locks anything else: `portal.store`
    states the order.
    """
    query = select(Report).where(Report.id == report_id)
    if agency is not None:
        query = query.where(Report.agency == agency)
    # What an earlier query of this unit of work saw may have changed before the lock was given.
    fresh = query.with_for_update().execution_options(populate_existing=True)
    found = db.reports.scalar(fresh)
    return None if found is None else as_row(found)


def claim(
    db: Db, *, report_id: bytes, agency: str, member: str, now: datetime, lease_until: datetime
) -> bool:
    """Take one report, unless somebody else holds it.

    A closed report can be taken only while something in it is unread.
    """
    return _change(
        db,
        Report.id == report_id,
        Report.agency == agency,
        or_(Report.status.in_(OPEN), Report.has_unread),
        or_(is_free(now), Report.assigned_to == member),
        assigned_to=member,
        lease_until=lease_until,
    )


def assign(db: Db, *, report_id: bytes, agency: str, member: str, lease_until: datetime) -> bool:
    """Assign a report to a member, even if another member holds it."""
    return _change(
        db,
        Report.id == report_id,
        Report.agency == agency,
        assigned_to=member,
        lease_until=lease_until,
    )


def extend_lease(
    db: Db, *, report_id: bytes, member: str, now: datetime, lease_until: datetime
) -> bool:
    """Lengthen a lease that is still held."""
    return _change(
        db,
        Report.id == report_id,
        Report.assigned_to == member,
        Report.lease_until > now,
        lease_until=lease_until,
    )


def release(db: Db, *, report_id: bytes, member: str) -> bool:
    """Put a report back into the queue."""
    return _change(
        db,
        Report.id == report_id,
        Report.assigned_to == member,
        assigned_to=None,
        lease_until=None,
    )


def any_lapsed(db: Db, *, now: datetime) -> bool:
    """Tell whether somebody holds a report whose lease has run out, or who was removed."""
    query = select(Report.id).where(Report.assigned_to.is_not(None), is_free(now))
    return db.reports.scalar(query.limit(1)) is not None


def lock_held(db: Db, *, agency: str, member: str) -> None:
    """Lock every report that a member holds, in the order of their ids."""
    db.reports.execute(_held(agency, member).with_for_update())


def release_held(db: Db, *, agency: str, member: str) -> list[bytes]:
    """Put back what a member holds, after `lock_held`; gives the ids.

    A report that was given to the member since and is locked by somebody else is left alone:
    waiting for it here would turn the order of locks round.
    """
    held = db.reports.scalars(_held(agency, member).with_for_update(skip_locked=True)).all()
    _put_back(db, held)
    return list(held)


def return_lapsed(db: Db, *, now: datetime) -> int:
    """Put every report back whose lease has run out or whose holder was removed; gives how many.

    One on which somebody works just now is left for the next time: nobody waits for many others.
    """
    lapsed = select(Report.id).where(Report.assigned_to.is_not(None), is_free(now))
    found = db.reports.scalars(lapsed.order_by(Report.id).with_for_update(skip_locked=True)).all()
    _put_back(db, found)
    return len(found)


def set_status(
    db: Db,
    *,
    report_id: bytes,
    expected: Status,
    to: Status,
    closed_reason: str | None = None,
) -> bool:
    """Move a case; False when it is no longer where `expected` says."""
    return _change(
        db,
        Report.id == report_id,
        Report.status == expected,
        status=to,
        closed_reason=closed_reason,
    )


def set_due(db: Db, *, report_id: bytes, due_at: datetime) -> bool:
    """Start the clock anew."""
    return _change(db, Report.id == report_id, due_at=due_at)


def ask_deletion(db: Db, *, report_id: bytes, at: datetime) -> bool:
    """Note that the reporter asks for deletion; the first time stays."""
    return _change(
        db, Report.id == report_id, Report.deletion_asked_at.is_(None), deletion_asked_at=at
    )


def withdraw_deletion(db: Db, *, report_id: bytes) -> bool:
    """Forget that deletion was asked for: it was refused, and may be asked for again."""
    return _change(
        db, Report.id == report_id, Report.deletion_asked_at.is_not(None), deletion_asked_at=None
    )


def is_free(now: datetime) -> ColumnElement[bool]:
    """The condition that nobody holds a report; a member who was removed holds nothing."""
    gone = select(Member.name).where(Member.status != "active")
    return or_(
        Report.assigned_to.is_(None), Report.lease_until <= now, Report.assigned_to.in_(gone)
    )


def as_row(report: Report) -> ReportRow:
    """Freeze a row.

    A priority or a status that the portal does not know, since somebody wrote it there, brings the
    case to the top of the queue instead of breaking the pages that show it.
    """
    return ReportRow(
        id=report.id,
        agency=report.agency,
        audience=report.audience,
        locale=report.locale,
        category=report.category,
        priority=Priority(report.priority) if report.priority in set(Priority) else Priority.P0,
        status=Status(report.status) if report.status in set(Status) else Status.NEW,
        received_at=report.received_at,
        due_at=report.due_at,
        definition_hash=report.definition_hash,
        assigned_to=report.assigned_to,
        lease_until=report.lease_until,
        closed_reason=report.closed_reason,
        deletion_asked_at=report.deletion_asked_at,
        has_unread=report.has_unread,
    )


def _held(agency: str, member: str) -> Select[bytes]:
    query = select(Report.id).where(Report.agency == agency, Report.assigned_to == member)
    return query.order_by(Report.id)


def _put_back(db: Db, report_ids: Sequence[bytes]) -> None:
    for start in range(0, len(report_ids), 500):
        batch = report_ids[start : start + 500]
        statement = update(Report).where(Report.id.in_(batch))
        db.reports.execute(
            statement.values(assigned_to=None, lease_until=None),
            execution_options={"synchronize_session": False},
        )
    db.reports.expire_all()


def _change(db: Db, *conditions: ColumnElement[bool], **values: object) -> bool:
    statement = update(Report).where(*conditions).values(**values).returning(Report.id)
    options = {"synchronize_session": False}
    changed = db.reports.execute(statement, execution_options=options).first() is not None
    db.reports.expire_all()
    return changed

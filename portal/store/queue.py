"""The queue: the most urgent first, page by page, and the next one for a member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, TextClause, case, func, literal, select, tuple_

from portal.domain.case import Status
from portal.domain.factor import Priority
from portal.store.engine import Db
from portal.store.reports import ReportRow, as_row, claim, is_free
from portal.store.tables import IS_OPEN, Report, UtcTime

Cursor = tuple[int, datetime, bytes]
"""Where a page ended: priority, due time, id."""

Condition = ColumnElement[bool] | TextClause

_ORDER = (Report.priority, Report.due_at, Report.id)

WAITING_FOR_DESK = (Status.NEW, Status.IN_REVIEW)
"""States in which a case waits for somebody at the desk."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """Which part of the queue to show."""

    scope: str = "open"
    category: str | None = None
    locale: str | None = None
    audience: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """How much work there is."""

    by_priority: Mapping[Priority, int]
    overdue: int
    unassigned: int

    @property
    def open(self) -> int:
        """All cases that count as work."""
        return sum(self.by_priority.values())


def page(
    db: Db,
    *,
    agency: str,
    view: QueueView,
    member: str,
    now: datetime,
    after: Cursor | None,
    limit: int,
) -> list[ReportRow]:
    """Give up to `limit` reports that come after `after`: by priority, due time, id."""
    query = select(Report).where(Report.agency == agency, *_scope(view, member, now))
    for column, wanted in (
        (Report.category, view.category),
        (Report.locale, view.locale),
        (Report.audience, view.audience),
    ):
        if wanted:
            query = query.where(column == wanted)
    if after is not None:
        place = tuple_(Report.priority, Report.due_at, Report.id)
        priority, due_at, report_id = after
        end = tuple_(literal(priority), literal(due_at, UtcTime), literal(report_id))
        query = query.where(place > end)
    return [as_row(report) for report in db.reports.scalars(query.order_by(*_ORDER).limit(limit))]


def counts(db: Db, *, agency: str, now: datetime) -> Counts:
    """Count the open cases by priority, those overdue, and those that nobody holds."""
    overdue = func.sum(case((Report.due_at < now, 1), else_=0))
    free = func.sum(case((is_free(now), 1), else_=0))
    rows = db.reports.execute(
        select(Report.priority, func.count(), overdue, free)
        .where(Report.agency == agency, IS_OPEN)
        .group_by(Report.priority)
    ).all()
    found = {Priority(row[0]): int(row[1]) for row in rows}
    return Counts(
        by_priority={priority: found.get(priority, 0) for priority in Priority},
        overdue=sum(int(row[2]) for row in rows),
        unassigned=sum(int(row[3]) for row in rows),
    )


def take_next(
    db: Db, *, agency: str, member: str, now: datetime, lease_until: datetime
) -> ReportRow | None:
    """Give this member the most urgent report that nobody holds, as a lease.

    Two members never get the same one: PostgreSQL locks the row and skips locked ones, SQLite
    lets one writer in at a time.
    """
    waiting = (
        select(Report)
        .where(Report.agency == agency, IS_OPEN, Report.status.in_(WAITING_FOR_DESK), is_free(now))
        .order_by(*_ORDER)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    found = db.reports.scalar(waiting)
    if found is None:
        return None
    taken = claim(
        db,
        report_id=found.id,
        agency=agency,
        member=member,
        now=now,
        lease_until=lease_until,
    )
    db.reports.refresh(found)
    return as_row(found) if taken else None


def _scope(view: QueueView, member: str, now: datetime) -> list[Condition]:
    if view.scope == "closed":
        return [Report.status == Status.CLOSED]
    conditions: list[Condition] = [IS_OPEN]
    if view.scope == "mine":
        conditions += [Report.assigned_to == member]
    elif view.scope == "unassigned":
        conditions += [is_free(now)]
    elif view.scope == "overdue":
        conditions += [Report.due_at < now]
    return conditions

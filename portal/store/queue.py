"""The queue: the most urgent first, page by page, and the next one for a member.

A report with something unread counts as work in any status: it is listed among the open ones,
and `take_next` gives it to a member.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, TextClause, case, func, literal, select, tuple_

from portal.domain.case import Status
from portal.domain.factors import Priority
from portal.domain.report import Compartment
from portal.store import unread
from portal.store.engine import Db
from portal.store.reports import ReportRow, as_row, claim, is_free
from portal.store.tables import IS_OPEN, IS_UNREAD, RESTS_UNREAD, Report, UtcTime

Cursor = tuple[int, datetime, bytes]
"""Where a page ended: priority, due time, id."""

Condition = ColumnElement[bool] | TextClause

_ORDER = (Report.priority, Report.due_at, Report.id)

WAITING_FOR_DESK = (Status.NEW, Status.IN_REVIEW)
"""States in which a case waits for somebody at the desk."""


_CLOSED_UNREAD: Sequence[Condition] = (RESTS_UNREAD, Report.status == Status.CLOSED)
"""The closed cases that count as work: nobody has read what came in."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """Which part of the queue to show; `parts` are the compartments that the member may open."""

    scope: str = "open"
    parts: Collection[str] = tuple(Compartment)
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
    narrow: list[Condition] = [Report.agency == agency, *_filters(view)]
    if after is not None:
        place = tuple_(Report.priority, Report.due_at, Report.id)
        priority, due_at, report_id = after
        narrow.append(
            place > tuple_(literal(priority), literal(due_at, UtcTime), literal(report_id))
        )
    # Each state is read along its own index and cut at the limit: one query for both would sort.
    found = [
        as_row(report)
        for scope in _scopes(view, member, now)
        for report in db.reports.scalars(
            select(Report).where(*narrow, *scope).order_by(*_ORDER).limit(limit)
        )
    ]
    return sorted(found, key=lambda row: (row.priority, row.due_at, row.id))[:limit]


def counts(db: Db, *, agency: str, now: datetime) -> Counts:
    """Count the open cases by priority, those overdue, and those that nobody holds."""
    overdue = func.sum(case((Report.due_at < now, 1), else_=0))
    free = func.sum(case((is_free(now), 1), else_=0))
    open_cases, closed_unread = (
        select(Report.priority, func.count(), overdue, free)
        .where(Report.agency == agency, *state)
        .group_by(Report.priority)
        for state in ([IS_OPEN], _CLOSED_UNREAD)
    )
    rows = db.reports.execute(open_cases.union_all(closed_unread)).all()
    found = Counter[int]()
    for row in rows:
        found[row[0]] += int(row[1])
    return Counts(
        by_priority={priority: found[priority] for priority in Priority},
        overdue=sum(int(row[2]) for row in rows),
        unassigned=sum(int(row[3]) for row in rows),
    )


def take_next(
    db: Db,
    *,
    agency: str,
    member: str,
    now: datetime,
    lease_until: datetime,
    parts: Collection[str] = tuple(Compartment),
) -> ReportRow | None:
    """Give this member the most urgent report that nobody holds, as a lease.

    Served are the cases that wait for the desk, and every other one in which something is unread
    that a member may read who opens `parts`. Two members never get the same one: PostgreSQL locks
    the row and skips locked ones, SQLite lets one writer in at a time.
    """
    for lane in _lanes(db, agency=agency, now=now, parts=parts):
        found = db.reports.scalar(lane.limit(1).with_for_update(skip_locked=True))
        if found is not None:
            break
    else:
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


def _lanes(
    db: Db, *, agency: str, now: datetime, parts: Collection[str]
) -> Sequence[Select[Report]]:
    """Give two lanes, the more urgent first: what waits for the desk, and other unread cases.

    Nothing is locked by looking: a report that is locked and then left would be skipped by others.
    """
    free = Report.agency == agency, is_free(now)
    waits = IS_OPEN, Report.status.in_(WAITING_FOR_DESK)
    rests = RESTS_UNREAD, unread.is_in(parts)
    waiting, resting = (
        select(Report).where(*free, *state).order_by(*_ORDER) for state in (waits, rests)
    )
    first = db.reports.execute(resting.with_only_columns(*_ORDER).limit(1)).first()
    if first is None:
        return (waiting,)
    other = db.reports.execute(waiting.with_only_columns(*_ORDER).limit(1)).first()
    is_first = other is None or tuple(first) < tuple(other)
    return (resting, waiting) if is_first else (waiting, resting)


def _filters(view: QueueView) -> list[Condition]:
    wanted = {
        Report.category: view.category,
        Report.locale: view.locale,
        Report.audience: view.audience,
    }
    return [column == value for column, value in wanted.items() if value]


def _scopes(view: QueueView, member: str, now: datetime) -> Sequence[list[Condition]]:
    """Give the conditions of a view, once for each index along which it is read."""
    if view.scope == "closed":
        return ([Report.status == Status.CLOSED],)
    if view.scope == "unread":
        return ([IS_UNREAD, unread.is_in(view.parts)],)
    more: list[Condition] = []
    if view.scope == "mine":
        more = [Report.assigned_to == member]
    elif view.scope == "unassigned":
        more = [is_free(now)]
    elif view.scope == "overdue":
        more = [Report.due_at < now]
    return [IS_OPEN, *more], [*_CLOSED_UNREAD, *more]

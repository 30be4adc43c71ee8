"""The queue: the most urgent first, one member a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from portal.access import Act, Permission, Principal, Role, compartments_of, is_allowed
from portal.access.membership import is_active, of_agency
from portal.domain.case import Status
from portal.domain.errors import Conflict, PermissionRefused
from portal.store import Connection, Db, members, reports, unread
from portal.store import queue as stored
from portal.store.queue import Counts, Cursor, QueueView
from portal.store.reports import ReportRow
from portal.triage.opening import about, find

LEASE = timedelta(minutes=30)
"""How long a report is held without a sign of work."""

ASSIGNED = timedelta(hours=12)
"""How long a report is held that a supervisor gave to somebody."""

PAGE = 50


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue, with the figures that stand on top of it.

    `unread` names the reports to which something was added that this member's role may open, and
    that nobody has opened since.
    """

    rows: tuple[ReportRow, ...]
    counts: Counts
    next: Cursor | None
    unread: frozenset[bytes]


def see_queue(
    db: Db, *, by: Principal, view: QueueView, after: Cursor | None, now: datetime
) -> QueuePage:
    """Give one page of the agency's queue by priority, then due time; three queries."""
    if not by.can(Permission.QUEUE_SEE):
        raise PermissionRefused
    rows = stored.page(
        db,
        agency=by.agency,
        view=view,
        member=by.member,
        now=now,
        after=after,
        limit=PAGE + 1,
    )
    shown = tuple(rows[:PAGE])
    last = shown[-1] if len(rows) > PAGE else None
    news = unread.of(db, report_ids=[row.id for row in shown])
    readable = frozenset(compartments_of(by.role))
    return QueuePage(
        rows=shown,
        counts=stored.counts(db, agency=by.agency, now=now),
        next=(int(last.priority), last.due_at, last.id) if last else None,
        unread=frozenset(report_id for report_id, parts in news.items() if parts & readable),
    )


def take_next(db: Db, *, act: Act) -> ReportRow | None:
    """Take the most urgent report that nobody holds; None when there is none."""
    act.require(Permission.QUEUE_TAKE)
    row = stored.take_next(
        db,
        agency=act.by.agency,
        member=act.by.member,
        now=act.now,
        lease_until=act.now + LEASE,
    )
    if row is not None:
        _taken(db, act, row)
    return row


def take(db: Db, *, act: Act, report_id: bytes) -> None:
    """Take this report; raises `Conflict` while somebody else holds it."""
    act.require(Permission.QUEUE_TAKE)
    row = find(db, by=act.by, report_id=report_id)
    if not reports.claim(
        db,
        report_id=report_id,
        agency=act.by.agency,
        member=act.by.member,
        now=act.now,
        lease_until=act.now + LEASE,
    ):
        raise Conflict
    _taken(db, act, row)


def give_back(db: Db, *, act: Act, report_id: bytes) -> None:
    """Put a report back for the others; raises `Conflict` if it is not held by this member."""
    act.require(Permission.QUEUE_TAKE)
    find(db, by=act.by, report_id=report_id)
    if not reports.release(db, report_id=report_id, member=act.by.member):
        raise Conflict
    act.record(db, "case:given_back", about(report_id))


def keep(connection: Connection, *, by: Principal, report_id: bytes, now: datetime) -> None:
    """Extend the lease of whoever works on the report, once half of it is spent.

    A lease that has lapsed is not revived: somebody else may have the report.
    """
    with connection.begin(write=False) as db:
        row = reports.get(db, report_id=report_id, agency=by.agency)
    if row is not None and _is_keeping_due(row, by=by, now=now):
        with connection.begin(write=True) as db:
            reports.extend_lease(
                db, report_id=report_id, member=by.member, now=now, lease_until=now + LEASE
            )


def _is_keeping_due(row: ReportRow, *, by: Principal, now: datetime) -> bool:
    return (
        row.held_by(by.member, now)
        and row.lease_until is not None
        and (row.lease_until - now < LEASE / 2)
    )


def assign(db: Db, *, act: Act, report_id: bytes, member: str) -> None:
    """Give a report to a colleague who can work on it, whoever holds it now."""
    act.require(Permission.CASE_ASSIGN)
    row = find(db, by=act.by, report_id=report_id)
    colleague = of_agency(db, agency=act.by.agency, name=member)
    if not is_active(colleague) or not is_allowed(Role(colleague.role), Permission.QUEUE_TAKE):
        raise PermissionRefused
    if row.status is Status.CLOSED:
        raise Conflict
    reports.assign(
        db,
        report_id=report_id,
        agency=act.by.agency,
        member=member,
        lease_until=act.now + ASSIGNED,
    )
    act.record(db, "case:assigned", about(report_id), member)


def colleagues(db: Db, *, by: Principal) -> tuple[str, ...]:
    """Name the members of the agency to whom a supervisor can give a report."""
    if not by.can(Permission.CASE_ASSIGN):
        return ()
    return tuple(
        row.name
        for row in members.every(db, agency=by.agency)
        if is_active(row) and is_allowed(Role(row.role), Permission.QUEUE_TAKE)
    )


def require_held(row: ReportRow, act: Act) -> None:
    """Raise `Conflict` unless this member holds the report: two never work on one."""
    if not row.held_by(act.by.member, act.now):
        raise Conflict("conflict.not_held")


def _taken(db: Db, act: Act, row: ReportRow) -> None:
    """A report that somebody took is being looked at: new becomes in review."""
    if row.status is Status.NEW:
        reports.set_status(db, report_id=row.id, expected=Status.NEW, to=Status.IN_REVIEW)
    act.record(db, "case:taken", about(row.id))

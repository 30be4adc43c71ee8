"""The queue: the most urgent first, one member a report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from portal.access import (
    Act,
    Permission,
    Principal,
    compartments_of,
    is_active,
    is_allowed,
    known_role,
    of_agency,
)
from portal.domain.case import Status
from portal.domain.errors import Conflict, PermissionRefused
from portal.domain.report import Compartment
from portal.store import members, reports, sessions, unread
from portal.store import queue as stored
from portal.store.engine import Connection, Db
from portal.store.members import MemberRow
from portal.store.queue import Counts, Cursor, QueueView
from portal.store.reports import ReportRow
from portal.triage.casefile import about
from portal.triage.compartments import find_for_update
from portal.triage.telling import tell

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
    """Give one page of the agency's queue by priority, then due time; four queries."""
    if not by.can(Permission.QUEUE_SEE):
        raise PermissionRefused
    readable = frozenset(compartments_of(by.role))
    rows = stored.page(
        db,
        agency=by.agency,
        view=replace(view, parts=readable),
        member=by.member,
        now=now,
        after=after,
        limit=PAGE + 1,
    )
    shown = tuple(rows[:PAGE])
    last = shown[-1] if len(rows) > PAGE else None
    news = unread.of(db, report_ids=[row.id for row in shown])
    return QueuePage(
        rows=shown,
        counts=stored.counts(db, agency=by.agency, now=now),
        next=(int(last.priority), last.due_at, last.id) if last else None,
        unread=frozenset(report_id for report_id, parts in news.items() if parts & readable),
    )


def take_next(db: Db, *, act: Act) -> ReportRow | None:
    """Take the most urgent report that nobody holds; None when there is none.

    A report with unread messages is served in any status, to a member who may open them.
    """
    act.require(Permission.QUEUE_TAKE)
    row = stored.take_next(
        db,
        agency=act.by.agency,
        member=act.by.member,
        now=act.now,
        lease_until=act.now + LEASE,
        parts=compartments_of(act.by.role),
    )
    if row is not None:
        _require_able(db, agency=act.by.agency, name=act.by.member, code="permission.no_keys")
        _taken(db, act, row)
    return row


def take(db: Db, *, act: Act, report_id: bytes) -> None:
    """Take this report; raises `Conflict` while somebody else holds it."""
    act.require(Permission.QUEUE_TAKE)
    row = find_for_update(db, by=act.by, report_id=report_id)
    _require_able(db, agency=act.by.agency, name=act.by.member, code="permission.no_keys")
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
    find_for_update(db, by=act.by, report_id=report_id)
    if not reports.release(db, report_id=report_id, member=act.by.member):
        raise Conflict
    act.record(db, "case:given_back", about(report_id))


def renew_lease(
    connection: Connection,
    *,
    by: Principal,
    report_id: bytes,
    now: datetime,
    row: ReportRow | None = None,
) -> None:
    """Extend the lease of the member who works on the report, once half of it is spent.

    `row` is the report where it was just read. A lease that has lapsed is not revived: somebody
    else may have the report.
    """
    if row is None:
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


def assign(db: Db, *, act: Act, report_id: bytes, member: str) -> datetime:
    """Give a report to a colleague who can work on it, whoever holds it now; gives until when.

    For a colleague who is not signed in it is held for half an hour only: a report must not wait
    for somebody who is not there. Raises `PermissionRefused` for one who can't work on it.
    """
    act.require(Permission.CASE_ASSIGN)
    row = find_for_update(db, by=act.by, report_id=report_id)
    of_agency(db, agency=act.by.agency, name=member)
    _require_able(db, agency=act.by.agency, name=member, code="permission.cannot_work")
    if row.status is Status.CLOSED:
        raise Conflict
    is_here = sessions.is_signed_in(db, member=member, now=act.now)
    until = act.now + (ASSIGNED if is_here else LEASE)
    reports.assign(
        db,
        report_id=report_id,
        agency=act.by.agency,
        member=member,
        lease_until=until,
    )
    act.record(db, "case:assigned", about(report_id), member)
    return until


def colleagues(db: Db, *, by: Principal) -> tuple[str, ...]:
    """Name the members of the agency to whom a supervisor can give a report."""
    if not by.can(Permission.CASE_ASSIGN):
        return ()
    rows = members.holders(db, agency=by.agency, compartment=Compartment.TRIAGE)
    return tuple(row.name for row in rows if _may_take(row))


def require_held(row: ReportRow, act: Act) -> None:
    """Raise `Conflict` unless this member holds the report: two never work on one."""
    if not row.held_by(act.by.member, act.now):
        raise Conflict("conflict.not_held")


def _may_take(row: MemberRow) -> bool:
    role = known_role(row.role)
    return role is not None and is_allowed(role, Permission.QUEUE_TAKE)


def _require_able(db: Db, *, agency: str, name: str, code: str) -> None:
    """Raise `PermissionRefused` unless the member may take reports and can read what happened.

    The member is locked, so that one who is removed or signs out at this moment gets nothing.
    """
    row = members.hold(db, name=name)
    is_able = row is not None and is_active(row) and _may_take(row)
    held = {(one.agency, one.compartment) for one in members.grants(db, member=name)}
    if not is_able or (agency, Compartment.TRIAGE) not in held:
        raise PermissionRefused(code)


def _taken(db: Db, act: Act, row: ReportRow) -> None:
    """A report that somebody took is being looked at: new becomes in review, and so does one that
    rests over new words.

    The state that it leaves is the last move in the log, from which the case page says it.
    """
    is_moved = row.status is Status.NEW or (row.has_unread and row.status is not Status.IN_REVIEW)
    if is_moved:
        reports.set_status(db, report_id=row.id, expected=row.status, to=Status.IN_REVIEW)
    sequence = act.record(db, "case:taken", about(row.id))
    if is_moved:
        tell(db, act=act, report_id=row.id, status=Status.IN_REVIEW, sequence=sequence)

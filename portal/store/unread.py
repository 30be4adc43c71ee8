"""What a reporter added and no member has opened since, by compartment.

Each report says beside it whether there is any: `has_unread` is written here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import ColumnElement, delete, exists, func, select, update

from portal.store.engine import Db
from portal.store.tables import Report, Unread


def add(db: Db, *, report_id: bytes, compartments: Collection[str]) -> None:
    """Note that there is something new in these compartments (one or more)."""
    rows = [{"report_id": report_id, "compartment": part} for part in sorted(compartments)]
    statement = db.insert(Unread).values(rows)
    db.reports.execute(statement.on_conflict_do_nothing())
    _mark_report(db, report_id)


def clear(db: Db, *, report_id: bytes, compartment: str) -> None:
    """Note that a member has opened this compartment, under the lock on the report.

    The lock keeps what comes in meanwhile outside: it is neither read nor taken for read.
    """
    mine = Unread.report_id == report_id, Unread.compartment == compartment
    db.reports.execute(delete(Unread).where(*mine))
    _mark_report(db, report_id)


def is_in(parts: Collection[str]) -> ColumnElement[bool]:
    """The condition that a report has something unread in one of these compartments.

    Counted and not asked for with EXISTS or IN, which PostgreSQL turns into a join: among a million
    reports that took seconds, where this looks at the few rows of an index.
    """
    mine = Unread.report_id == Report.id, Unread.compartment.in_(parts)
    return select(func.count()).where(*mine).correlate(Report).scalar_subquery() > 0


def of(db: Db, *, report_ids: Collection[bytes]) -> dict[bytes, frozenset[str]]:
    """Give the unread compartments of those reports that have any; one query."""
    found: dict[bytes, frozenset[str]] = {}
    query = select(Unread.report_id, Unread.compartment).where(Unread.report_id.in_(report_ids))
    for report_id, part in db.reports.execute(query):
        found[report_id] = found.get(report_id, frozenset()) | {part}
    return found


def _mark_report(db: Db, report_id: bytes) -> None:
    """Say on the report whether anything is unread: the queue is read along an index of that."""
    is_any = exists().where(Unread.report_id == report_id)
    statement = update(Report).where(Report.id == report_id).values(has_unread=is_any)
    db.reports.execute(statement, execution_options={"synchronize_session": False})
    db.reports.expire_all()

"""What a reporter added and no member has opened since, by compartment."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Select, delete, select

from portal.store.engine import Db
from portal.store.tables import Unread


def add(db: Db, *, report_id: bytes, compartments: Collection[str]) -> None:
    """Note that there is something new in these compartments (one or more)."""
    rows = [{"report_id": report_id, "compartment": part} for part in sorted(compartments)]
    statement = db.insert(Unread).values(rows)
    db.reports.execute(statement.on_conflict_do_nothing())


def clear(db: Db, *, report_id: bytes, compartment: str) -> None:
    """Note that a member has opened this compartment, under the lock on the report.

    The lock keeps what comes in meanwhile outside: it is neither read nor taken for read.
    """
    mine = Unread.report_id == report_id, Unread.compartment == compartment
    db.reports.execute(delete(Unread).where(*mine))


def reports_with(parts: Collection[str]) -> Select[bytes]:
    """The ids of reports with something unread in one of these compartments, as a subquery."""
    return select(Unread.report_id).where(Unread.compartment.in_(parts))


def of(db: Db, *, report_ids: Collection[bytes]) -> dict[bytes, frozenset[str]]:
    """Give the unread compartments of those reports that have any; one query."""
    found: dict[bytes, frozenset[str]] = {}
    query = select(Unread.report_id, Unread.compartment).where(Unread.report_id.in_(report_ids))
    for report_id, part in db.reports.execute(query):
        found[report_id] = found.get(report_id, frozenset()) | {part}
    return found

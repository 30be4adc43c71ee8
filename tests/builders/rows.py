"""Bare rows of the queue, for tests of the store that need no words in them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from portal.domain.case import Status
from portal.domain.factors import Priority
from portal.store import definitions, reports
from portal.store.engine import Connection, Db
from portal.store.reports import ReportRow

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=30)
AGENCY, OTHER = "hotline-vn", "hotline-intl"
DEFINITION = "ab" * 32


def row(number: int = 1, **changes: object) -> ReportRow:
    """One report of the queue; `changes` are columns."""
    plain = ReportRow(
        id=number.to_bytes(16, "big"),
        agency=AGENCY,
        audience="child",
        locale="vi",
        category="sexual_extortion_pictures",
        priority=Priority.P2,
        status=Status.NEW,
        received_at=NOW,
        due_at=NOW + timedelta(hours=1),
        definition_hash=DEFINITION,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def define(db: Db) -> None:
    """Put the definition under which every bare row stands."""
    definitions.put(db, hash=DEFINITION, source=b"")


def put(connection: Connection, *rows: ReportRow) -> None:
    """File bare rows; who holds one is written as well."""
    with connection.begin(write=True) as db:
        define(db)
        for one in rows:
            assert reports.insert(db, row=one)
            if one.assigned_to and one.lease_until:
                reports.assign(
                    db,
                    report_id=one.id,
                    agency=one.agency,
                    member=one.assigned_to,
                    lease_until=one.lease_until,
                )

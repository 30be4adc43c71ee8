"""Erase a report: its shred keys first, so that it opens to nobody, in no copy; then its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, literal, or_, select, union_all, update

from portal.store import shred, tables
from portal.store.engine import Db

REPORTER, DESK = "reporter", "desk"
"""Who decided that a report be deleted."""

_ROWS = (
    *(tables.Field, tables.EnvelopeGrant, tables.Envelope),
    *(tables.Message, tables.CaseText, tables.Receipt, tables.Unread),
)
"""Every table that says something of one report, in an order that the foreign keys allow."""

_REPORTS, _TOMBSTONES = (
    tables.Base.metadata.tables[table.__tablename__] for table in (tables.Report, tables.Tombstone)
)

_BEFORE = union_all(
    select(literal("gone")).where(
        or_(
            _TOMBSTONES.c.report_id == bindparam("id"),
            _TOMBSTONES.c.report_id == bindparam("earlier"),
        )
    ),
    select(literal("filed")).where(_REPORTS.c.id == bindparam("earlier")),
)
"""Put together once: every send asks it."""


@dataclass(frozen=True, slots=True)
class TombstoneRow:
    """A report that was deleted; `by` is `reporter` or `desk`."""

    report_id: bytes
    by: str
    at: datetime


def erase(db: Db, *, report_id: bytes, by: str, at: datetime) -> bool:
    """Delete a report's shred keys, receipt and rows; False where there is no such report.

    The shred store commits first: if the rest fails, what is left opens to nobody, and erasing
    again ends it.
    """
    query = select(tables.Report.agency).where(tables.Report.id == report_id)
    agency = db.reports.scalar(query.with_for_update())
    if agency is None:
        return False
    for shred_id in shred_ids(db, report_id=report_id):
        shred.remove(db, shred_id=shred_id)
    for table in _ROWS:
        db.reports.execute(delete(table).where(table.report_id == report_id))
    # That something was wrong stays known; of which report, is forgotten with it.
    told = update(tables.Incident).where(tables.Incident.report_id == report_id)
    db.reports.execute(told.values(report_id=None))
    db.reports.execute(delete(tables.Report).where(tables.Report.id == report_id))
    tombstone = tables.Tombstone(report_id=report_id, agency=agency, deleted_by=by, deleted_at=at)
    db.reports.merge(tombstone)
    db.reports.flush()
    return True


def shred_ids(db: Db, *, report_id: bytes) -> list[bytes]:
    """Give the ids of every key under which something of the report is sealed."""
    filed = select(tables.Envelope.shred_id).where(tables.Envelope.report_id == report_id)
    replies = select(tables.Message.shred_id).where(
        tables.Message.report_id == report_id, tables.Message.shred_id.is_not(None)
    )
    found = [*db.reports.scalars(filed), *db.reports.scalars(replies)]
    return [shred_id for shred_id in found if shred_id is not None]


def is_gone(db: Db, *, report_id: bytes) -> bool:
    """Tell whether a report of that id was deleted, by whatever agency's hand."""
    query = select(tables.Tombstone.deleted_at).where(tables.Tombstone.report_id == report_id)
    return db.reports.execute(query).first() is not None


@dataclass(frozen=True, slots=True)
class Before:
    """What became of a report that is filed again: deleted, or filed by an earlier release."""

    is_gone: bool
    is_filed: bool


def look_before(db: Db, *, report_id: bytes, earlier_id: bytes) -> Before:
    """Tell whether a report of either id was deleted, and whether one of the earlier id is there:
    an earlier release gave the same submission another id. One query.
    """
    found = set(db.reports.scalars(_BEFORE, {"id": report_id, "earlier": earlier_id}))
    return Before("gone" in found, "filed" in found)


def find(db: Db, *, report_id: bytes, agency: str) -> TombstoneRow | None:
    """Find what stays of a report of that agency."""
    query = select(tables.Tombstone).where(
        tables.Tombstone.report_id == report_id, tables.Tombstone.agency == agency
    )
    return _row(found) if (found := db.reports.scalar(query)) else None


def newest(db: Db, *, agency: str, limit: int = 200) -> list[TombstoneRow]:
    """Give the agency's deleted reports, the newest first."""
    query = select(tables.Tombstone).where(tables.Tombstone.agency == agency)
    order = (tables.Tombstone.deleted_at.desc(), tables.Tombstone.report_id)
    return [_row(one) for one in db.reports.scalars(query.order_by(*order).limit(limit))]


def _row(found: tables.Tombstone) -> TombstoneRow:
    return TombstoneRow(found.report_id, found.deleted_by, found.deleted_at)

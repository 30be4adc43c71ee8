"""Filings and receipts from before statements, to be signed once and for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, or_, select, text, update

from portal.domain.envelope import SignedStatement
from portal.domain.statement import FILED, UPGRADED
from portal.store import envelopes, receipts, reports
from portal.store.engine import Connection, Db
from portal.store.envelopes import StoredEnvelope
from portal.store.receipts import ReceiptRow
from portal.store.reports import ReportRow
from portal.store.tables import AuditEntry, Envelope, Receipt

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Waiting:
    """One report with those of its filings that nobody has signed."""

    row: ReportRow
    stored: tuple[StoredEnvelope, ...]


def is_due(connection: Connection) -> bool:
    """Tell whether a filing has no signature, or a receipt no tag."""
    queries = (
        select(Envelope.report_id).where(Envelope.signature.is_(None)),
        select(Receipt.report_id).where(Receipt.tag.is_(None)),
    )
    with connection.begin(write=False) as db:
        return any(db.reports.execute(query.limit(1)).first() is not None for query in queries)


def was_signed(db: Db) -> bool:
    """Tell whether the audit log says that what was here before was signed already, or that a
    release has run here that signs all that comes in.
    """
    is_noted = AuditEntry.action.startswith(f"{FILED} ")
    query = select(AuditEntry.sequence).where(or_(AuditEntry.action == UPGRADED, is_noted)).limit(1)
    return db.reports.execute(query).first() is not None


def take_all_time(db: Db) -> None:
    """Let this unit of work take as long as it takes: nobody else is there."""
    if db.is_postgresql:
        db.reports.execute(text("SET LOCAL statement_timeout = 0"))
        db.reports.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))


def count(db: Db) -> int:
    """Count the filings that nobody has signed."""
    query = select(func.count()).select_from(Envelope).where(Envelope.signature.is_(None))
    return db.reports.scalar(query) or 0


def all_waiting(db: Db) -> Iterator[Waiting]:
    """Give every report with unsigned filings, in the order of the ids."""
    last = b""
    while True:
        query = select(Envelope.report_id).where(
            Envelope.signature.is_(None), Envelope.report_id > last
        )
        ids = db.reports.scalars(query.distinct().order_by(Envelope.report_id).limit(_BATCH)).all()
        for report_id in ids:
            row = reports.get(db, report_id=report_id)
            if row is not None:
                stored = envelopes.all_for(db, report_id=report_id, agency=row.agency)
                yield Waiting(row, tuple(one for one in stored if one.envelope.signed is None))
        if len(ids) < _BATCH:
            return
        last = ids[-1]
        db.reports.expunge_all()


def sign(db: Db, *, report_id: bytes, revision: int, signed: SignedStatement) -> None:
    """Write the statement of one filing."""
    mine = Envelope.report_id == report_id, Envelope.revision == revision
    db.reports.execute(
        update(Envelope)
        .where(*mine)
        .values(
            verify_key=signed.verify_key, statement=signed.statement, signature=signed.signature
        ),
        execution_options={"synchronize_session": False},
    )


def all_receipts(db: Db) -> Iterator[tuple[ReceiptRow, ReportRow]]:
    """Give every receipt without a tag, with its report."""
    query = select(Receipt.report_id).where(Receipt.tag.is_(None)).order_by(Receipt.report_id)
    for report_id in db.reports.scalars(query).all():
        receipt = receipts.for_report(db, report_id=report_id)
        row = reports.get(db, report_id=report_id)
        if receipt is not None and row is not None:
            yield receipt, row

"""Notes, and the desk's own copies of replies: sealed under the case's triage key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from portal.domain.envelope import Sealed
from portal.store.engine import Db
from portal.store.tables import CaseText


@dataclass(frozen=True, slots=True)
class CaseTextRow:
    """One sealed text of a case; `kind` is `note` or `reply`."""

    id: bytes
    report_id: bytes
    kind: str
    author: str
    written_at: datetime
    sealed: Sealed


def insert(db: Db, *, row: CaseTextRow) -> None:
    """Add a text to a case."""
    db.reports.add(
        CaseText(
            id=row.id,
            report_id=row.report_id,
            kind=row.kind,
            author=row.author,
            written_at=row.written_at,
            wrapped_dek=row.sealed.wrapped_dek,
            ciphertext=row.sealed.ciphertext,
        )
    )
    db.reports.flush()


def for_report(db: Db, *, report_id: bytes) -> list[CaseTextRow]:
    """Give the texts of a case, oldest first."""
    query = select(CaseText).where(CaseText.report_id == report_id)
    return [
        CaseTextRow(
            row.id,
            row.report_id,
            row.kind,
            row.author,
            row.written_at,
            Sealed(row.wrapped_dek, row.ciphertext),
        )
        for row in db.reports.scalars(query.order_by(CaseText.written_at, CaseText.id))
    ]

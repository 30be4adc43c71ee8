"""Receipts: the keyed hash of a code's token leads to its report, and to nothing else."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy import insert as insert_into

from portal.store.engine import Db
from portal.store.tables import Base, Receipt

_RECEIPTS = Base.metadata.tables[Receipt.__tablename__]
"""As plain columns: a send writes one, and needs no object of it."""

_INSERT = insert_into(_RECEIPTS)


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """The way back to one report: to whom it went, who told it, and the tag that binds all that.

    `verify_key` stands only beside a report from before statements: its code was used since.
    """

    token_hash: bytes
    report_id: bytes
    expires_at: datetime
    agency: str
    audience: str
    verify_key: bytes | None
    tag: bytes | None
    last_used_on: datetime | None = None


def insert(db: Db, *, row: ReceiptRow) -> None:
    """Add the receipt of a report."""
    values = {
        "token_hash": row.token_hash,
        "report_id": row.report_id,
        "expires_at": row.expires_at,
        "agency": row.agency,
        "audience": row.audience,
        "verify_key": row.verify_key,
        "tag": row.tag,
    }
    db.reports.execute(_INSERT, values)


def bind(db: Db, *, row: ReceiptRow) -> None:
    """Write what binds a receipt: the reporter's key where there is one, and the tag."""
    statement = update(Receipt).where(Receipt.token_hash == row.token_hash)
    bound = {"agency": row.agency, "audience": row.audience, "verify_key": row.verify_key}
    db.reports.execute(
        statement.values(**bound, tag=row.tag), execution_options={"synchronize_session": False}
    )


def find(db: Db, *, token_hash: bytes, now: datetime) -> ReceiptRow | None:
    """Find the receipt behind a code, unless it has expired."""
    query = select(Receipt).where(Receipt.token_hash == token_hash, Receipt.expires_at > now)
    return _row(db.reports.scalar(query))


def for_report(db: Db, *, report_id: bytes) -> ReceiptRow | None:
    """Find the receipt of a report: whether the reporter can come back, and has."""
    return _row(db.reports.scalar(select(Receipt).where(Receipt.report_id == report_id)))


def touch(db: Db, *, report_id: bytes, day: datetime) -> None:
    """Note the day (no finer) on which the reporter came back."""
    statement = update(Receipt).where(Receipt.report_id == report_id).values(last_used_on=day)
    db.reports.execute(statement)


def any_expired(db: Db, *, now: datetime) -> bool:
    """Tell whether a receipt's time is over."""
    query = select(Receipt.report_id).where(Receipt.expires_at <= now).limit(1)
    return db.reports.scalar(query) is not None


def remove_expired(db: Db, *, now: datetime) -> int:
    """Delete the receipts whose time is over; gives how many."""
    done = db.reports.execute(
        delete(Receipt).where(Receipt.expires_at <= now).returning(Receipt.token_hash)
    )
    return len(done.all())


def _row(found: Receipt | None) -> ReceiptRow | None:
    if found is None:
        return None
    return ReceiptRow(
        found.token_hash,
        found.report_id,
        found.expires_at,
        found.agency or "",
        found.audience or "",
        found.verify_key,
        found.tag,
        found.last_used_on,
    )

"""What the desk signed of where a case stands: read by the public site, which sees no log."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select, update

from portal.domain.told import Told
from portal.store.engine import Db
from portal.store.tables import Report

_BATCH = 500


def put(db: Db, *, report_id: bytes, told: Told) -> None:
    """Write who moved the case to where it stands."""
    values = {
        "told_sequence": told.sequence,
        "told_signer": told.signer,
        "told_signature": told.signature,
    }
    statement = update(Report).where(Report.id == report_id).values(**values)
    db.reports.execute(statement, execution_options={"synchronize_session": False})
    db.reports.expire_all()


def get(db: Db, *, report_id: bytes) -> Told | None:
    """Give what stands there; None where nobody signed anything, or not whole."""
    columns = Report.told_sequence, Report.told_signer, Report.told_signature
    found = db.reports.execute(select(*columns).where(Report.id == report_id)).first()
    if found is None or not isinstance(found[0], int) or found[1] is None or found[2] is None:
        return None
    return Told(found[0], found[1], found[2])


def moved_and_untold(db: Db) -> Iterator[tuple[bytes, str]]:
    """Give every report that an earlier release moved, with its state."""
    last = b""
    while True:
        query = select(Report.id, Report.status).where(
            Report.status != "new", Report.told_signature.is_(None), Report.id > last
        )
        rows = db.reports.execute(query.order_by(Report.id).limit(_BATCH)).all()
        yield from ((row[0], row[1]) for row in rows)
        if len(rows) < _BATCH:
            return
        last = rows[-1][0]

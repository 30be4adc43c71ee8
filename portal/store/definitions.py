"""Questionnaires, exactly as reports were filed under them."""

from __future__ import annotations

from sqlalchemy import select

from portal.store.engine import Db
from portal.store.tables import Definition


def put(db: Db, *, hash: str, source: bytes) -> None:  # noqa: A002 - the field's own name
    """Keep a definition under its hash; a second time changes nothing."""
    if db.reports.scalar(select(Definition.hash).where(Definition.hash == hash)):
        return
    statement = db.insert(Definition).values(hash=hash, source=source)
    db.reports.execute(statement.on_conflict_do_nothing())


def get(db: Db, *, hash: str) -> bytes | None:  # noqa: A002
    """Find a definition by its hash."""
    return db.reports.scalar(select(Definition.source).where(Definition.hash == hash))

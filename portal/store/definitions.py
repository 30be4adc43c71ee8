"""Questionnaires, exactly as reports were filed under them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from portal.store.engine import Db
from portal.store.tables import Definition


def put(db: Db, *, hash: str, source: bytes) -> None:  # noqa: A002 - the field's own name
    """Keep a definition under its hash; a second time changes nothing."""
    if db.reports.scalar(select(Definition.hash).where(Definition.hash == hash)):
        return
    statement = db.insert(Definition).values(hash=hash, source=source)
    db.reports.execute(statement.on_conflict_do_nothing())


def get_all(db: Db, *, hashes: Collection[str]) -> dict[str, bytes]:
    """Find definitions by their hashes; one query."""
    query = select(Definition.hash, Definition.source).where(Definition.hash.in_(hashes))
    return {found.hash: found.source for found in db.reports.execute(query)}

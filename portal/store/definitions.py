"""Questionnaires, exactly as reports were filed under them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, select

from portal.store.engine import Db, for_each_engine
from portal.store.tables import Base, Definition

_DEFINITIONS = Base.metadata.tables[Definition.__tablename__]

_FIND = select(_DEFINITIONS.c.source).where(_DEFINITIONS.c.hash == bindparam("hash"))

_INSERT = for_each_engine(lambda insert: insert(_DEFINITIONS).on_conflict_do_nothing())


def put(db: Db, *, hash: str, source: bytes) -> bool:  # noqa: A002 - the field's own name
    """Keep a definition under its hash; a second time changes nothing.

    False where another text stands there: somebody wrote it.
    """
    held = db.reports.scalar(_FIND, {"hash": hash})
    if held is not None:
        return bool(held == source)
    db.reports.execute(_INSERT[db.dialect], {"hash": hash, "source": source})
    return True


def get_all(db: Db, *, hashes: Collection[str]) -> dict[str, bytes]:
    """Find definitions by their hashes; one query."""
    query = select(Definition.hash, Definition.source).where(Definition.hash.in_(hashes))
    return {found.hash: found.source for found in db.reports.execute(query)}

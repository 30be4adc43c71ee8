"""What members wrote that was not sent yet: one draft for each page of each member."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete, select

from portal.store.engine import Db
from portal.store.tables import Draft


def put(db: Db, *, id: bytes, sealed: bytes, at: datetime) -> None:  # noqa: A002
    """Save a draft in place of the former one."""
    values = {"sealed": sealed, "saved_at": at}
    statement = db.insert(Draft).values(id=id, **values)
    db.reports.execute(statement.on_conflict_do_update(index_elements=[Draft.id], set_=values))


def several(db: Db, *, ids: Collection[bytes], since: datetime) -> dict[bytes, bytes]:
    """Give those of these drafts, sealed, that were saved after `since`."""
    query = select(Draft.id, Draft.sealed).where(Draft.id.in_(ids), Draft.saved_at > since)
    return {row.id: row.sealed for row in db.reports.execute(query)}


def remove(db: Db, *, id: bytes) -> None:  # noqa: A002
    """Forget a draft."""
    db.reports.execute(delete(Draft).where(Draft.id == id))


def any_older(db: Db, *, than: datetime) -> bool:
    """Tell whether there are drafts to forget."""
    query = select(Draft.id).where(Draft.saved_at <= than).limit(1)
    return db.reports.execute(query).first() is not None


def sweep(db: Db, *, older_than: datetime) -> int:
    """Forget old drafts; gives how many."""
    done = db.reports.execute(delete(Draft).where(Draft.saved_at <= older_than).returning(Draft.id))
    return len(done.all())

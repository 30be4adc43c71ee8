"""Which forms have done their act: one row for each, inside the transaction of the act."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, select, update

from portal.store.engine import Db
from portal.store.tables import ActDone


@dataclass(frozen=True, slots=True)
class ActRow:
    """One act that was done; `content` is a hash of what was sent."""

    content: bytes
    sealed: bytes | None = field(repr=False)


def claim(db: Db, *, id: bytes, content: bytes, at: datetime) -> bool:  # noqa: A002
    """Begin the act of a form; False where it was done before.

    While another transaction does it, this waits for that one to end (PostgreSQL by the unique
    key, SQLite by its one writer), so two posts at once are told apart as well.
    """
    row = {"id": id, "content": content, "done_at": at}
    statement = db.insert(ActDone).values(row).on_conflict_do_nothing().returning(ActDone.id)
    return db.reports.execute(statement).first() is not None


def hold(db: Db, *, id: bytes, content: bytes, at: datetime) -> bool:  # noqa: A002
    """Tell whether the act of a form was not done yet; none is before this transaction ends.

    It waits for one that is being done, as `claim` does, and leaves no trace.
    """
    if not claim(db, id=id, content=content, at=at):
        return False
    db.reports.execute(delete(ActDone).where(ActDone.id == id))
    return True


def keep_answer(db: Db, *, id: bytes, sealed: bytes) -> None:  # noqa: A002
    """Keep what is needed to give the answer of the act again."""
    db.reports.execute(
        update(ActDone).where(ActDone.id == id).values(sealed=sealed),
        execution_options={"synchronize_session": False},
    )


def get(db: Db, *, id: bytes) -> ActRow | None:  # noqa: A002
    """Find the act of a form; None where it was not done, or was swept."""
    found = db.reports.execute(select(ActDone.content, ActDone.sealed).where(ActDone.id == id))
    row = found.first()
    return None if row is None else ActRow(row[0], row[1])


def any_older(db: Db, *, than: datetime) -> bool:
    """Tell whether there are acts to forget."""
    query = select(ActDone.id).where(ActDone.done_at <= than).limit(1)
    return db.reports.execute(query).first() is not None


def sweep(db: Db, *, older_than: datetime) -> int:
    """Forget old acts; gives how many."""
    done = db.reports.execute(
        delete(ActDone).where(ActDone.done_at <= older_than).returning(ActDone.id)
    )
    return len(done.all())

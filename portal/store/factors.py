"""Factor sets: the ways in which a member's seed is sealed, one row each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import delete, func, select

from portal.store.engine import Db
from portal.store.tables import FactorSet


@dataclass(frozen=True, slots=True)
class FactorRow:
    """One way to a member's seed; `kind` is `passphrase` or `recovery`."""

    id: bytes
    member: str
    kind: str
    salt: bytes
    sealed_seed: bytes = field(repr=False)
    created_at: datetime


def insert(db: Db, *, rows: Iterable[FactorRow]) -> None:
    """Add factor sets."""
    for row in rows:
        db.reports.add(
            FactorSet(
                id=row.id,
                member=row.member,
                kind=row.kind,
                salt=row.salt,
                sealed_seed=row.sealed_seed,
                created_at=row.created_at,
            )
        )
    db.reports.flush()


def of_member(db: Db, *, member: str) -> list[FactorRow]:
    """Give a member's factor sets, oldest first."""
    query = select(FactorSet).where(FactorSet.member == member)
    found = db.reports.scalars(query.order_by(FactorSet.created_at, FactorSet.id))
    return [
        FactorRow(one.id, one.member, one.kind, one.salt, one.sealed_seed, one.created_at)
        for one in found
    ]


def count(db: Db, *, member: str, kind: str) -> int:
    """Say how many sets of a kind a member has."""
    query = select(func.count()).select_from(FactorSet)
    found = db.reports.scalar(query.where(FactorSet.member == member, FactorSet.kind == kind))
    return int(found or 0)


def remove(db: Db, *, id: bytes) -> bool:  # noqa: A002
    """Take one set away; False where it was gone."""
    done = db.reports.execute(delete(FactorSet).where(FactorSet.id == id).returning(FactorSet.id))
    return done.first() is not None


def remove_all(db: Db, *, member: str, kind: str | None = None) -> None:
    """Take away a member's sets of a kind, or all."""
    statement = delete(FactorSet).where(FactorSet.member == member)
    if kind is not None:
        statement = statement.where(FactorSet.kind == kind)
    db.reports.execute(statement)

"""How far the audit log was verified: signed, so that write access to the database can't forge it.

`VERIFIED` is the entry up to which everything was checked. `BROKEN` is where the log was found
broken.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select

from portal.domain.canon import canon
from portal.store.audit import Head
from portal.store.engine import Db
from portal.store.tables import AuditMark

VERIFIED, BROKEN = "verified", "broken"


@dataclass(frozen=True, slots=True)
class Mark:
    """An entry of the log (its sequence number and hash), and when the mark was set there."""

    head: Head
    at: datetime


def get(db: Db, *, name: str, verify: Callable[[bytes, bytes], bool]) -> Mark | None:
    """Read a mark; None where there is none, or one that our key did not sign."""
    found = db.reports.scalar(select(AuditMark).where(AuditMark.name == name))
    if found is None:
        return None
    mark = Mark((found.sequence, found.hash), found.at)
    return mark if verify(found.signature, _encoded(name, mark)) else None


def put(db: Db, *, name: str, mark: Mark, sign: Callable[[bytes], bytes]) -> None:
    """Set a mark."""
    values = {
        "sequence": mark.head[0],
        "hash": mark.head[1],
        "at": mark.at,
        "signature": sign(_encoded(name, mark)),
    }
    statement = db.insert(AuditMark).values(name=name, **values)
    db.reports.execute(statement.on_conflict_do_update(index_elements=["name"], set_=values))


def remove(db: Db, *, name: str) -> None:
    """Take a mark away."""
    db.reports.execute(delete(AuditMark).where(AuditMark.name == name))


def _encoded(name: str, mark: Mark) -> bytes:
    return canon("audit-mark-v1", name, mark.head[0], mark.head[1], int(mark.at.timestamp()))

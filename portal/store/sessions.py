"""Sessions at the desk: useless without the cookie."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import aliased

from portal.store import audit, members
from portal.store.audit import AuditRow
from portal.store.engine import Db
from portal.store.members import MemberRow
from portal.store.tables import AuditEntry, DeskSession, Member


@dataclass(frozen=True, slots=True)
class SessionRow:
    """One session; the seed in it is under a key that only the cookie has."""

    id_hash: bytes
    member: str
    sealed_seed: bytes = field(repr=False)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def insert(db: Db, *, row: SessionRow) -> None:
    """Add a session."""
    db.reports.add(
        DeskSession(
            id_hash=row.id_hash,
            member=row.member,
            sealed_seed=row.sealed_seed,
            created_at=row.created_at,
            seen_at=row.seen_at,
            expires_at=row.expires_at,
        )
    )
    db.reports.flush()


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session, its member, and what the audit log says: all as it was at one moment.

    `entry` is the newest one that says how an act left the member's rows; `hash_at` is the hash of
    the entry that was asked for.
    """

    session: SessionRow
    member: MemberRow
    entry: AuditRow | None
    hash_at: bytes | None


def find(db: Db, *, id_hash: bytes, sequence: int) -> FoundSession | None:
    """Find a session by the hash of its id, with its member and their entry; one query.

    `sequence` names the entry of which the hash is given.
    """
    other = aliased(AuditEntry)
    newest = (
        select(func.max(other.sequence))
        .where(
            other.object == audit.MEMBER + Member.name,
            other.state.is_not(None),
            other.sequence > 0,
        )
        .scalar_subquery()
    )
    at = select(other.hash).where(other.sequence == sequence).scalar_subquery()
    query = (
        select(DeskSession, Member, AuditEntry, at)
        .join(Member, Member.name == DeskSession.member)
        .outerjoin(AuditEntry, AuditEntry.sequence == newest)
        .where(DeskSession.id_hash == id_hash)
    )
    found = db.reports.execute(query).first()
    if found is None:
        return None
    one, member, entry, hash_at = found
    logged = audit.row_of(entry) if entry else None
    return FoundSession(_row(one), members.row_of(member), logged, hash_at)


def touch(db: Db, *, id_hash: bytes, seen_at: datetime) -> None:
    """Note that a session is in use."""
    db.reports.execute(
        update(DeskSession).where(DeskSession.id_hash == id_hash).values(seen_at=seen_at),
        execution_options={"synchronize_session": False},
    )


def remove(db: Db, *, id_hash: bytes) -> None:
    """End one session."""
    db.reports.execute(delete(DeskSession).where(DeskSession.id_hash == id_hash))


def remove_all(db: Db, *, member: str) -> int:
    """End every session of a member; gives how many."""
    done = db.reports.execute(
        delete(DeskSession).where(DeskSession.member == member).returning(DeskSession.id_hash)
    )
    return len(done.all())


def remove_others(db: Db, *, member: str, but: bytes) -> None:
    """End every session of a member but one."""
    others = DeskSession.member == member, DeskSession.id_hash != but
    db.reports.execute(delete(DeskSession).where(*others))


def of_member(db: Db, *, member: str, now: datetime) -> list[SessionRow]:
    """Give a member's sessions that have not expired."""
    mine = DeskSession.member == member, DeskSession.expires_at > now
    return [_row(one) for one in db.reports.scalars(select(DeskSession).where(*mine))]


def is_signed_in(db: Db, *, member: str, now: datetime) -> bool:
    """Tell whether a member has a session; one that idled away counts until it is swept."""
    query = select(DeskSession.id_hash).where(
        DeskSession.member == member, DeskSession.expires_at > now
    )
    return db.reports.scalar(query.limit(1)) is not None


def stale_members(db: Db, *, now: datetime, idle_since: datetime) -> list[str]:
    """Name the members with a session that expired or that nobody used since."""
    query = select(DeskSession.member).where(_is_stale(now, idle_since)).distinct()
    return list(db.reports.scalars(query.order_by(DeskSession.member)))


def sweep(db: Db, *, member: str, now: datetime, idle_since: datetime) -> int:
    """End a member's sessions that expired or that nobody used since; gives how many."""
    done = db.reports.execute(
        delete(DeskSession)
        .where(DeskSession.member == member, _is_stale(now, idle_since))
        .returning(DeskSession.id_hash)
    )
    return len(done.all())


def _row(one: DeskSession) -> SessionRow:
    return SessionRow(
        one.id_hash, one.member, one.sealed_seed, one.created_at, one.seen_at, one.expires_at
    )


def _is_stale(now: datetime, idle_since: datetime) -> ColumnElement[bool]:
    return or_(DeskSession.expires_at <= now, DeskSession.seen_at <= idle_since)

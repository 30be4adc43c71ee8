"""Members of the desks, and the role seeds that were granted to them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import delete, select, update

from portal.domain.errors import Conflict
from portal.store.engine import Db
from portal.store.tables import Member, RoleGrant


@dataclass(frozen=True, slots=True)
class MemberRow:
    """One member; `status` is `invited`, `active` or `removed`."""

    name: str
    role: str
    agency: str
    status: str
    created_at: datetime
    public_key: bytes | None = None
    sealed_totp: bytes | None = field(default=None, repr=False)
    totp_last_step: int = 0
    invite_hash: bytes | None = field(default=None, repr=False)
    invite_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class RoleGrantRow:
    """A role seed, sealed to one member."""

    member: str
    agency: str
    compartment: str
    epoch: int
    key_id: bytes
    sealed_seed: bytes = field(repr=False)
    granted_by: str
    granted_at: datetime


def insert(db: Db, *, row: MemberRow) -> None:
    """Add a member; raises `Conflict` where somebody added one of that name at the same moment."""
    statement = db.insert(Member).values(**_values(row))
    done = db.reports.execute(statement.on_conflict_do_nothing().returning(Member.name))
    if done.first() is None:
        raise Conflict


def get(db: Db, *, name: str) -> MemberRow | None:
    """Find a member by the name that signs in."""
    return _row(db.reports.scalar(select(Member).where(Member.name == name)))


def lock(db: Db, *, name: str) -> None:
    """Let nobody give a report to this member, to the end of this unit of work."""
    db.reports.execute(select(Member.name).where(Member.name == name).with_for_update())


def hold(db: Db, *, name: str) -> MemberRow | None:
    """Find a member who can't be removed or signed out before this unit of work ends."""
    query = select(Member).where(Member.name == name).with_for_update(read=True)
    return _row(db.reports.scalar(query.execution_options(populate_existing=True)))


def holders(db: Db, *, agency: str, compartment: str) -> list[MemberRow]:
    """Give the active members of an agency who were granted a compartment's keys, by name."""
    granted = select(RoleGrant.member).where(
        RoleGrant.agency == agency, RoleGrant.compartment == compartment
    )
    query = select(Member).where(
        Member.agency == agency, Member.status == "active", Member.name.in_(granted)
    )
    found = db.reports.scalars(query.order_by(Member.name))
    return [row for member in found if (row := _row(member)) is not None]


def replace(db: Db, *, row: MemberRow) -> None:
    """Write a member's row anew."""
    statement = update(Member).where(Member.name == row.name).values(**_values(row))
    db.reports.execute(statement, execution_options={"synchronize_session": False})
    db.reports.expire_all()


def use_totp_step(db: Db, *, name: str, step: int) -> bool:
    """Spend a one-time code: False when this step, or a later one, was spent before."""
    done = db.reports.execute(
        update(Member)
        .where(Member.name == name, Member.totp_last_step < step)
        .values(totp_last_step=step)
        .returning(Member.name),
        execution_options={"synchronize_session": False},
    )
    spent = done.first() is not None
    db.reports.expire_all()
    return spent


def every(db: Db, *, agency: str) -> list[MemberRow]:
    """Give the members of an agency, by name."""
    found = db.reports.scalars(select(Member).where(Member.agency == agency).order_by(Member.name))
    return [row for member in found if (row := _row(member)) is not None]


def add_grant(db: Db, *, row: RoleGrantRow) -> None:
    """Grant a role seed; granting it again replaces the former row."""
    values = {item.name: getattr(row, item.name) for item in fields(row)}
    key = ("member", "agency", "compartment", "epoch")
    rest = {name: value for name, value in values.items() if name not in key}
    statement = db.insert(RoleGrant).values(**values)
    db.reports.execute(statement.on_conflict_do_update(index_elements=key, set_=rest))
    db.reports.expire_all()


def grants(db: Db, *, member: str) -> list[RoleGrantRow]:
    """Give what a member was granted, as it stands there: `authority` tells whether it counts."""
    query = select(RoleGrant).where(RoleGrant.member == member)
    found = db.reports.scalars(query.order_by(RoleGrant.compartment, RoleGrant.epoch))
    return [grant_row_of(grant) for grant in found]


def grant_row_of(grant: RoleGrant) -> RoleGrantRow:
    """Give a grant as a plain value."""
    return RoleGrantRow(**{item.name: getattr(grant, item.name) for item in fields(RoleGrantRow)})


def remove_grants(db: Db, *, member: str, compartment: str | None = None) -> int:
    """Take back what a member was granted (of one compartment, or all); gives how many."""
    statement = delete(RoleGrant).where(RoleGrant.member == member)
    if compartment is not None:
        statement = statement.where(RoleGrant.compartment == compartment)
    return len(db.reports.execute(statement.returning(RoleGrant.member)).all())


def every_name(db: Db) -> list[str]:
    """Name everybody who is or was a member, of every agency."""
    return list(db.reports.scalars(select(Member.name).order_by(Member.name)))


def _values(row: MemberRow) -> dict[str, object]:
    return {item.name: getattr(row, item.name) for item in fields(row)}


def row_of(member: Member) -> MemberRow:
    """Give a member as a plain value."""
    return MemberRow(**{item.name: getattr(member, item.name) for item in fields(MemberRow)})


def _row(member: Member | None) -> MemberRow | None:
    return None if member is None else row_of(member)

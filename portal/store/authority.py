"""Rows that grant power count only as the audit log last said that they are.

What a member is and holds stands in several tables. Each act that changes one of these rows writes
a digest of each table's rows into its entry of the log, which nobody signs who merely writes to the
database.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from portal.domain.canon import canon
from portal.store import audit, members
from portal.store.audit import AuditRow
from portal.store.engine import Db
from portal.store.members import MemberRow, RoleGrantRow
from portal.store.tables import AuditEntry, Base, FactorSet, Member, RoleGrant

MEMBER, GRANTS, FACTORS = "members", "role_grants", "factor_sets"
"""The parts of a member's power, named as their tables are."""

POWER: Mapping[str, tuple[type[Base], tuple[str, ...]]] = {
    MEMBER: (
        Member,
        (
            *("name", "role", "agency", "status", "created_at"),
            *("public_key", "sealed_totp", "totp_last_step"),
            *("invite_hash", "invite_expires_at"),
        ),
    ),
    GRANTS: (
        RoleGrant,
        (
            *("member", "agency", "compartment", "epoch", "key_id", "sealed_seed"),
            *("granted_by", "granted_at"),
        ),
    ),
    FACTORS: (
        FactorSet,
        ("member", "kind", "created_at", "id", "salt", "sealed_seed"),
    ),
}
"""What is in the digest of each part; the first column says whose row it is. A new column of these
tables stands here too, and the members of before are written into the log anew."""

Verify = Callable[[bytes, bytes], bool]
"""Tells whether a signature of an entry of the log is right."""

_PARTS = tuple(POWER)
_KEY = 4
"""By so many of its first columns the rows of a part are in one order."""

_SIZE = hashlib.sha256().digest_size


def state(
    db: Db, *, member: str, changed: Collection[str] = _PARTS, row: MemberRow | None = None
) -> bytes:
    """Give what an entry says of a member's rows: one digest (SHA-256) for each part, in order.

    `changed` names the parts that the act changes: of the others it says what the entry before
    said, so that an act signs nothing that somebody else changed meanwhile. `row` is the member's
    own row as the act means to leave it, whatever the database made of it.
    """
    before = audit.last_state(db, object=audit.MEMBER + member)
    found = []
    for part in _PARTS:
        if part == MEMBER and row is not None:
            found.append(_of_member(row))
        elif part in changed:
            found.append(_of_rows(db, member, part))
        else:
            found.append(says(before, part))
    return b"".join(found)


def is_due(db: Db) -> bool:
    """Tell whether members stand here who were made before the log told what they are and hold."""
    return not _is_any_of_now(db) and db.reports.scalar(select(Member.name).limit(1)) is not None


def _is_any_of_now(db: Db) -> bool:
    of_now = or_(AuditEntry.state.is_not(None), AuditEntry.signer.is_not(None))
    return db.reports.scalar(select(AuditEntry.sequence).where(of_now).limit(1)) is not None


def logged_members(db: Db) -> list[str]:
    """Name every member about whom the log has an entry with digests."""
    of_members = AuditEntry.object.startswith(audit.MEMBER, autoescape=True)
    query = select(AuditEntry.object).where(AuditEntry.state.is_not(None), of_members)
    return sorted(one.removeprefix(audit.MEMBER) for one in db.reports.scalars(query.distinct()))


def newest(db: Db, *, member: str) -> AuditRow | None:
    """Give the newest entry that says how an act left a member's rows."""
    return audit.last_state(db, object=audit.MEMBER + member)


def is_as_logged(db: Db, *, member: str, verify: Verify) -> bool:
    """Tell whether a member's rows are as the newest entry about them says.

    False also where that entry is not signed by the log's key. Where there is none, there must be
    no row either. It looks twice: another's act between reading the rows and reading the log is no
    tampering.
    """
    return any(_is_as_logged(db, member, verify) for _ in range(2))


def _is_as_logged(db: Db, member: str, verify: Verify) -> bool:
    found = {part: _of_rows(db, member, part) for part in _PARTS}
    entry = audit.last_state(db, object=audit.MEMBER + member)
    return is_right(entry, verify) and all(says(entry, part) == found[part] for part in _PARTS)


def grants_as_logged(db: Db, *, member: str, verify: Verify) -> list[RoleGrantRow] | None:
    """Give what a member was granted, with one query; None where the log says otherwise."""
    table, names = POWER[GRANTS]
    other = aliased(AuditEntry)
    about = (
        other.object == audit.MEMBER + member,
        other.state.is_not(None),
        other.sequence > 0,
    )
    newest = select(func.max(other.sequence)).where(*about).scalar_subquery()
    query = (
        select(AuditEntry, RoleGrant)
        .outerjoin(RoleGrant, RoleGrant.member == member)
        .where(AuditEntry.sequence == newest)
        .order_by(*(getattr(table, name) for name in names[:_KEY]))
    )
    found = db.reports.execute(query.execution_options(populate_existing=True)).all()
    entry = audit.row_of(found[0][0]) if found else None
    rows = [members.grant_row_of(grant) for _, grant in found if grant is not None]
    digest = _digest(GRANTS, [[getattr(row, name) for name in names] for row in rows])
    return rows if is_right(entry, verify) and says(entry, GRANTS) == digest else None


def is_member_as_logged(row: MemberRow, entry: AuditRow | None, *, verify: Verify) -> bool:
    """The same for the one row of `members`, held against the newest entry about that member."""
    return is_right(entry, verify) and says(entry, MEMBER) == _of_member(row)


def is_right(entry: AuditRow | None, verify: Verify) -> bool:
    """Tell whether an entry is signed by the log's key; where there is none, none can be wrong."""
    try:
        return entry is None or verify(entry.signature, entry.encoded())
    except ValueError:
        return False  # a value that no entry of ours has


def says(entry: AuditRow | None, part: str) -> bytes:
    """Give the digest that an entry has for a part; without an entry, that of no rows."""
    if entry is None or entry.state is None:
        return _digest(part, [])
    place = _PARTS.index(part) * _SIZE
    return entry.state[place : place + _SIZE]


def _of_member(row: MemberRow) -> bytes:
    """Give the digest of a member's own row; times as the database keeps them, in seconds."""
    _, names = POWER[MEMBER]
    return _digest(MEMBER, [[getattr(row, name) for name in names]])


def _of_rows(db: Db, member: str, part: str) -> bytes:
    table, names = POWER[part]
    columns = [getattr(table, name) for name in names]
    query = select(*columns).where(columns[0] == member).order_by(*columns[:_KEY])
    return _digest(part, db.reports.execute(query).all())


def _digest(part: str, rows: Sequence[Sequence[object]]) -> bytes:
    whole = canon("authority-v1", part, *(canon(*map(_encoded, row)) for row in rows))
    return hashlib.sha256(whole).digest()


def _encoded(value: object) -> bytes:
    """Give a value with its kind, so that none and empty, or a number and its digits, differ.

    SQLite lets whoever writes to the database put a value of another kind into a column.
    """
    match value:
        case None:
            return canon("none")
        case datetime():
            return canon("time", str(int(value.timestamp())))
        case bytes():
            return canon("bytes", value)
        case str():
            return canon("text", value.encode("utf-8", "surrogatepass"))
        case _:
            return canon("number", str(value))

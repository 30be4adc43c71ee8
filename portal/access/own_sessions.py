"""A member's own sessions: where they are signed in, and how to end that."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from portal.access.leaving import SIGNED_OUT, lock_member, put_back
from portal.access.principal import Act
from portal.access.roles import Permission
from portal.domain.canon import canon
from portal.domain.errors import NotFound
from portal.store import sessions
from portal.store.engine import Db

ONE, OTHERS, ALL = "one", "others", "all"
"""Which sessions a member ended, as the audit log says it."""


@dataclass(frozen=True, slots=True)
class OwnSession:
    """One session as its member sees it; `handle` names it in forms and opens nothing."""

    handle: str
    id_hash: bytes = field(repr=False)
    created_at: datetime
    seen_at: datetime
    is_this: bool


def list_own(db: Db, *, member: str, this: bytes, now: datetime) -> tuple[OwnSession, ...]:
    """List a member's sessions, this one first, then the ones used last."""
    found = [
        OwnSession(
            _handle(member, row.id_hash),
            row.id_hash,
            row.created_at,
            row.seen_at,
            row.id_hash == this,
        )
        for row in sessions.of_member(db, member=member, now=now)
    ]
    return tuple(sorted(found, key=lambda one: (not one.is_this, -one.seen_at.timestamp())))


def end_one(db: Db, *, act: Act, handle: str, this: bytes) -> bool:
    """End one of the member's own sessions; tells whether it was this one.

    Raises `NotFound` for everything else, another member's session too.
    """
    _lock(db, act)
    own = list_own(db, member=act.by.member, this=this, now=act.now)
    found = next((one for one in own if one.handle == handle), None)
    if found is None:
        raise NotFound
    sessions.remove(db, id_hash=found.id_hash)
    _finish(db, act, ONE)
    return found.is_this


def end_others(db: Db, *, act: Act, this: bytes) -> None:
    """End every session of the member but this one."""
    _lock(db, act)
    sessions.remove_others(db, member=act.by.member, but=this)
    _finish(db, act, OTHERS)


def end_all(db: Db, *, act: Act) -> None:
    """End every session of the member, this one too: what they hold is free at once."""
    _lock(db, act)
    sessions.remove_all(db, member=act.by.member)
    _finish(db, act, ALL)


def _lock(db: Db, act: Act) -> None:
    act.require(Permission.ACCOUNT_USE)
    lock_member(db, agency=act.by.agency, name=act.by.member)


def _finish(db: Db, act: Act, which: str) -> None:
    name = act.by.member
    if not sessions.is_signed_in(db, member=name, now=act.now):
        put_back(db, act=act, member=name, why=SIGNED_OUT)
    act.record(db, "session:ended", f"member:{name}", which)


def _handle(member: str, id_hash: bytes) -> str:
    return hashlib.sha256(canon("session-handle-v1", member, id_hash)).hexdigest()[:32]

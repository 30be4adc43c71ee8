"""Sign, once and for all, what stood in the database before it was signed as it came.

The key that signs is made for this one run and thrown away at its end: nobody can sign anything
more of that time, not even who runs the deployment. The audit log names the key, how many filings
it signed, and one digest over all of them.
"""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from portal import triage
from portal.access import Act, Principal, Role, TrustedLog
from portal.config.processes import PublicConfig, StaffConfig
from portal.domain.canon import canon
from portal.domain.errors import ConfigError
from portal.domain.statement import UPGRADED, filed_note, state, upgrade_object
from portal.intake.receipt import tagged
from portal.operations.log_signers import desk_key
from portal.sealing.statement import StatementKey
from portal.store import audit, authority, members, migrate, receipts, unsigned
from portal.store import audit_heads as heads
from portal.store.audit import Head
from portal.store.columns import columns_of
from portal.store.engine import Connection, Db, connect
from portal.vault.signing import AuditKey, LogKeys

Progress = Callable[[int, int], None]
"""Is told how many of how many filings are signed."""


@dataclass(frozen=True, slots=True)
class Upgraded:
    """How many filings and receipts were signed, and the digest over all of the filings."""

    filings: int
    receipts: int
    digest: str


@dataclass(frozen=True, slots=True)
class Stated:
    """A member of before, as the log knows them from now on."""

    name: str
    role: str
    agency: str
    status: str


def upgrade_seals(
    public: PublicConfig, staff: StaffConfig, *, now: datetime, progress: Progress
) -> tuple[Upgraded | None, tuple[Stated, ...]]:
    """Sign what is there, and bring the databases to the newest form; what was due of both.

    Raises `ConfigError`, and changes nothing, where it was done before or there is nothing to do.
    Both sites and the worker must stand still.
    """
    with connect(staff.database_url, staff.shred_url) as connection:
        done = sign_what_waits(
            connection,
            key=desk_key(staff),
            trust=trust_of(staff),
            pepper=public.receipt_pepper,
            now=now,
            progress=progress,
        )
        if done == (None, ()):
            raise ConfigError(
                "nothing waits to be signed: run `python -m portal migrate` to bring the databases"
                " to the newest form"
            )
        migrate.finish(connection)
        with connection.begin(write=False) as db:
            heads.append(staff.instance / heads.FILE, audit.head(db), now=now)
    return done


def sign_what_waits(
    connection: Connection,
    *,
    key: AuditKey,
    trust: Trust,
    pepper: bytes,
    now: datetime,
    progress: Progress,
) -> tuple[Upgraded | None, tuple[Stated, ...]]:
    """Sign reports and members of before, where any wait; one that broke off half-way goes on.

    Raises `ConfigError` where the audit log is not whole: then somebody has changed what would be
    signed.
    """
    filed: Upgraded | None = None
    people: tuple[Stated, ...] = ()
    if not migrate.make_room(connection):
        filed = sign_all(connection, key=key, pepper=pepper, now=now, progress=progress)
    if not migrate.make_room_for_states(connection):
        _require_whole(connection, trust)
        people = state_members(connection, key=key, now=now)
    return filed, people


@dataclass(frozen=True, slots=True)
class Trust:
    """Who signs the audit log, and which heads of it were noted outside the database."""

    keys: LogKeys
    heads: tuple[Head, ...]


def trust_of(settings: StaffConfig) -> Trust:
    """Give what the log of this deployment is held against."""
    noted = heads.read(settings.instance / heads.FILE)
    return Trust(LogKeys(settings.manifest.log_signers), noted.heads)


def _require_whole(connection: Connection, trust: Trust) -> None:
    with connection.begin(write=False) as db:
        verdict = audit.verify(db, verify=trust.keys.verify, heads=trust.heads)
    if not verdict.ok:
        raise ConfigError(
            f"the audit log is broken at entry {verdict.broken_at}: somebody changed the database,"
            " so nothing of it is signed; keep copies of both databases, and put the last good"
            " backup back (docs/operations.md)"
        )


def state_members(connection: Connection, *, key: AuditKey, now: datetime) -> tuple[Stated, ...]:
    """Write into the log what every member is and holds, in one transaction; gives them all.

    From then on their rows count only as the log says. Whoever runs this looks at the list: a
    member whom somebody slipped in before is in it.
    """
    with connection.begin(write=True) as db:
        if not authority.is_due(db):
            raise ConfigError("the members were written into the log before")
        rows = [members.get(db, name=name) for name in members.every_name(db)]
        for row in rows:
            if row is not None:
                act = Act(
                    Principal("operator", Role.ADMINISTRATOR, row.agency), now, TrustedLog(key)
                )
                act.record_member(db, "member:stated", row.name, row.role)
        operator = Principal("operator", Role.ADMINISTRATOR, "")
        triage.tell_reporters(db, act=Act(operator, now, TrustedLog(key)))
    found = (Stated(row.name, row.role, row.agency, row.status) for row in rows if row)
    return tuple(found)


def sign_all(
    connection: Connection, *, key: AuditKey, pepper: bytes, now: datetime, progress: Progress
) -> Upgraded:
    """Sign every filing and tag every receipt, in one transaction with the entries of the log."""
    signer = StatementKey(os.urandom(32))
    with connection.begin(write=True) as db:
        unsigned.take_all_time(db)
        if unsigned.was_signed(db):
            raise ConfigError(migrate.SIGNED_BEFORE)
        # Its entries name no signer: the log has no room for that yet when this is written.
        note = partial(audit.append_for_deployment, db, at=now, actor="operator", sign=key.sign)
        filings, digest = _sign_filings(db, signer, progress, note)
        tags = _tag_receipts(db, pepper)
        for action in (UPGRADED, f"seals:digest {digest}", f"seals:count {filings} {tags}"):
            note(action=action, object=upgrade_object(signer.verify_key))
    return Upgraded(filings, tags, digest)


def _sign_filings(
    db: Db, signer: StatementKey, progress: Progress, note: Callable[..., None]
) -> tuple[int, str]:
    """Sign each filing and note it, as the worker notes what comes in: one that is deleted later
    is missed.
    """
    whole, done, every = hashlib.sha256(), 0, unsigned.count(db)
    for waiting in unsigned.all_waiting(db):
        for one in waiting.stored:
            signed = signer.sign(state(one.envelope, columns_of(waiting.row, one)))
            place = {"report_id": waiting.row.id, "revision": one.envelope.revision}
            unsigned.sign(db, **place, signed=signed)  # type: ignore[arg-type]
            action = filed_note(one.envelope.revision, signed.statement)
            note(action=action, object=triage.about(waiting.row.id))
            whole.update(canon(signed.statement))
            done += 1
            progress(done, every)
    return done, base64.urlsafe_b64encode(whole.digest()).decode("ascii").rstrip("=")


def _tag_receipts(db: Db, pepper: bytes) -> int:
    count = 0
    for receipt, row in unsigned.all_receipts(db):
        whole = replace(receipt, agency=row.agency, audience=row.audience)
        receipts.bind(db, row=tagged(whole, pepper=pepper))
        count += 1
    return count

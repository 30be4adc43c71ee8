"""The way back in with a recovery code and one of the other two: passphrase or phone.

A member has three things: a passphrase, a phone, and recovery codes on paper. Whoever has two of
them is let in and replaces the third; whoever has one is not.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from portal.access.factors import PASSPHRASE, open_by_code, open_by_passphrase, totp_step
from portal.access.leaving import SESSION_OVER, lock_member, put_back
from portal.access.membership import is_active
from portal.access.principal import Act, Principal
from portal.access.roles import Role
from portal.access.trusted_log import TrustedLog
from portal.domain.errors import KeyDiffers, SignInRefused
from portal.sealing.suite import public_from_seed
from portal.store import factors, members, sessions
from portal.store.authority import FACTORS
from portal.store.engine import Connection, Db
from portal.store.factors import FactorRow
from portal.store.members import MemberRow
from portal.vault.member import seal_totp

RECOVERY_REFUSED = "session:recovery_refused"
"""Action in the audit log: a recovery code was right and what came with it was wrong. Somebody may
hold a paper that is not theirs."""

LOST_PHONE, LOST_PASSPHRASE = "phone", "passphrase"
"""What a recovery replaces, as the audit log says it."""


@dataclass(frozen=True, slots=True)
class RecoveryClaim:
    """What somebody typed: a recovery code as it is read, and one of the other two.

    `lost` is `LOST_PHONE`, proved by the passphrase, or `LOST_PASSPHRASE`, by a one-time code.
    """

    member: str = field(repr=False)
    lost: str
    recovery: str = field(repr=False)
    passphrase: str = field(default="", repr=False)
    code: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Proof:
    """Who has proved two of three things, and which code was one of them."""

    row: MemberRow
    lost: str
    set_id: bytes
    step: int
    seed: bytes = field(repr=False)


def prove_recovery(connection: Connection, *, claim: RecoveryClaim, now: datetime) -> Proof:
    """Check both things; nothing is used up yet.

    Raises `SignInRefused` in one way, after the same work, whichever was wrong and whether or not
    there is such a member. Its `is_code_wrong` says that the recovery code was right. Raises
    `KeyDiffers` as signing in does.
    """
    with connection.begin(write=False) as db:
        row = members.get(db, name=claim.member)
        sets = factors.of_member(db, member=claim.member)
    by_code = open_by_code(claim.member, sets, claim.recovery)
    step: int | None = 0
    if claim.lost == LOST_PHONE:
        seed = open_by_passphrase(row, sets, claim.passphrase)
    else:
        seed = by_code[1] if by_code else None
        step = totp_step(row, seed, claim.code, now)
    if row is None or not is_active(row) or by_code is None:
        raise SignInRefused
    if seed != by_code[1] or step is None:
        raise SignInRefused(is_code_wrong=True)
    if row.public_key != public_from_seed(seed):
        raise KeyDiffers
    return Proof(row, claim.lost, by_code[0], step, by_code[1])


def tell_refused(
    connection: Connection, *, member: str, action: str, now: datetime, log: TrustedLog
) -> None:
    """Write a refused recovery into the log: who it was about, never what was typed."""
    with connection.begin(write=True) as db:
        row = members.get(db, name=member)
        name, agency = (row.name, row.agency) if row else ("unknown", "")
        Act(Principal(name, Role.AUDITOR, agency), now, log).record(db, action, f"member:{name}")


def recover_phone(
    db: Db,
    *,
    proof: Proof,
    secret: bytes,
    step: int,
    now: datetime,
    random: Callable[[int], bytes],
    log: TrustedLog,
) -> None:
    """Set up the new phone that has just shown the code of `step`; every session ends."""
    row = _use_code(db, proof, log)
    sealed = seal_totp(proof.seed, secret, member=row.name, random=random)
    last = max(step, row.totp_last_step)
    row = replace(row, sealed_totp=sealed, totp_last_step=last)
    members.replace(db, row=row)
    _end(db, row, proof, now, log)


def recover_passphrase(
    db: Db, *, proof: Proof, passphrase: FactorRow, now: datetime, log: TrustedLog
) -> None:
    """Put a new passphrase in place of the forgotten one; every session ends."""
    row = _use_code(db, proof, log)
    if not members.use_totp_step(db, name=row.name, step=proof.step):
        raise SignInRefused(is_code_wrong=True)
    factors.remove_all(db, member=row.name, kind=PASSPHRASE)
    factors.insert(db, rows=[passphrase])
    _end(db, replace(row, totp_last_step=proof.step), proof, now, log)


def _use_code(db: Db, proof: Proof, log: TrustedLog) -> MemberRow:
    """Use the recovery code up; raises `SignInRefused` where somebody was faster, and
    `PowerChanged` or `LogBroken` where the member's rows or the log can't be trusted.
    """
    log.require_whole(db)
    lock_member(db, agency=proof.row.agency, name=proof.row.name)
    log.require_as_logged(db, member=proof.row.name)
    row = members.get(db, name=proof.row.name)
    if row is None or not is_active(row) or row.public_key != proof.row.public_key:
        raise SignInRefused
    if not factors.remove(db, id=proof.set_id):
        raise SignInRefused
    return row


def _end(db: Db, row: MemberRow, proof: Proof, now: datetime, log: TrustedLog) -> None:
    act = Act(Principal(row.name, Role(row.role), row.agency), now, log)
    sessions.remove_all(db, member=row.name)
    put_back(db, act=act, member=row.name, why=SESSION_OVER)
    act.record_member(db, "member:recovered", row.name, proof.lost, changed=(FACTORS,), row=row)

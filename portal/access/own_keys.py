"""What a member changes of their own keys while signed in: passphrase, phone, recovery codes.

Each asks for passphrase and one-time code again: a desk that was left open gives nothing away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from portal.access import passphrase as rule
from portal.access import totp
from portal.access.factors import (
    PASSPHRASE,
    RECOVERY,
    RecoveryCodes,
    new_codes,
    new_passphrase_set,
    open_by_passphrase,
    totp_step,
)
from portal.access.leaving import SIGNED_OUT, lock_member, put_back
from portal.access.membership import MembershipError
from portal.access.principal import Act
from portal.access.roles import Permission
from portal.domain.errors import NotFound, ProofRefused
from portal.store import factors, members, sessions
from portal.store.authority import FACTORS
from portal.store.engine import Connection, Db
from portal.store.factors import FactorRow
from portal.store.members import MemberRow
from portal.vault.member import seal_totp


@dataclass(frozen=True, slots=True)
class FreshProof:
    """A member who has just proved passphrase and phone again."""

    member: str
    step: int
    seed: bytes = field(repr=False)


def prove_again(
    connection: Connection, *, member: str, passphrase: str, code: str, now: datetime
) -> FreshProof:
    """Check passphrase and one-time code; the code is used up by the act that follows.

    Raises `ProofRefused`, with `is_code_wrong` where the passphrase was right.
    """
    with connection.begin(write=False) as db:
        row = members.get(db, name=member)
        sets = factors.of_member(db, member=member)
    seed = open_by_passphrase(row, sets, passphrase)
    step = totp_step(row, seed, code, now)
    if seed is None or step is None:
        raise ProofRefused(is_code_wrong=seed is not None)
    return FreshProof(member, step, seed)


def require_good(passphrase: str, again: str, *, member: str, agency: str = "") -> None:
    """Raise `MembershipError` with what is wrong with a new passphrase, typed twice."""
    if passphrase != again:
        raise MembershipError("passphrase.different")
    problem = rule.problem(passphrase, member=member, agency=agency)
    if problem:
        raise MembershipError(f"passphrase.{problem}")


def require_phone(secret: bytes, code: str, now: datetime) -> int:
    """Give the step of the code by which a new phone is proved; raises `MembershipError`."""
    step = totp.matching_step(secret, code, now)
    if step is None:
        raise MembershipError("code.new_phone")
    return step


def passphrase_of(
    proof: FreshProof, passphrase: str, *, now: datetime, random: Callable[[int], bytes]
) -> FactorRow:
    """Seal the member's seed under a new passphrase, outside of any unit."""
    return new_passphrase_set(proof.member, proof.seed, passphrase, now=now, random=random)


def change_passphrase(
    db: Db, *, act: Act, proof: FreshProof, passphrase: FactorRow, session: bytes
) -> None:
    """Put a new passphrase in place of the old one; every other session ends."""
    row = _spend(db, act, proof)
    factors.remove_all(db, member=proof.member, kind=PASSPHRASE)
    factors.insert(db, rows=[passphrase])
    sessions.remove_others(db, member=proof.member, but=session)
    if not sessions.is_signed_in(db, member=proof.member, now=act.now):
        put_back(db, act=act, member=proof.member, why=SIGNED_OUT)  # this one ended meanwhile
    changed = "member:passphrase_changed"
    act.record_member(db, changed, proof.member, changed=(FACTORS,), row=row)


def change_phone(
    db: Db,
    *,
    act: Act,
    proof: FreshProof,
    secret: bytes,
    step: int,
    random: Callable[[int], bytes],
) -> None:
    """Put a new phone, which has shown the code of `step`, in place of the old one."""
    row = _spend(db, act, proof)
    sealed = seal_totp(proof.seed, secret, member=row.name, random=random)
    last = max(step, row.totp_last_step)
    row = replace(row, sealed_totp=sealed, totp_last_step=last)
    members.replace(db, row=row)
    act.record_member(db, "member:phone_changed", row.name, changed=(), row=row)


def renew_codes(
    db: Db, *, act: Act, proof: FreshProof, random: Callable[[int], bytes]
) -> tuple[str, ...]:
    """Make eight new recovery codes, to be shown once; the old ones end."""
    row = _spend(db, act, proof)
    made: RecoveryCodes = new_codes(proof.member, proof.seed, now=act.now, random=random)
    factors.remove_all(db, member=proof.member, kind=RECOVERY)
    factors.insert(db, rows=made.rows)
    act.record_member(db, "member:codes_made", proof.member, changed=(FACTORS,), row=row)
    return made.codes


def codes_left(db: Db, *, member: str) -> int:
    """Say how many recovery codes a member has."""
    return factors.count(db, member=member, kind=RECOVERY)


def _spend(db: Db, act: Act, proof: FreshProof) -> MemberRow:
    """Use the one-time code up; raises `ProofRefused` where it was used before, and `PowerChanged`
    or `LogBroken` where the member's rows or the log can't be trusted.
    """
    act.require(Permission.ACCOUNT_USE)
    if act.by.member != proof.member:
        raise NotFound
    act.log.require_whole(db)
    lock_member(db, agency=act.by.agency, name=proof.member)
    act.log.require_as_logged(db, member=proof.member)
    row = members.get(db, name=proof.member)
    if row is None:
        raise NotFound
    if not members.use_totp_step(db, name=proof.member, step=proof.step):
        raise ProofRefused(is_code_wrong=True)
    return replace(row, totp_last_step=proof.step)

"""Factor sets: what opens a member's own seed. One for the passphrase, one for each code."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from portal.access import totp
from portal.domain.errors import OpenFailed
from portal.domain.recovery_code import RANDOM_BYTES, new_recovery_code
from portal.store import factors, members
from portal.store.engine import Db
from portal.store.factors import FactorRow
from portal.store.members import MemberRow
from portal.vault.member import (
    SALT_BYTES,
    FactorSet,
    open_totp,
    seal_with_code,
    seal_with_passphrase,
    unlock,
    unlock_with_code,
    waste_unlock,
)

PASSPHRASE, RECOVERY = "passphrase", "recovery"

CODES = 8
"""Recovery codes that a member is given at a time."""

_ID_BYTES = 16
_AT_ONCE = threading.BoundedSemaphore(2)
"""Argon2id takes 64 MiB each time: no more than this many at once in one process."""

_NO_SET = FactorSet(bytes(SALT_BYTES), bytes(60))


@dataclass(frozen=True, slots=True)
class RecoveryCodes:
    """New recovery codes, shown once, and their factor sets."""

    codes: tuple[str, ...] = field(repr=False)
    rows: tuple[FactorRow, ...]


def open_seed(db: Db, *, member: str, passphrase: str) -> bytes:
    """Open a member's seed for a command of the operator who knows it; raises `OpenFailed`."""
    row, sets = members.get(db, name=member), factors.of_member(db, member=member)
    seed = open_by_passphrase(row, sets, passphrase)
    if seed is None:
        raise OpenFailed
    return seed


def open_by_passphrase(
    row: MemberRow | None, sets: Sequence[FactorRow], passphrase: str
) -> bytes | None:
    """Give the seed that a passphrase opens, or None; one Argon2id, also for nobody."""
    mine = next((one for one in sets if one.kind == PASSPHRASE), None)
    with _AT_ONCE:
        if row is None or row.status != "active" or mine is None:
            waste_unlock(passphrase)
            return None
        try:
            return unlock(row.name, passphrase, FactorSet(mine.salt, mine.sealed_seed))
        except OpenFailed:
            return None


def open_by_code(member: str, sets: Sequence[FactorRow], code: str) -> tuple[bytes, bytes] | None:
    """Give id and seed of the set that a recovery code opens, or None.

    Each of the eight places is tried, whoever it is and whatever has opened before.
    """
    found = None
    mine = [one for one in sets if one.kind == RECOVERY]
    for place in range(max(CODES, len(mine))):
        one = mine[place] if place < len(mine) else None
        sealed = FactorSet(one.salt, one.sealed_seed) if one else _NO_SET
        try:
            seed = unlock_with_code(member, code, sealed)
        except OpenFailed:
            continue
        if one is not None:
            found = (one.id, seed)
    return found


def totp_step(row: MemberRow | None, seed: bytes | None, code: str, now: datetime) -> int | None:
    """Give the step of a one-time code that fits, or None; three codes are always compared."""
    secret = bytes(totp.SECRET_BYTES)
    opened = False
    if row is not None and seed is not None:
        try:
            secret, opened = open_totp(seed, row.sealed_totp or b"", member=row.name), True
        except OpenFailed:
            opened = False
    step = totp.matching_step(secret, code, now)
    return step if opened else None


def new_passphrase_set(
    member: str, seed: bytes, passphrase: str, *, now: datetime, random: Callable[[int], bytes]
) -> FactorRow:
    """Seal a seed under a passphrase; it costs an Argon2id, so it is done outside of any unit."""
    with _AT_ONCE:
        sealed = seal_with_passphrase(seed, passphrase, member=member, random=random)
    return _row(member, PASSPHRASE, sealed, now, random)


def new_codes(
    member: str, seed: bytes, *, now: datetime, random: Callable[[int], bytes]
) -> RecoveryCodes:
    """Make eight recovery codes, each with a factor set of its own."""
    codes = tuple(new_recovery_code(random(RANDOM_BYTES)) for _ in range(CODES))
    sealed = (seal_with_code(seed, code, member=member, random=random) for code in codes)
    return RecoveryCodes(codes, tuple(_row(member, RECOVERY, one, now, random) for one in sealed))


def _row(
    member: str, kind: str, sealed: FactorSet, now: datetime, random: Callable[[int], bytes]
) -> FactorRow:
    return FactorRow(random(_ID_BYTES), member, kind, sealed.salt, sealed.sealed_seed, now)

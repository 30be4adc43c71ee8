"""Grants: who holds a compartment seals its keys to somebody else. Nobody else can."""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from datetime import datetime

from portal.access.leaving import KEYS_WITHDRAWN, lock_member, put_back
from portal.access.membership import (
    MembershipError,
    is_active,
    key_of,
    of_agency,
)
from portal.access.membership import fingerprint as fingerprint_of
from portal.access.principal import Act, Principal
from portal.access.roles import Permission, Role, compartments_of
from portal.access.trusted_log import TrustedLog
from portal.domain.errors import PermissionRefused
from portal.domain.report import Compartment
from portal.domain.typed import fingerprint_digits
from portal.sealing.suite import key_id, public_from_seed
from portal.store import members
from portal.store.authority import GRANTS
from portal.store.engine import Db
from portal.store.members import MemberRow, RoleGrantRow
from portal.vault.keyring import Keyring, RoleSeed, SealedRoleSeed, open_keyring, seal_role_seed


def keyring(db: Db, *, member: str, seed: bytes, log: TrustedLog) -> Keyring:
    """Open everything that this member was granted, with the member's own seed.

    Raises `PowerChanged` where the grants are not those that the log knows.
    """
    rows = log.grants(db, member=member)
    sealed = [SealedRoleSeed(r.agency, r.compartment, r.epoch, r.sealed_seed) for r in rows]
    return open_keyring(seed, member=member, grants=sealed)


def grant(
    db: Db, *, act: Act, keys: Keyring, member: str, compartment: Compartment, fingerprint: str
) -> None:
    """Give a colleague every epoch of a compartment that the giver holds.

    `fingerprint` is what the giver typed while the colleague read it out: it must be the one of the
    stored key, which somebody who writes to the database could have replaced.

    Raises `PermissionRefused` where the giver may not grant or does not hold it, or where the
    colleague's role may not have it; an administrator can neither give nor receive. Raises
    `MembershipError` (`grant.no_fingerprint`, `grant.fingerprint`) where the key is another one,
    and `PowerChanged` or `LogBroken` where the colleague's rows, or the log, can't be trusted.
    """
    act.require(Permission.MEMBERS_GRANT)
    act.log.require_whole(db)
    row = of_agency(db, agency=act.by.agency, name=member)
    seeds = keys.seeds(act.by.agency, compartment)
    if not seeds:
        raise PermissionRefused("grant.not_held")
    _require_grantable(row, seeds)
    _compare(row, fingerprint)
    _give(db, row, seeds, act)


def require_read_out(db: Db, *, agency: str, member: str, fingerprint: str) -> None:
    """Refuse, as `grant` does, unless the stored key is the one that the member read out."""
    row = of_agency(db, agency=agency, name=member)
    if not is_active(row):
        raise PermissionRefused("grant.not_enrolled")
    _compare(row, fingerprint)


def grant_seed(db: Db, *, member: str, role_seed: RoleSeed, now: datetime, log: TrustedLog) -> None:
    """Give a member a role seed from the key ceremony: how the first holder comes to hold it.

    Whose key it is sealed to is for the caller to know: `require_read_out` compares it.
    """
    row = of_agency(db, agency=role_seed.agency, name=member)
    act = Act(Principal("operator", Role.ADMINISTRATOR, role_seed.agency), now, log)
    _give(db, row, (role_seed,), act)


def withdraw(db: Db, *, act: Act, member: str, compartment: Compartment) -> None:
    """Take a compartment's keys from a member of the agency.

    Who can't read what happened any more holds no report: it is free at once.
    """
    act.require(Permission.MEMBERS_GRANT)
    of_agency(db, agency=act.by.agency, name=member)
    lock_member(db, agency=act.by.agency, name=member)
    act.log.require_as_logged(db, member=member)
    members.remove_grants(db, member=member, compartment=compartment)
    if compartment is Compartment.TRIAGE:
        put_back(db, act=act, member=member, why=KEYS_WITHDRAWN)
    act.record_member(db, "grant:withdrawn", member, compartment, changed=(GRANTS,))


def _require_grantable(row: MemberRow, seeds: Iterable[RoleSeed]) -> None:
    if not is_active(row):
        raise PermissionRefused("grant.not_enrolled")
    allowed = compartments_of(Role(row.role))
    if any(seed.compartment not in allowed for seed in seeds):
        raise PermissionRefused("grant.role")


def _compare(row: MemberRow, typed: str) -> None:
    stored = fingerprint_of(key_of(row))
    given, expected = fingerprint_digits(typed), fingerprint_digits(stored)
    if len(given) != len(expected):
        raise MembershipError("grant.no_fingerprint")
    if not hmac.compare_digest(given.encode("utf-8"), expected.encode("utf-8")):
        raise MembershipError("grant.fingerprint")


def _give(db: Db, row: MemberRow, seeds: Iterable[RoleSeed], act: Act) -> None:
    members.lock(db, name=row.name)
    act.log.require_as_logged(db, member=row.name)
    _require_grantable(row, seeds)
    for seed in seeds:
        sealed = seal_role_seed(seed, member=row.name, to_public=key_of(row))
        members.add_grant(
            db,
            row=RoleGrantRow(
                member=row.name,
                agency=seed.agency,
                compartment=seed.compartment,
                epoch=seed.epoch,
                key_id=key_id(public_from_seed(seed.seed)),
                sealed_seed=sealed.sealed,
                granted_by=act.by.member,
                granted_at=act.now,
            ),
        )
        given = f"{seed.compartment}@{seed.epoch}"
        act.record_member(db, "grant:given", row.name, given, changed=(GRANTS,))

"""Grants: who holds a compartment seals its keys to somebody else. Nobody else can."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from portal.access.leaving import KEYS_WITHDRAWN, lock_member, put_back
from portal.access.membership import is_active, key_of, of_agency
from portal.access.principal import Act, Principal
from portal.access.roles import Permission, Role, compartments_of
from portal.access.trusted_log import TrustedLog
from portal.domain.errors import PermissionRefused
from portal.domain.report import Compartment
from portal.sealing.suite import key_id, public_from_seed
from portal.store import members
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


def grant(db: Db, *, act: Act, keys: Keyring, member: str, compartment: Compartment) -> None:
    """Give a colleague every epoch of a compartment that the giver holds.

    Raises `PermissionRefused` where the giver may not grant or does not hold it, or where the
    colleague's role may not have it; an administrator can neither give nor receive. Raises
    `PowerChanged` or `LogBroken` where the colleague's rows, or the log, can't be trusted.
    """
    act.require(Permission.MEMBERS_GRANT)
    act.log.require_whole(db)
    row = of_agency(db, agency=act.by.agency, name=member)
    seeds = keys.seeds(act.by.agency, compartment)
    if not seeds:
        raise PermissionRefused("grant.not_held")
    _give(db, row, seeds, act)


def grant_seed(db: Db, *, member: str, role_seed: RoleSeed, now: datetime, log: TrustedLog) -> None:
    """Give a member a role seed from the key ceremony: how the first holder comes to hold it."""
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
    act.record_member(db, "grant:withdrawn", member, compartment)


def _give(db: Db, row: MemberRow, seeds: Iterable[RoleSeed], act: Act) -> None:
    members.lock(db, name=row.name)
    act.log.require_as_logged(db, member=row.name)
    if not is_active(row):
        raise PermissionRefused("grant.not_enrolled")
    for seed in seeds:
        if seed.compartment not in compartments_of(Role(row.role)):
            raise PermissionRefused("grant.role")
        sealed = seal_role_seed(seed, member=row.name, to_public=key_of(row).public)
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
        act.record_member(db, "grant:given", row.name, f"{seed.compartment}@{seed.epoch}")

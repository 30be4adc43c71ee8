"""The first members of a real deployment: somebody has to let the first ones in.

The operator invites, and carries role seeds from the safe; after that members do both themselves.
"""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from config import StaffConfig
from portal import access
from portal.access import Act, Principal, Role
from portal.domain.errors import ConfigError
from portal.operations import ceremony
from portal.store import connect_ready
from portal.vault.signing import AuditKey


def invite(settings: StaffConfig, *, name: str, role: Role, agency: str, now: datetime) -> str:
    """Invite a member and give the invitation, which works once; it is written to the audit log."""
    if agency not in {one.id for one in settings.routing.agencies}:
        raise ConfigError("no such agency in agencies.toml")
    sign = AuditKey(settings.audit_seed).sign
    act = Act(Principal("operator", Role.ADMINISTRATOR, agency), now, sign)
    with (
        connect_ready(settings.database_url, settings.shred_url) as connection,
        connection.begin(write=True) as db,
    ):
        return access.invite(db, act=act, name=name, role=role, random=os.urandom)


def grant(settings: StaffConfig, *, name: str, agency: str, keys: Path, now: datetime) -> int:
    """Grant an enrolled member every role seed of the agency that the role may hold."""
    sign = AuditKey(settings.audit_seed).sign
    with (
        connect_ready(settings.database_url, settings.shred_url) as connection,
        connection.begin(write=True) as db,
    ):
        role = access.role_of(db, agency=agency, name=name)
        seeds = [
            seed
            for seed in ceremony.read_keys(keys).roles
            if seed.agency == agency and seed.compartment in access.compartments_of(role)
        ]
        for seed in seeds:
            access.grant_seed(db, member=name, role_seed=seed, now=now, sign=sign)
    return len(seeds)

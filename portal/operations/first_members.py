"""The first members of a real deployment: somebody has to let the first ones in.

The operator invites, and carries role seeds from the safe; after that members do both themselves.
Every refusal is a `ConfigError` with a sentence for the operator.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from portal import access
from portal.access import Act, MembershipError, Principal, Role
from portal.config.processes import StaffConfig
from portal.domain.errors import (
    ConfigError,
    Conflict,
    LogBroken,
    NotFound,
    PermissionRefused,
    PowerChanged,
)
from portal.operations import ceremony
from portal.operations.log_signers import trusted_log
from portal.sealing.suite import key_id, public_from_seed
from portal.store.schema import connect_ready
from portal.vault.keyring import RoleSeed


def invite(settings: StaffConfig, *, name: str, role: Role, agency: str, now: datetime) -> str:
    """Invite a member and give the invitation, which works once; it is written to the audit log."""
    _require_agency(settings, agency)
    log = trusted_log(settings)
    act = Act(Principal("operator", Role.ADMINISTRATOR, agency), now, log)
    with (
        _told(name, agency),
        connect_ready(settings.database_url, settings.shred_url) as connection,
        connection.begin(write=True) as db,
    ):
        return access.invite(db, act=act, name=name, role=role, random=os.urandom)


def grant(
    settings: StaffConfig, *, name: str, agency: str, keys: Path, fingerprint: str, now: datetime
) -> int:
    """Grant an enrolled member every role seed of the agency that the role may hold.

    `fingerprint` is what the member read out from their own page: the database alone does not say
    whose key it holds.
    """
    _require_agency(settings, agency)
    seeds = _of_this_deployment(settings, agency, keys)
    log = trusted_log(settings)
    with (
        _told(name, agency),
        connect_ready(settings.database_url, settings.shred_url) as connection,
        connection.begin(write=True) as db,
    ):
        log.require_whole(db)
        role = access.role_of(db, agency=agency, name=name)
        fitting = [one for one in seeds if one.compartment in access.compartments_of(role)]
        if not fitting:
            raise ConfigError(f"{name} is {role}, a role that holds no keys")
        access.require_read_out(db, agency=agency, member=name, fingerprint=fingerprint)
        for seed in fitting:
            access.grant_seed(db, member=name, role_seed=seed, now=now, log=log)
    return len(fitting)


def _of_this_deployment(settings: StaffConfig, agency: str, keys: Path) -> list[RoleSeed]:
    """Give the agency's seeds; keys of another ceremony would open nothing, and nobody knew."""
    known = {key.key_id for key in settings.manifest.keys}
    seeds = [one for one in ceremony.read_keys(keys).roles if one.agency == agency]
    if not any(key_id(public_from_seed(one.seed)) in known for one in seeds):
        raise ConfigError(f"{keys} has no key of {agency} that stands in manifest.json")
    return seeds


def _require_agency(settings: StaffConfig, agency: str) -> None:
    known = [one.id for one in settings.routing.agencies]
    if agency not in known:
        raise ConfigError(f"no agency {agency} in agencies.toml; there are: {', '.join(known)}")


@contextmanager
def _told(name: str, agency: str) -> Iterator[None]:
    """Say in a sentence why somebody is not invited, or is granted nothing."""
    try:
        yield
    except MembershipError as error:
        if error.code in _FINGERPRINT:
            raise ConfigError(_FINGERPRINT[error.code].format(name=name)) from None
        raise ConfigError(f"{name!r} can't be a name: {_FORM}{_proposal(name)}") from None
    except Conflict:
        raise ConfigError(f"the name {name} is taken; names are never given twice") from None
    except NotFound:
        raise ConfigError(f"no member {name} at {agency}: invite them first") from None
    except (LogBroken, PowerChanged):
        raise ConfigError(
            f"the rows of {name}, or the audit log, were changed by somebody who writes to the"
            " database: nothing was done; run `python -m portal audit verify` (docs/operations.md)"
        ) from None
    except PermissionRefused:
        raise ConfigError(
            f"{name} holds no key of their own yet: they enrol at the desk with their invitation"
            " first"
        ) from None


_FINGERPRINT = {
    "grant.no_fingerprint": "let {name} read the fingerprint (20 digits) of their own account page"
    " to you, and give it with --fingerprint",
    "grant.fingerprint": "the key of {name} in the database has another fingerprint: let them read"
    " it again; if it still differs, somebody may have changed the database",
}

_FORM = "3 to 32 small letters, digits, dots or dashes, a letter first"


def _proposal(name: str) -> str:
    bare = unicodedata.normalize("NFD", name.lower().replace("đ", "d"))
    letters = "".join(c for c in bare if not unicodedata.combining(c))
    plain = re.sub(r"[^a-z0-9]+", ".", letters).strip(".")
    return f", such as {plain}" if re.fullmatch(r"[a-z][a-z0-9.]{1,30}[a-z0-9]", plain) else ""

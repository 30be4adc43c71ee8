"""Who signs the audit log, as text that is carried to the key ceremony and read there."""

from __future__ import annotations

import base64
import hashlib
import tomllib
from collections.abc import Iterable
from pathlib import Path

from portal.access import TrustedLog
from portal.config.portal_toml import read_file
from portal.config.processes import StaffConfig
from portal.domain.errors import ConfigError
from portal.domain.log_signers import NAME, LogSigner, SignerKind
from portal.store import audit_heads
from portal.vault.signing import AuditKey, LogKeys, log_key

FILES = {
    SignerKind.DESK: Path("staff") / "audit.key",
    SignerKind.WORKER: Path("worker") / "audit.key",
}
"""Where a host has the key with which it signs, in its instance folder."""


def of_host(instance: Path) -> tuple[LogSigner, ...]:
    """Give the signers whose keys are in this instance folder, under names of their own."""
    found = [
        _signer(kind, AuditKey(read_file(instance / file)).public)
        for kind, file in FILES.items()
        if (instance / file).exists()
    ]
    if not found:
        raise ConfigError(f"{instance} has no key of the audit log: run `python -m portal secrets`")
    return tuple(found)


def desk_key(settings: StaffConfig) -> AuditKey:
    """Give the key with which the desk's host signs; raises `ConfigError` where it may not."""
    signers = settings.manifest.log_signers
    return log_key(settings.audit_seed, signers, kind=SignerKind.DESK)


def trusted_log(settings: StaffConfig) -> TrustedLog:
    """Give the audit log as a command on the desk's host signs and trusts it."""
    return TrustedLog(
        desk_key(settings),
        keys=LogKeys(settings.manifest.log_signers),
        noted=audit_heads.last_in(settings.instance),
    )


def to_toml(signers: Iterable[LogSigner]) -> str:
    """Write signers as tables of the file that `ceremony --log-signers` reads."""
    return "\n".join(
        f'[[log_signers]]\nname = "{one.name}"\nkind = "{one.kind}"\n'
        f'public = "{base64.b64encode(one.public).decode("ascii")}"\n'
        for one in signers
    )


def read(file: Path) -> tuple[LogSigner, ...]:
    """Read the file of signers: one table for each host; raises `ConfigError` with the reason."""
    try:
        plain = tomllib.loads(read_file(file).decode("utf-8"))
        tables = plain["log_signers"]
        if set(plain) != {"log_signers"} or not isinstance(tables, list) or not tables:
            raise ValueError
        return tuple(_from_table(table) for table in tables)
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ConfigError(
            f"{file} is not a list of signers as `python -m portal log-signers` writes it: tables"
            " [[log_signers]] with name, kind, public, and last where a key signs no more"
        ) from None


def _from_table(table: dict[str, object]) -> LogSigner:
    if not {"name", "kind", "public"} <= set(table) <= {"name", "kind", "public", "last"}:
        raise ValueError
    name, last = str(table["name"]), table.get("last")
    public = base64.b64decode(str(table["public"]), validate=True)
    if not NAME.fullmatch(name) or len(public) != 32:
        raise ValueError
    if last is None:
        return LogSigner(name, SignerKind(str(table["kind"])), public)
    if not isinstance(last, int) or isinstance(last, bool) or not 0 <= last < 2**63:
        raise ValueError
    return LogSigner(name, SignerKind(str(table["kind"])), public, last)


def _signer(kind: SignerKind, public: bytes) -> LogSigner:
    return LogSigner(f"{kind}-{hashlib.sha256(public).hexdigest()[:8]}", kind, public)

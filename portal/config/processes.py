"""What each process is given. Frozen; wrong settings stop the start with a clear message.

`load(site, environ)` reads the instance folder and the environment. The public site's settings
hold public keys and the pepper only: no private key ever reaches that process.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

from portal.config.environment import check_names, check_site, is_demo_wanted, port, redis_url
from portal.config.portal_toml import Settings, read_file
from portal.domain.assessment.routing import Routing, load_routing
from portal.domain.errors import ConfigError
from portal.domain.report import Compartment
from portal.sealing.manifest import Manifest, SignerPins, read_manifest
from portal.store.engine import is_same_database, parse_url

__all__ = [
    "PublicConfig",
    "Shared",
    "StaffConfig",
    "WorkerConfig",
    "database_urls",
    "has_deployment",
    "instance_folder",
    "load",
    "load_public",
    "load_staff",
    "load_worker",
    "port",
]

SECRET_BYTES = 32

LONGEST_RECEIPT_DAYS = 36_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What every process knows."""

    instance: Path
    database_url: str = field(repr=False)
    shred_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    demo: bool
    https: bool
    languages: tuple[str, ...]
    country: str
    timezone: str
    exit_url: str
    receipt_days: int
    deletes_at_once: bool
    routing: Routing
    manifest: Manifest = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicConfig(Shared):
    """The reporter's site: it seals and inserts, and can open nothing."""

    port: int
    secret_key: bytes = field(repr=False)
    draft_key: bytes = field(repr=False)
    receipt_pepper: bytes = field(repr=False)
    receipt_salt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffConfig(Shared):
    """The desk: members bring their own keys, the process signs the audit log."""

    port: int
    secret_key: bytes = field(repr=False)
    audit_seed: bytes = field(repr=False)
    idle_minutes: int = 30
    session_hours: int = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerConfig(Shared):
    """The worker: its own key, granted the indicators compartment only."""

    worker_seed: bytes = field(repr=False)
    audit_seed: bytes = field(repr=False)


def load(site: str, environ: Mapping[str, str]) -> PublicConfig | StaffConfig | WorkerConfig:
    """Read the settings of one process; raises `ConfigError` with what to mend."""
    loader = _LOADERS.get(site)
    if loader is None:
        raise ConfigError(f"PORTAL_SITE must be one of {', '.join(_LOADERS)}")
    return loader(environ)


def load_public(environ: Mapping[str, str]) -> PublicConfig:
    """Read the settings of the reporter's site."""
    check_site(environ, "public")
    shared = _shared(environ)
    folder = shared.instance / "public"
    return PublicConfig(
        **{name: getattr(shared, name) for name in Shared.__slots__},
        port=port(environ, "public"),
        secret_key=_secret(folder / "secret.key"),
        draft_key=_secret(folder / "draft.key"),
        receipt_pepper=_secret(folder / "pepper.key"),
        receipt_salt=_secret(folder / "salt.key"),
    )


def load_staff(environ: Mapping[str, str]) -> StaffConfig:
    """Read the settings of the desk."""
    check_site(environ, "staff")
    shared = _shared(environ)
    folder = shared.instance / "staff"
    return StaffConfig(
        **{name: getattr(shared, name) for name in Shared.__slots__},
        port=port(environ, "staff"),
        secret_key=_secret(folder / "secret.key"),
        audit_seed=_secret(folder / "audit.key"),
    )


def load_worker(environ: Mapping[str, str]) -> WorkerConfig:
    """Read the settings of the worker."""
    shared = _shared(environ)
    return WorkerConfig(
        **{name: getattr(shared, name) for name in Shared.__slots__},
        worker_seed=_secret(shared.instance / "worker" / "worker.seed"),
        audit_seed=_secret(shared.instance / "worker" / "audit.key"),
    )


_LOADERS: Mapping[str, Callable[[Mapping[str, str]], PublicConfig | StaffConfig | WorkerConfig]] = {
    "public": load_public,
    "staff": load_staff,
    "worker": load_worker,
}


def instance_folder(environ: Mapping[str, str]) -> Path:
    """The folder of databases, keys and settings."""
    return Path(environ.get("PORTAL_INSTANCE") or "instance").resolve()


def has_deployment(folder: Path) -> bool:
    """Tell whether somebody made a deployment there; raises `ConfigError` where nobody can."""
    try:
        if folder.exists() and not folder.is_dir():
            raise ConfigError(f"PORTAL_INSTANCE: {folder} is a file, and should be a folder")
        return os.path.lexists(folder / "portal.toml")
    except OSError as error:
        raise ConfigError(f"PORTAL_INSTANCE: {folder} can't be read: {error.strerror}") from None


def database_urls(environ: Mapping[str, str]) -> tuple[str, str]:
    """Give the addresses of the reports and of the shred store."""
    folder = instance_folder(environ)
    reports = environ.get("DATABASE_URL") or f"sqlite:///{folder / 'reports.sqlite3'}"
    shred = environ.get("SHRED_DATABASE_URL") or f"sqlite:///{folder / 'shred.sqlite3'}"
    pair = parse_url(reports, "DATABASE_URL"), parse_url(shred, "SHRED_DATABASE_URL")
    if is_same_database(*pair):
        raise ConfigError(
            "SHRED_DATABASE_URL names the database of the reports: the shred store needs its own"
        )
    return reports, shred


def _shared(environ: Mapping[str, str]) -> Shared:
    check_names(environ)
    folder = instance_folder(environ)
    if not has_deployment(folder):
        raise ConfigError(
            f"no deployment in {folder}: run `python -m portal demo` for a trial, or see"
            " docs/operations.md"
        )
    settings = Settings(folder / "portal.toml")
    manifest = _manifest(folder, settings)
    https = settings.flag("https")
    _check_demo(environ, manifest, https=https)
    reports, shred = database_urls(environ)
    country = settings.country()
    return Shared(
        instance=folder,
        database_url=reports,
        shred_url=shred,
        redis_url=redis_url(environ),
        demo=manifest.demo,
        https=https,
        languages=settings.languages(),
        country=country,
        timezone=settings.timezone(country),
        exit_url=settings.exit_url(),
        receipt_days=settings.number("receipt_days", most=LONGEST_RECEIPT_DAYS),
        deletes_at_once=settings.choice("deletion", "decide", "at_once") == "at_once",
        routing=_routing(folder, manifest),
        manifest=manifest,
    )


def _check_demo(environ: Mapping[str, str], manifest: Manifest, *, https: bool) -> None:
    wanted = is_demo_wanted(environ)
    if manifest.demo and wanted is False:
        raise ConfigError("PORTAL_DEMO=0, but the keys of this deployment are demo keys")
    if wanted and not manifest.demo:
        raise ConfigError("PORTAL_DEMO=1, but the keys of this deployment are no demo keys")
    if not manifest.demo and not https:
        raise ConfigError("portal.toml: https = false is for a demo only")


def _manifest(folder: Path, settings: Settings) -> Manifest:
    """Read the manifest; never an older one than this deployment has used before."""
    seen = folder / "manifest.seen"
    highest = _highest(seen)
    manifest = read_manifest(
        read_file(folder / "manifest.json"),
        pins=SignerPins(*settings.signers()),
        now=datetime.now(UTC),
        minimum_version=max(highest, settings.number("manifest_version", most=2**31)),
    )
    if manifest.version > highest:
        _remember(seen, manifest.version)
    return manifest


def _highest(seen: Path) -> int:
    text = read_file(seen).decode("ascii", "replace").strip() if os.path.lexists(seen) else "0"
    if not re.fullmatch(r"[0-9]{1,10}", text, re.ASCII):
        raise ConfigError(f"{seen.name} must hold the number of the newest manifest used so far")
    return int(text)


def _remember(seen: Path, version: int) -> None:
    """Note the version whole or not at all: two processes may start at once."""
    fresh = seen.with_name(f"{seen.name}.{os.getpid()}")
    try:
        fresh.write_text(str(version), "ascii")
        fresh.replace(seen)
    except OSError:
        raise ConfigError(f"{seen} can't be written: it remembers the newest manifest") from None


def _routing(folder: Path, manifest: Manifest) -> Routing:
    file = folder / "agencies.toml"
    routing = load_routing(read_file(file), name=file.name)
    for agency, compartment in product(routing.agencies, Compartment):
        manifest.recipients(agency.id, compartment)
    return routing


def _secret(file: Path) -> bytes:
    try:
        secret = read_file(file)
    except ConfigError as error:
        raise ConfigError(f"a secret: {error}") from None
    if len(secret) != SECRET_BYTES:
        raise ConfigError(f"the secret {file} must have {SECRET_BYTES} bytes")
    return secret

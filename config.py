"""What each process is given. Frozen; wrong settings stop the start with a clear message.

`load(site, environ)` reads the instance folder and the environment. The public site's settings
hold public keys and the pepper only: no private key ever reaches that process.
"""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal.domain.errors import ConfigError, ManifestError
from portal.domain.routing import Routing, load_routing
from portal.sealing.manifest import Manifest, SignerPins, read_manifest
from portal.store.engine import parse_url

SECRET_BYTES = 32
_SETTINGS = {
    "exit_url", "languages", "country", "https", "receipt_days", "manifest_version", "signers",
}  # fmt: skip


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
    exit_url: str
    receipt_days: int
    routing: Routing
    manifest: Manifest = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicConfig(Shared):
    """The reporter's site: it seals and inserts, and can open nothing."""

    secret_key: bytes = field(repr=False)
    draft_key: bytes = field(repr=False)
    receipt_pepper: bytes = field(repr=False)
    receipt_salt: bytes = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffConfig(Shared):
    """The desk: members bring their own keys, the process signs the audit log."""

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
    if site == "public":
        return load_public(environ)
    if site == "staff":
        return load_staff(environ)
    if site == "worker":
        return load_worker(environ)
    raise ConfigError("PORTAL_SITE must be public, staff or worker")


def load_public(environ: Mapping[str, str]) -> PublicConfig:
    """Read the settings of the reporter's site."""
    shared = _shared(environ)
    folder = shared.instance / "public"
    return PublicConfig(
        **_fields(shared),
        secret_key=_secret(folder / "secret.key"),
        draft_key=_secret(folder / "draft.key"),
        receipt_pepper=_secret(folder / "pepper.key"),
        receipt_salt=_secret(folder / "salt.key"),
    )


def load_staff(environ: Mapping[str, str]) -> StaffConfig:
    """Read the settings of the desk."""
    shared = _shared(environ)
    folder = shared.instance / "staff"
    return StaffConfig(
        **_fields(shared),
        secret_key=_secret(folder / "secret.key"),
        audit_seed=_secret(folder / "audit.key"),
    )


def load_worker(environ: Mapping[str, str]) -> WorkerConfig:
    """Read the settings of the worker."""
    shared = _shared(environ)
    return WorkerConfig(
        **_fields(shared),
        worker_seed=_secret(shared.instance / "worker" / "worker.seed"),
        audit_seed=_secret(shared.instance / "staff" / "audit.key"),
    )


def instance_folder(environ: Mapping[str, str]) -> Path:
    """The folder of databases, keys and settings."""
    return Path(environ.get("PORTAL_INSTANCE") or "instance").resolve()


def database_urls(environ: Mapping[str, str]) -> tuple[str, str]:
    """Give the addresses of the reports and of the shred store."""
    folder = instance_folder(environ)
    reports = environ.get("DATABASE_URL") or f"sqlite:///{folder / 'reports.sqlite3'}"
    shred = environ.get("SHRED_DATABASE_URL") or f"sqlite:///{folder / 'shred.sqlite3'}"
    if parse_url(reports, "DATABASE_URL") == parse_url(shred, "SHRED_DATABASE_URL"):
        raise ConfigError("the shred store must not be the database of the reports")
    return reports, shred


def port(environ: Mapping[str, str], name: str, default: int) -> int:
    """Read a port from the environment."""
    value = environ.get(name) or str(default)
    if not re.fullmatch(r"[0-9]{1,5}", value, re.ASCII) or not 0 < int(value) < 65536:
        raise ConfigError(f"{name} must be a port number from 1 to 65535")
    return int(value)


def _shared(environ: Mapping[str, str]) -> Shared:
    folder = instance_folder(environ)
    if not (folder / "portal.toml").is_file():
        raise ConfigError(
            f"no deployment in {folder}: run `python -m portal demo` for a trial, or see"
            " docs/operations.md"
        )
    settings = _settings(folder / "portal.toml")
    manifest = _manifest(folder, settings)
    if manifest.demo and environ.get("PORTAL_DEMO", "1") == "0":
        raise ConfigError("PORTAL_DEMO=0, but the keys of this deployment are demo keys")
    reports, shred = database_urls(environ)
    return Shared(
        instance=folder,
        database_url=reports,
        shred_url=shred,
        redis_url=environ.get("REDIS_URL") or None,
        demo=manifest.demo,
        https=_flag(settings, "https"),
        languages=_languages(settings),
        country=_word(settings, "country", r"[A-Z]{2}", "two capital letters"),
        exit_url=_word(settings, "exit_url", r"https?://[^\s\"';,]+", "an http(s) address"),
        receipt_days=_number(settings, "receipt_days"),
        routing=_routing(folder, manifest),
        manifest=manifest,
    )


def _fields(shared: Shared) -> dict[str, Any]:
    return {name: getattr(shared, name) for name in Shared.__slots__}


def _settings(file: Path) -> dict[str, object]:
    try:
        settings = tomllib.loads(file.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file.name} can't be read: {error}") from None
    unknown = sorted(set(settings) - _SETTINGS)
    missing = sorted(_SETTINGS - set(settings))
    if unknown or missing:
        what = f"unknown setting {unknown[0]}" if unknown else f"setting {missing[0]} is missing"
        raise ConfigError(f"{file.name}: {what}")
    return settings


def _manifest(folder: Path, settings: Mapping[str, object]) -> Manifest:
    """Read the manifest; never an older one than this deployment has used before."""
    file, seen = folder / "manifest.json", folder / "manifest.seen"
    if not file.is_file():
        raise ManifestError("manifest.json is missing")
    highest = int(seen.read_text("ascii")) if seen.is_file() else 0
    manifest = read_manifest(
        file.read_bytes(),
        pins=_pins(settings),
        now=datetime.now(UTC),
        minimum_version=max(highest, _number(settings, "manifest_version")),
    )
    if manifest.version > highest:
        seen.write_text(str(manifest.version), "ascii")
    return manifest


def _pins(settings: Mapping[str, object]) -> SignerPins:
    signers = settings["signers"]
    try:
        if not isinstance(signers, dict):
            raise TypeError
        return SignerPins(
            base64.b64decode(signers["ed25519"], validate=True),
            base64.b64decode(signers["mldsa65"], validate=True),
        )
    except (KeyError, TypeError, binascii.Error):
        raise ConfigError("portal.toml: signers needs ed25519 and mldsa65, in base64") from None


def _routing(folder: Path, manifest: Manifest) -> Routing:
    file = folder / "agencies.toml"
    if not file.is_file():
        raise ConfigError("agencies.toml is missing")
    routing = load_routing(file.read_bytes(), name=file.name)
    for agency in routing.agencies:
        for compartment in ("triage", "indicators", "identity"):
            manifest.recipients(agency.id, compartment)
    return routing


def _secret(file: Path) -> bytes:
    if not file.is_file():
        raise ConfigError(f"the secret {file.parent.name}/{file.name} is missing")
    secret = file.read_bytes()
    if len(secret) != SECRET_BYTES:
        raise ConfigError(f"the secret {file.parent.name}/{file.name} must have 32 bytes")
    return secret


def _word(settings: Mapping[str, object], name: str, form: str, words: str) -> str:
    value = settings[name]
    if not isinstance(value, str) or not re.fullmatch(form, value):
        raise ConfigError(f"portal.toml: {name} must be {words}")
    return value


def _flag(settings: Mapping[str, object], name: str) -> bool:
    value = settings[name]
    if not isinstance(value, bool):
        raise ConfigError(f"portal.toml: {name} must be true or false")
    return value


def _number(settings: Mapping[str, object], name: str) -> int:
    value = settings[name]
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ConfigError(f"portal.toml: {name} must be a whole number from 1")
    return value


def _languages(settings: Mapping[str, object]) -> tuple[str, ...]:
    value = settings["languages"]
    form = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")
    if not isinstance(value, list) or not value or not all(form.fullmatch(str(x)) for x in value):
        raise ConfigError('portal.toml: languages must be a list such as ["vi", "en"]')
    return tuple(value)

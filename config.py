"""What each process is given: frozen, checked at start, and never more than it needs.

`load("public", os.environ)` reads the instance folder and the environment, and raises
`ConfigError` with a sentence for the operator wherever something is missing or wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal, overload
from urllib.parse import urlsplit

from portal.domain.errors import ConfigError, ManifestError, RoutingError
from portal.domain.report import Compartment
from portal.domain.routing import Routing, load_routing
from portal.sealing.manifest import Manifest, SignerPins, read_manifest
from portal.settings import Settings, key_bytes, read_file, read_settings, secret
from portal.store.engine import parse_url

Site = Literal["public", "staff", "worker"]

SITES: tuple[Site, ...] = ("public", "staff", "worker")

ROOT = Path(__file__).resolve().parent

DEFAULT_PORTS: Mapping[str, int] = {"public": 8000, "staff": 8001}

VERSION_SEEN = "manifest.version"
"""The file in a site's folder that remembers the highest version of the manifest ever used."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """What every process knows."""

    instance: Path
    database_url: str = field(repr=False)
    shred_url: str = field(repr=False)
    demo: bool
    languages: tuple[str, ...]
    routing: Routing = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class SiteConfig(Config):
    """What both sites know. `proxies` is how many trusted proxies stand in front."""

    port: int
    https: bool
    proxies: int
    hosts: tuple[str, ...]
    exit_url: str
    redis_url: str | None = field(repr=False)
    secret_key: bytes = field(repr=False)
    manifest: Manifest = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class PublicConfig(SiteConfig):
    """What the reporters' site knows: public keys, and what makes codes and drafts unguessable."""

    receipt_pepper: bytes = field(repr=False)
    receipt_salt: bytes = field(repr=False)
    receipt_lasts: timedelta
    draft_key: bytes = field(repr=False)
    default_country: str | None


@dataclass(frozen=True, kw_only=True)
class StaffConfig(SiteConfig):
    """What the desk knows: the audit log's key, and how long a session lasts."""

    audit_seed: bytes = field(repr=False)
    session_hours: int
    idle_minutes: int


@dataclass(frozen=True, kw_only=True)
class WorkerConfig(Config):
    """What the worker knows: its own key, with what was granted to it, and the audit log's key."""

    worker_seed: bytes = field(repr=False)
    grants: Path
    audit_seed: bytes = field(repr=False)
    checkpoint: Path
    idle_minutes: int


AnyConfig = PublicConfig | StaffConfig | WorkerConfig


@overload
def load(site: Literal["public"], environ: Mapping[str, str]) -> PublicConfig: ...
@overload
def load(site: Literal["staff"], environ: Mapping[str, str]) -> StaffConfig: ...
@overload
def load(site: Literal["worker"], environ: Mapping[str, str]) -> WorkerConfig: ...


def load(site: str, environ: Mapping[str, str]) -> AnyConfig:
    """Read and check everything that a process needs; raises `ConfigError` or `ManifestError`."""
    if site not in SITES:
        raise ConfigError(f"unknown site {site[:20]!r}: PORTAL_SITE is one of {', '.join(SITES)}")
    instance = instance_folder(environ)
    settings = read_settings(instance / "portal.toml")
    manifest = trusted_manifest(instance, settings, site=site, now=datetime.now(UTC))
    _check_demo(environ, settings, manifest)
    shared = {
        "instance": instance,
        "demo": manifest.demo,
        "languages": settings.languages,
        "routing": _routing(instance / "agencies.toml", manifest),
        **database_urls(instance, environ),
    }
    if site == "worker":
        return _worker(shared, settings)
    at_site = shared | _site_values(site, environ, settings, instance) | {"manifest": manifest}
    return (_public if site == "public" else _staff)(at_site, settings)


def instance_folder(environ: Mapping[str, str]) -> Path:
    """Give the folder of this deployment: PORTAL_INSTANCE, or `instance/` beside this file."""
    return Path(environ.get("PORTAL_INSTANCE") or ROOT / "instance").resolve()


def database_urls(instance: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Give the addresses of both databases; SQLite files in the instance unless told otherwise."""
    reports = environ.get("DATABASE_URL") or f"sqlite:///{instance / 'reports.sqlite3'}"
    shred = environ.get("SHRED_DATABASE_URL") or f"sqlite:///{instance / 'shred.sqlite3'}"
    if parse_url(reports, "DATABASE_URL") == parse_url(shred, "SHRED_DATABASE_URL"):
        raise ConfigError(
            "SHRED_DATABASE_URL must not be the database of the reports: "
            "a backup of both together could never forget a report"
        )
    return {"database_url": reports, "shred_url": shred}


def trusted_manifest(
    instance: Path, settings: Settings, *, site: str | None, now: datetime
) -> Manifest:
    """Read the signed manifest, and refuse one older than this site (where given) has used."""
    pins = SignerPins(settings.signer_ed25519, settings.signer_mldsa65)
    seen = instance / site / VERSION_SEEN if site else None
    highest = max(settings.minimum_version, _version_seen(seen))
    raw = read_file(instance / "manifest.json")
    manifest = read_manifest(raw, pins=pins, now=now, minimum_version=highest)
    if seen is not None and manifest.version > _version_seen(seen):
        _remember(seen, manifest.version)
    return manifest


def _version_seen(path: Path | None) -> int:
    if path is None or not path.exists():
        return 0
    text = read_file(path).decode("ascii", "replace").strip()
    if not text.isdecimal():
        raise ConfigError(f"{path} should hold the number of a manifest's version")
    return int(text)


def _remember(path: Path, version: int) -> None:
    fresh = path.with_suffix(".new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.write_text(f"{version}\n", encoding="ascii")
        fresh.replace(path)
    except OSError:
        raise ConfigError(f"{path} can't be written: it has to remember the manifest") from None


def _check_demo(environ: Mapping[str, str], settings: Settings, manifest: Manifest) -> None:
    wanted = environ.get("PORTAL_DEMO", "")
    if wanted not in ("", "0", "1"):
        raise ConfigError("PORTAL_DEMO is 0 or 1")
    if manifest.demo and wanted == "0":
        raise ConfigError(
            "the manifest is a demo's, whose private keys lie beside it, and PORTAL_DEMO=0 refuses "
            "that: hold a key ceremony (python -m portal ceremony --help)"
        )
    if wanted == "1" and not manifest.demo:
        raise ConfigError("PORTAL_DEMO=1, but the manifest is that of a real deployment")
    if not manifest.demo and not settings.https:
        raise ConfigError("https = false in portal.toml is for a demo only")


def _routing(path: Path, manifest: Manifest) -> Routing:
    try:
        routing = load_routing(read_file(path), name=path.name)
    except RoutingError as error:
        raise ConfigError(str(error)) from None
    for agency in routing.agencies:
        for compartment in Compartment:
            try:
                manifest.recipients(agency.id, compartment)
            except ManifestError as error:
                raise ConfigError(f"{error}, which {path.name} names") from None
    return routing


def _site_values(
    site: str, environ: Mapping[str, str], settings: Settings, instance: Path
) -> dict[str, object]:
    return {
        "port": port(site, environ),
        "https": settings.https,
        "proxies": settings.proxies,
        "hosts": settings.hosts,
        "exit_url": settings.exit_url,
        "redis_url": _redis_url(environ),
        "secret_key": secret(instance / site / "secret.key"),
    }


def port(site: str, environ: Mapping[str, str]) -> int:
    """Give the port on which a site listens."""
    name = f"PORTAL_{site.upper()}_PORT"
    text = environ.get(name) or str(DEFAULT_PORTS[site])
    if not (text.isascii() and text.isdecimal() and 0 < int(text) < 65536):
        raise ConfigError(f"{name} must be a number from 1 to 65535")
    return int(text)


def _redis_url(environ: Mapping[str, str]) -> str | None:
    url = environ.get("REDIS_URL") or None
    if url is not None and urlsplit(url).scheme not in ("redis", "rediss", "unix"):
        raise ConfigError("REDIS_URL must be a redis://, rediss:// or unix:// address")
    return url


def _public(shared: Mapping[str, object], settings: Settings) -> PublicConfig:
    folder = Path(str(shared["instance"])) / "public"
    return PublicConfig(
        **shared,  # type: ignore[arg-type]
        receipt_pepper=secret(folder / "pepper.key"),
        receipt_salt=secret(folder / "salt.key"),
        receipt_lasts=timedelta(days=settings.receipt_days),
        draft_key=secret(folder / "draft.key"),
        default_country=settings.country,
    )


def _staff(shared: Mapping[str, object], settings: Settings) -> StaffConfig:
    return StaffConfig(
        **shared,  # type: ignore[arg-type]
        audit_seed=key_bytes(Path(str(shared["instance"])) / "staff" / "audit.key"),
        session_hours=settings.session_hours,
        idle_minutes=settings.idle_minutes,
    )


def _worker(shared: Mapping[str, object], settings: Settings) -> WorkerConfig:
    folder = Path(str(shared["instance"])) / "worker"
    return WorkerConfig(
        **shared,  # type: ignore[arg-type]
        worker_seed=key_bytes(folder / "worker.seed"),
        grants=folder / "grants.json",
        audit_seed=key_bytes(folder / "audit.key"),
        checkpoint=settings.checkpoint or folder / "audit.checkpoint",
        idle_minutes=settings.idle_minutes,
    )

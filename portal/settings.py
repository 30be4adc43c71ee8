"""The instance folder as files: `portal.toml`, and secrets of 32 bytes written in hex."""

from __future__ import annotations

import base64
import binascii
import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from portal.domain.errors import ConfigError
from portal.domain.question import is_country

SECRET_BYTES = 32

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_HOST = re.compile(r"\.?[a-z0-9.-]+(:[0-9]+)?")
_SIGNER_BYTES = {"ed25519": 32, "mldsa65": 1952}


@dataclass(frozen=True, slots=True)
class Settings:
    """What `portal.toml` says; the first of `languages` is the default."""

    languages: tuple[str, ...]
    exit_url: str
    country: str | None
    https: bool
    proxies: int
    hosts: tuple[str, ...]
    receipt_days: int
    session_hours: int
    idle_minutes: int
    minimum_version: int
    checkpoint: Path | None
    signer_ed25519: bytes
    signer_mldsa65: bytes


def read_settings(path: Path) -> Settings:
    """Read `portal.toml`; raises `ConfigError` that names the key."""
    try:
        table = tomllib.loads(read_file(path).decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is not TOML: {error}") from None
    read = _Reader(table, path.name)
    settings = Settings(
        languages=read("languages", ["vi", "en"], _languages),
        exit_url=read("exit_url", None, _exit_url),
        country=read("country", "", _country),
        https=read("https", True, _flag),
        proxies=read("proxies", 0, _whole(0, 10)),
        hosts=read("hosts", [], _hosts),
        receipt_days=read("receipt_days", 365, _whole(1, 3650)),
        session_hours=read("session_hours", 10, _whole(1, 24)),
        idle_minutes=read("idle_minutes", 30, _whole(1, 480)),
        minimum_version=read("minimum_version", 1, _whole(1, 2**31 - 1)),
        checkpoint=read("audit_checkpoint", "", _path),
        signer_ed25519=read("signer_ed25519", None, _signer("ed25519")),
        signer_mldsa65=read("signer_mldsa65", None, _signer("mldsa65")),
    )
    read.refuse_unknown()
    return settings


def read_file(path: Path) -> bytes:
    """Read a file of the instance; raises `ConfigError` where it is missing or closed to us."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        hint = "for a demo, run `make run`; for a deployment, see docs/operations.md"
        raise ConfigError(f"{path} is missing: {hint}") from None
    except OSError:
        raise ConfigError(f"{path} can't be read by this user") from None


def secret(path: Path) -> bytes:
    """Read a secret of at least 32 bytes, written in hex."""
    raw = read_file(path)
    if path.stat().st_mode & 0o007:
        raise ConfigError(f"{path} is open to everybody on this machine: chmod 600")
    try:
        value = bytes.fromhex(raw.decode("ascii"))
    except ValueError:
        raise ConfigError(f"{path} must hold {SECRET_BYTES} bytes in hex") from None
    if len(value) < SECRET_BYTES:
        raise ConfigError(f"{path} is too short: {SECRET_BYTES} bytes in hex are needed")
    return value


def key_bytes(path: Path) -> bytes:
    """Read a key of exactly 32 bytes, written in hex."""
    value = secret(path)
    if len(value) != SECRET_BYTES:
        raise ConfigError(f"{path} must hold exactly {SECRET_BYTES} bytes in hex")
    return value


class _Reader:
    """Reads one key after the other, and knows which ones nobody asked for."""

    def __init__(self, table: dict[str, Any], file: str) -> None:
        self._table, self._file, self._asked = table, file, set[str]()

    def __call__(self, key: str, default: object, check: Callable[[Any], Any]) -> Any:
        self._asked.add(key)
        value = self._table.get(key, default)
        if value is None:
            raise ConfigError(f"{self._file}: {key} is missing")
        try:
            return check(value)
        except (ValueError, TypeError, AttributeError) as error:
            raise ConfigError(f"{self._file}: {key} {error}") from None

    def refuse_unknown(self) -> None:
        """Refuse a key that means nothing: a typing error must not pass for a setting."""
        for key in self._table:
            if key not in self._asked:
                raise ConfigError(f"{self._file}: unknown key {key!r}")


def _texts(value: object, what: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(f"must be a list of {what}")
    return tuple(value)


def _languages(value: object) -> tuple[str, ...]:
    tags = _texts(value, "languages")
    if not tags or len(set(tags)) != len(tags) or not all(map(_LANGUAGE.fullmatch, tags)):
        raise ValueError('must be a list of different tags such as "vi"')
    return tags


def _hosts(value: object) -> tuple[str, ...]:
    hosts = _texts(value, "host names")
    if not all(map(_HOST.fullmatch, hosts)):
        raise ValueError("must be a list of host names in lower case")
    return hosts


def _exit_url(value: object) -> str:
    url = urlsplit(value) if isinstance(value, str) else urlsplit("")
    if url.scheme != "https" or not url.hostname:
        raise ValueError("must be an https:// address, of an ordinary site")
    return url.geturl()


def _country(value: object) -> str | None:
    if value == "":
        return None
    if not isinstance(value, str) or not is_country(value):
        raise ValueError("must be two capital letters (ISO 3166-1)")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("must be true or false")
    return value


def _whole(least: int, most: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        if not is_number or not least <= int(str(value)) <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return int(str(value))

    return check


def _path(value: object) -> Path | None:
    if not isinstance(value, str) or (value and not Path(value).is_absolute()):
        raise ValueError("must be an absolute path")
    return Path(value) if value else None


def _signer(name: str) -> Callable[[object], bytes]:
    def check(value: object) -> bytes:
        try:
            key = base64.b64decode(value if isinstance(value, str) else "", validate=True)
        except binascii.Error:
            key = b""
        if len(key) != _SIGNER_BYTES[name]:
            raise ValueError(f"must be a public key of {_SIGNER_BYTES[name]} bytes in base64")
        return key

    return check

"""The operator's file of settings, `portal.toml`: all of it, nothing unknown, of the right kind."""

from __future__ import annotations

import base64
import re
import tomllib
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from babel.core import get_global
from babel.dates import get_timezone

from portal.domain.errors import ConfigError
from portal.domain.questionnaire.question import is_country
from portal.domain.suggestion import did_you_mean

_KNOWN = {
    "exit_url", "languages", "country", "https", "receipt_days", "manifest_version", "signers",
}  # fmt: skip

_OPTIONAL = {"deletion": "decide", "timezone": ""}
"""What an older file may leave out, with what then counts."""

_TRANSLATIONS = Path(__file__).parents[1] / "translations"

_MAIN_ZONES = {
    "AQ": "Antarctica/McMurdo", "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo", "CA": "America/Toronto", "CD": "Africa/Kinshasa",
    "CL": "America/Santiago", "CN": "Asia/Shanghai", "CY": "Asia/Nicosia", "DE": "Europe/Berlin",
    "EC": "America/Guayaquil", "ES": "Europe/Madrid", "FM": "Pacific/Pohnpei",
    "GL": "America/Nuuk", "ID": "Asia/Jakarta", "KI": "Pacific/Tarawa", "KZ": "Asia/Almaty",
    "MH": "Pacific/Majuro", "MN": "Asia/Ulaanbaatar", "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "PF": "Pacific/Tahiti",
    "PG": "Pacific/Port_Moresby", "PS": "Asia/Hebron", "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow", "UA": "Europe/Kyiv", "UM": "Pacific/Wake", "US": "America/New_York",
    "UZ": "Asia/Tashkent", "XK": "Europe/Belgrade",
}  # fmt: skip
"""The zone of the capital, where CLDR knows several zones of a country, or none."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?")

LARGEST = 4 * 1024 * 1024
"""Bytes of a file of the instance: whatever is larger is not one of ours."""


def read_file(file: Path) -> bytes:
    """Read a file of the instance; raises `ConfigError` with what is the matter with it."""
    try:
        if file.is_dir():
            raise ConfigError(f"{file} is a folder, and should be a file")
        if file.exists() and not file.is_file():
            raise ConfigError(f"{file} is no ordinary file")
        with file.open("rb") as source:
            content = source.read(LARGEST + 1)
    except FileNotFoundError:
        raise ConfigError(f"{file} is missing") from None
    except OSError as error:
        raise ConfigError(f"{file} can't be read: {error.strerror}") from None
    if not content or len(content) > LARGEST:
        raise ConfigError(f"{file} is {'too large' if content else 'empty'}")
    return content


def _is_https(address: str) -> bool:
    """Tell whether it is an https address that can stand in a policy, with a host and a port."""
    try:
        parts = urlsplit(address)
        named = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return named and re.fullmatch(r"https://[^\s\"';,]+", address) is not None


class Settings:
    """What the file says; every refusal is a `ConfigError` that names the setting."""

    def __init__(self, file: Path) -> None:
        self._file = file.name
        source = read_file(file)
        try:
            # Some editors put a mark before the text.
            given = tomllib.loads(source.decode("utf-8-sig").replace("\r\n", "\n"))
        except UnicodeDecodeError:
            raise ConfigError(f"{file} is not UTF-8") from None
        except (ValueError, RecursionError) as error:
            reason = " ".join(str(error).split())
            raise ConfigError(f"{file} is not TOML: {reason}") from None
        self._values: dict[str, Any] = _OPTIONAL | given
        for name in sorted(set(given) - _KNOWN - set(_OPTIONAL)):
            self._refuse(name, f"is not known{did_you_mean(name, _KNOWN | set(_OPTIONAL))}")
        for name in sorted(_KNOWN - set(given)):
            self._refuse(name, "is missing")

    def exit_url(self) -> str:
        """Read where the leave button goes: an https address that a policy can name."""
        value = self._values["exit_url"]
        if not isinstance(value, str) or not _is_https(value):
            self._refuse("exit_url", 'must be an https address such as "https://www.example.org/"')
        return value

    def country(self) -> str:
        """Read the home country (ISO 3166-1)."""
        value = self._values["country"]
        if not isinstance(value, str) or not is_country(value):
            self._refuse("country", 'must be two capital letters (ISO 3166-1) such as "VN"')
        return value

    def choice(self, name: str, *choices: str) -> str:
        """Read one of a few words."""
        value = self._values[name]
        if value not in choices:
            self._refuse(name, f"must be {' or '.join(choices)}")
        return str(value)

    def flag(self, name: str) -> bool:
        """Read true or false."""
        value = self._values[name]
        if not isinstance(value, bool):
            self._refuse(name, "must be true or false")
        return value

    def number(self, name: str, *, most: int) -> int:
        """Read a whole number from 1."""
        value = self._values[name]
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
            self._refuse(name, f"must be a whole number from 1 to {most}")
        return value

    def languages(self) -> tuple[str, ...]:
        """Read the languages; the first is the one to begin with."""
        value = self._values["languages"]
        is_list = isinstance(value, list) and value
        if not is_list or not all(_LANGUAGE.fullmatch(str(tag)) for tag in value):
            self._refuse("languages", 'must be a list such as ["vi", "en"]')
        for tag in value:
            # A language that is not whole would show English to a child.
            file = _TRANSLATIONS / tag.replace("-", "_") / "LC_MESSAGES" / "messages.mo"
            if tag != "en" and not file.is_file():
                self._refuse("languages", f"{tag} has no compiled catalogue (docs/translating.md)")
            if value.count(tag) > 1:
                self._refuse("languages", f"{tag} stands twice")
        return tuple(value)

    def timezone(self, country: str) -> str:
        """Read the time zone whose days reporters are shown; without one, that of the country."""
        wanted = self._values["timezone"]
        zones = get_global("territory_zones").get(country, ())
        name = wanted or _MAIN_ZONES.get(country) or (zones[0] if len(zones) == 1 else "UTC")
        try:
            if not isinstance(wanted, str):
                raise LookupError
            get_timezone(name)
        except LookupError:
            self._refuse("timezone", 'must be the name of a time zone such as "Asia/Ho_Chi_Minh"')
        return str(name)

    def signers(self) -> tuple[bytes, bytes]:
        """Read the signers' public keys: Ed25519 (32 bytes) and ML-DSA-65 (1952)."""
        try:
            given = self._values["signers"]
            pair = [base64.b64decode(given[name], validate=True) for name in ("ed25519", "mldsa65")]
        except (KeyError, TypeError, ValueError):
            pair = []
        if [len(key) for key in pair] != [32, 1952]:
            self._refuse("signers", "needs the public keys ed25519 and mldsa65, in base64")
        return pair[0], pair[1]

    def _refuse(self, name: str, why: str) -> NoReturn:
        raise ConfigError(f"{self._file}: {name} {why}")

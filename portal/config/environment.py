"""The settings that stand in the environment: each is read, or refused with what would be right.

A refusal never repeats an address of a database or of Redis: it may hold a password.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from limits import parse_many
from redis import ConnectionPool, RedisError

from portal.domain.errors import ConfigError
from portal.domain.suggestion import did_you_mean

PORTS: Mapping[str, int] = {"public": 8000, "staff": 8001}
"""Where the sites listen, on 127.0.0.1, unless the environment says otherwise."""

COUNTS: Mapping[str, tuple[int, int]] = {"PORTAL_WORKERS": (1, 64), "PORTAL_THREADS": (8, 256)}
"""Processes of a site, and threads of each: what counts where nothing is said, and the most."""

RATES: Mapping[str, str] = {
    "PORTAL_RATE_PAGES": "12000 per minute",
    "PORTAL_RATE_SENDS": "1200 per minute",
    "PORTAL_RATE_LOOKUPS": "1200 per minute",
}
"""What one address may do on the reporter's site, unless the environment says otherwise.

All of Tor, an onion service or a school is one address, so these stop floods and nobody else.
Guessing a code is hopeless at any rate (63 bits); a look-up costs 24 ms here, as sending does.
"""

KNOWN = frozenset(
    {"PORTAL_INSTANCE", "PORTAL_SITE", "PORTAL_DEMO", "PORTAL_PUBLIC_PORT", "PORTAL_STAFF_PORT"}
    | COUNTS.keys()
    | RATES.keys()
)
"""Every variable of our own."""

_MISTYPED = 0.85
"""Only what is nearly one of ours is refused: others may use the prefix too (Kubernetes does)."""


def check_names(environ: Mapping[str, str]) -> None:
    """Refuse a mistyped name: it would be ignored in silence."""
    for name in sorted(environ):
        if name.startswith("PORTAL_") and name not in KNOWN:
            meant = did_you_mean(name, KNOWN, close=_MISTYPED)
            if meant:
                raise ConfigError(f"{name} is not a setting{meant}")


def check_site(environ: Mapping[str, str], site: str) -> None:
    """Refuse what would stop that site's web server, before it starts."""
    port(environ, site)
    redis_url(environ)
    for name in COUNTS:
        count(environ, name)
    for name in RATES:
        rate(environ, name)


def port(environ: Mapping[str, str], site: str) -> int:
    """Give a site's port: PORTAL_PUBLIC_PORT or PORTAL_STAFF_PORT, or its own."""
    if site not in PORTS:
        raise ConfigError(f"PORTAL_SITE must be one of {', '.join(PORTS)}")
    name = port_name(site)
    return _whole(name, environ.get(name), PORTS[site], 65535, "a port number")


def port_name(site: str) -> str:
    """Name the variable that moves a site to another port."""
    return f"PORTAL_{site.upper()}_PORT"


def count(environ: Mapping[str, str], name: str) -> int:
    """Give the number of processes or threads, by the name of the variable."""
    usual, most = COUNTS[name]
    return _whole(name, environ.get(name), usual, most, "a number")


def rate(environ: Mapping[str, str], name: str) -> str:
    """Give a rate, by the name of the variable."""
    wanted = (environ.get(name) or RATES[name]).strip()
    if wanted.isdecimal():
        raise ConfigError(f'{name} has no unit: write "{wanted} per minute"')
    try:
        is_right = all(one.amount >= 1 for one in parse_many(wanted))
    except ValueError:
        is_right = False
    if not is_right:
        raise ConfigError(f'{name} must be a rate such as "{RATES[name]}"')
    return wanted


def redis_url(environ: Mapping[str, str]) -> str | None:
    """Give the address of the counters, None where each process counts in its memory."""
    address = environ.get("REDIS_URL") or None
    if address is None:
        return None
    if not re.match(r"(?:rediss?://[^/?]|unix:///[^?])", address):
        raise ConfigError("REDIS_URL must be a redis://, rediss:// or unix:// address")
    try:
        # Makes what would connect, and doesn't connect: that reads every part of the address.
        ConnectionPool.from_url(address).make_connection()
    except (ValueError, TypeError, RedisError):
        raise ConfigError(
            "REDIS_URL has a part that Redis can't use; it is like redis://HOST:6379/0"
        ) from None
    return address


def is_demo_wanted(environ: Mapping[str, str]) -> bool | None:
    """Tell what PORTAL_DEMO says; None where it says nothing."""
    said = environ.get("PORTAL_DEMO", "")
    if said not in ("", "0", "1"):
        raise ConfigError("PORTAL_DEMO must be 0 or 1")
    return said == "1" if said else None


def _whole(name: str, said: str | None, usual: int, most: int, what: str) -> int:
    if not said:
        return usual
    if not re.fullmatch(r"[0-9]{1,9}", said, re.ASCII) or not 0 < int(said) <= most:
        raise ConfigError(f"{name} must be {what} from 1 to {most}")
    return int(said)

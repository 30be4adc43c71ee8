"""Rate limits that keep no address: a keyed hash under a salt that changes every hour.

The salt is derived from the process's secret and the hour, so that every process of a site counts
alike; it is never written. When the store of the counters is down, each process counts in its own
memory: the reporter's site stays open, and tries to sign in at the desk are still slowed.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem
from limits.errors import StorageError
from limits.storage import storage_from_string
from limits.strategies import FixedWindowRateLimiter
from redis.exceptions import RedisError

from portal.config import environment
from portal.domain.canon import canon
from portal.web import logs
from portal.web.clock import now
from portal.web.counters import CounterStorage

SALT_LIVES = 60 * 60
"""Seconds."""

KEY = "PORTAL_LIMIT_KEY"

PATIENCE = 1
"""Seconds to wait for the counters before a page goes on without them."""


AWAY = 30
"""Seconds for which a store that failed is not asked again."""


def network() -> str:
    """Give the network that asks."""
    return network_of(request.remote_addr or "")


def address_key() -> str:
    """Name the network that asks, for this hour only."""
    return key_of(network())


def key_of(*parts: str) -> str:
    """Name anything that is counted, as a keyed hash, for this hour only."""
    hour = int(now().timestamp()) // SALT_LIVES
    secret: bytes = current_app.config[KEY]
    salt = hmac.digest(secret, b"limit-salt-v1:%d" % hour, "sha256")
    return hmac.digest(salt, canon(*parts), "sha256")[:12].hex()


def network_of(address: str) -> str:
    """Give what one customer of a provider holds: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped or ip_network((int(found), 64), strict=False))


READING = ("GET", "HEAD", "OPTIONS")
"""Methods that bring no form; any other one is counted, also one that is refused afterwards."""

limiter = Limiter(
    address_key,
    headers_enabled=False,
    application_limits=[lambda: str(current_app.config["PORTAL_RATE_PAGES"])],
    application_limits_exempt_when=lambda: request.method in READING,
    request_identifier=lambda: request.endpoint or "nowhere",
)
"""Counts forms on both sites, and stays open when its store is down."""


class Tries:
    """Counts tries, in the store that all processes share, or here while that one is away."""

    def __init__(self, uri: str, options: dict[str, float]) -> None:
        self._here = FixedWindowRateLimiter(CounterStorage())
        store = storage_from_string(uri, **options)
        self._shared = FixedWindowRateLimiter(store)
        self._away_until = float("-inf")

    def are_spent(self, allowed: RateLimitItem, *key: str) -> bool:
        """Tell whether there were as many as are allowed; counts nothing."""
        return not self._ask(lambda counters: counters.test(allowed, *key))

    def add(self, allowed: RateLimitItem, *key: str) -> bool:
        """Count one; False where it is one too many."""
        return self._ask(lambda counters: counters.hit(allowed, *key))

    def _ask(self, question: Callable[[FixedWindowRateLimiter], bool]) -> bool:
        if time.monotonic() >= self._away_until:
            try:
                return question(self._shared)
            except (StorageError, RedisError) as error:
                logs.failure(error)
                self._away_until = time.monotonic() + AWAY
        return question(self._here)


_TRIES = "portal.tries"


def tries() -> Tries:
    """Give what counts tries to sign in."""
    found: Tries = current_app.extensions[_TRIES]
    return found


def prepare(app: Flask, *, secret_key: bytes, redis_url: str | None) -> None:
    """Count every form in memory, or in Redis where there is one, before its body is looked at.

    When the counters can't be reached, this process counts alone and lets people in.
    """
    app.config[KEY] = hashlib.sha256(b"limits-v1" + secret_key).digest()
    app.config.update({name: environment.rate(os.environ, name) for name in environment.RATES})
    app.config["RATELIMIT_STORAGE_URI"] = redis_url or f"{CounterStorage.STORAGE_SCHEME[0]}://"
    app.config["RATELIMIT_STRATEGY"] = "fixed-window"
    if redis_url:
        app.config["RATELIMIT_STORAGE_OPTIONS"] = {
            "socket_connect_timeout": PATIENCE,
            "socket_timeout": PATIENCE,
        }
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = True
    limiter.init_app(app)


def rate(name: str) -> Callable[[], str]:
    """Give the rate of that name, as it is configured when somebody asks."""
    return lambda: str(current_app.config[name])


def count_tries(app: Flask) -> None:
    """Count tries at the desk; what comes of the count is for the desk to say."""
    uri, options = (app.config.get(f"RATELIMIT_STORAGE_{x}", {}) for x in ("URI", "OPTIONS"))
    app.extensions[_TRIES] = Tries(uri, options)

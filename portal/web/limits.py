"""Rate limits that keep no address: a keyed hash under a salt that changes every hour.

The salt is derived from the process's secret and the hour, so that every process of a site counts
alike; it is never written. What happens when the store of the counters is down: the reporter's
site counts in memory and stays open, the desk's sign-in closes.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Callable
from ipaddress import ip_address, ip_network

from flask import Flask, current_app, request
from flask_limiter import Limiter

from portal import environment
from portal.web.clock import now

SALT_LIVES = 60 * 60
"""Seconds."""

KEY = "PORTAL_LIMIT_KEY"

PATIENCE = 1
"""Seconds to wait for the counters before a page goes on without them."""


def address_key() -> str:
    """Name whoever asks, for this hour only."""
    hour = int(now().timestamp()) // SALT_LIVES
    secret: bytes = current_app.config[KEY]
    salt = hmac.digest(secret, b"limit-salt-v1:%d" % hour, "sha256")
    address = (request.remote_addr or "").encode("ascii", "replace")
    return hmac.digest(salt, address, "sha256")[:12].hex()


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

gate = Limiter(address_key, headers_enabled=False)
"""Counts at the door of the desk, and closes when its store is down."""


def prepare(app: Flask, *, secret_key: bytes, redis_url: str | None) -> None:
    """Count every form in memory, or in Redis where there is one, before its body is looked at.

    When the counters can't be reached, this process counts alone and lets people in.
    """
    app.config[KEY] = hashlib.sha256(b"limits-v1" + secret_key).digest()
    app.config.update({name: environment.rate(os.environ, name) for name in environment.RATES})
    app.config["RATELIMIT_STORAGE_URI"] = redis_url or "memory://"
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


def close(app: Flask) -> None:
    """When the counters of the gate can't be reached, let nobody through: it becomes a 503."""
    app.config["RATELIMIT_IN_MEMORY_FALLBACK_ENABLED"] = False
    app.config["RATELIMIT_SWALLOW_ERRORS"] = False
    gate.init_app(app)

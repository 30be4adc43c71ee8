"""`check`: everything that would stop a start, reported at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from redis import Redis, RedisError

from portal.config import processes
from portal.config.environment import redis_url
from portal.domain.errors import ConfigError, PortalError
from portal.operations.terminal import say
from portal.store.schema import connect_ready

REDIS_SECONDS = 3


def check(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Say of each process, the databases and Redis that they are good; give what is wrong.

    Nothing but that is said where there is no deployment: looking would make databases.
    """
    found = list(_processes(environ))
    if processes.has_deployment(processes.instance_folder(environ)):
        found += [*_databases(environ), *_redis(environ)]
    return tuple(dict.fromkeys(found))


def _processes(environ: Mapping[str, str]) -> Iterator[str]:
    for site in ("public", "staff", "worker"):
        try:
            settings = processes.load(site, environ)
        except PortalError as error:
            yield str(error)
        else:
            version, demo = settings.manifest.version, settings.demo
            say(f"{site}: good (manifest {version}, demo: {demo})")


def _databases(environ: Mapping[str, str]) -> Iterator[str]:
    try:
        with connect_ready(*processes.database_urls(environ)):
            say("databases: good")
    except PortalError as error:
        yield str(error)


def _redis(environ: Mapping[str, str]) -> Iterator[str]:
    """Look whether the counters can be reached; what the sites do without them is said too."""
    try:
        address = redis_url(environ)
    except ConfigError as error:
        yield str(error)
        return
    if address is None:
        return
    patience = {"socket_connect_timeout": REDIS_SECONDS, "socket_timeout": REDIS_SECONDS}
    try:
        with Redis.from_url(address, **patience) as client:
            # What the limits do: a server that only reads, or is full, refuses this one.
            client.set("LIMITS:check", 1, ex=1)
    except RedisError as error:
        kind = type(error).__name__
        yield (
            f"REDIS_URL: Redis can't be used ({kind}); until it can, each process counts in its own"
            " memory"
        )
    else:
        say("redis: good")

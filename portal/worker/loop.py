"""The worker's loop: every duty, every half minute, until it is told to stop.

It lives on whatever fails: a duty that fails is told of and tried again at the next run, and so is
a database that doesn't answer. Only wrong settings, or a database that this release can't use, end
it as it starts.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from portal.config.processes import WorkerConfig
from portal.domain.errors import ConfigError, StoreUnavailable
from portal.domain.log_signers import SignerKind
from portal.store import audit_heads as heads
from portal.store import schema
from portal.store.engine import Connection, connect
from portal.vault.signing import LogKeys, log_key
from portal.worker.duties import DUTIES
from portal.worker.telling import Log
from portal.worker.work import Again, Work

PAUSE_SECONDS = 30.0

_DOWN = "store:down"
_REFUSED = "deployment:refused"


def run(
    settings: WorkerConfig,
    *,
    pause: float = PAUSE_SECONDS,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Work until SIGTERM or SIGINT; raises `ConfigError` for databases that can't be used."""
    stop, log, again = threading.Event(), Log(), Again()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    log.tell("worker:start")
    with connect(settings.database_url, settings.shred_url) as connection:
        _wait_for_databases(connection, stop, log, longest=pause)
        while not stop.is_set():
            work = work_of(connection, settings, now=clock(), log=log)
            run_once(replace(work, again=again))
            stop.wait(pause)
    log.tell("worker:stop")


def work_of(connection: Connection, settings: WorkerConfig, *, now: datetime, log: Log) -> Work:
    """Give what one run needs."""
    signers = settings.manifest.log_signers
    key = log_key(settings.audit_seed, signers, kind=SignerKind.WORKER)
    return Work(connection, now, settings.instance / heads.FILE, key, LogKeys(signers), log)


def run_once(work: Work) -> None:
    """Do every duty once, unless the databases don't answer or don't belong together."""
    try:
        schema.require(work.connection)
    except ConfigError as error:
        work.log.alert(_REFUSED, why=str(error), now=work.now)
        return
    except Exception as error:
        work.log.alert(_DOWN, why=kind_of(error), now=work.now)
        return
    work.log.is_over(_REFUSED)
    if work.log.is_over(_DOWN):
        work.log.tell("store:up")
    for tag, duty in DUTIES.items():
        do(work, tag, duty)


def kind_of(error: BaseException) -> str:
    """Give the error's type name; for `StoreUnavailable`, that of the database driver's error."""
    found: BaseException = error
    if isinstance(error, StoreUnavailable):
        found = getattr(error.__cause__, "orig", None) or error.__cause__ or error
    return type(found).__name__


def do(work: Work, tag: str, duty: Callable[[Work], int]) -> None:
    """Run one duty and log its result: a count, or the type of the error."""
    try:
        done = duty(work)
    except Exception as error:
        work.log.tell(tag, failed=kind_of(error))
    else:
        if done:
            work.log.tell(tag, done=done)


def _wait_for_databases(
    connection: Connection, stop: threading.Event, log: Log, *, longest: float
) -> None:
    """Wait until both databases answer: they may start later than the worker does."""
    wait = min(1.0, longest)
    while not stop.is_set():
        try:
            schema.require(connection)
        except StoreUnavailable as error:
            log.tell(_DOWN, failed=kind_of(error))
            stop.wait(wait)
            wait = min(wait * 2, longest)
        else:
            return

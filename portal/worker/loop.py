"""The worker's loop: every duty, every half minute, until it is told to stop."""

from __future__ import annotations

import json
import signal
import sys
import threading
from datetime import UTC, datetime

from config import WorkerConfig
from portal.store import Connection, connect
from portal.worker.duties import DUTIES, write_checkpoint

PAUSE_SECONDS = 30


def run(settings: WorkerConfig) -> None:
    """Work until SIGTERM or SIGINT; a duty that fails is told of and tried again."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    with connect(settings.database_url, settings.shred_url) as connection:
        tell("worker:start")
        while not stop.is_set():
            run_once(connection, settings)
            stop.wait(PAUSE_SECONDS)
    tell("worker:stop")


def run_once(connection: Connection, settings: WorkerConfig) -> None:
    """Do every duty once."""
    now = datetime.now(UTC)
    for tag, duty in DUTIES.items():
        try:
            done = duty(connection, now)
        except Exception as error:
            tell(tag, failed=type(error).__name__)
            continue
        if done:
            tell(tag, done=done)
    write_checkpoint(connection, settings.instance / "audit-heads.txt", now)


def tell(event: str, **counts: object) -> None:
    """Write one line to the log: a tag, and numbers or type names."""
    sys.stdout.write(json.dumps({"event": event, **counts}) + "\n")
    sys.stdout.flush()

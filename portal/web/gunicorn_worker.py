"""A process of gunicorn that serves through waitress."""

from __future__ import annotations

import gc
import logging
import os
import resource
from dataclasses import replace

from gunicorn.workers.base import Worker

from portal.web.http_server import Limits, Server

LONGEST_TURN = 1
"""Seconds until a process notices that it should stop."""

SPARE_FILES = 100
"""What a process opens beside its connections."""


class KindOnly(logging.Filter):
    """Says the kind of an error, never the address that was asked for nor the sender's."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Strip a record."""
        record.msg, record.args = "error in the HTTP server", ()
        return True


class WholeRequestWorker(Worker):  # type: ignore[misc]
    """Serves on the one socket that gunicorn has opened."""

    limits = Limits()

    def run(self) -> None:
        """Serve until gunicorn says stop, then finish what was begun."""
        for log in (logging.getLogger("waitress"), logging.getLogger("waitress.queue")):
            log.setLevel(logging.ERROR)
            log.addFilter(KindOnly())
        # What the site is made of stays: nobody has to look through it for garbage.
        gc.collect()
        gc.freeze()
        (listener,) = self.sockets
        server = Server(
            self.wsgi,
            listener.sock,
            threads=self.cfg.threads,
            backlog=self.cfg.backlog,
            limits=replace(self.limits, connections=allowed(self.limits.connections)),
        )
        while self.alive and self.ppid == os.getppid():
            self.notify()
            server.turn(LONGEST_TURN)
        server.finish(self.cfg.graceful_timeout)


def allowed(connections: int) -> int:
    """Raise the process's own limit of open files; gives how many connections it has room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * connections + SPARE_FILES
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return max(1, (wanted - SPARE_FILES) // 2)

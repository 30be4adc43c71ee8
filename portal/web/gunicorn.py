"""How gunicorn serves the site that PORTAL_SITE names. No access log: it would keep addresses."""

import errno
import os
import resource
import socket
import sys
from pathlib import Path
from typing import Any, NoReturn

from gunicorn.glogging import Logger

from portal.config.environment import count, port
from portal.domain.errors import ConfigError

MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes a private file there


class QuietLogger(Logger):  # type: ignore[misc]
    """Tells the kind of an error, and not the address that was asked for when it came."""

    def exception(self, msg: str, *_args: object, **_named: object) -> None:
        """Log the error's type alone."""
        kind = type(sys.exc_info()[1]).__name__
        self.error_log.error("%s: %s", msg.partition(" %")[0].partition(" (")[0], kind)


def stop(reason: str) -> NoReturn:
    """End with one sentence, and with the code that tells a supervisor not to try again."""
    sys.stderr.write(f"chung-tay: can't start: {reason}\n")
    sys.exit(LOAD_ERROR)


def on_starting(server: Any) -> None:
    """Name a port that is taken at once; gunicorn itself tries for a while, in its own words."""
    if "GUNICORN_FD" in os.environ:
        return  # A newer master takes over the sockets of this one.
    for address in filter(lambda one: isinstance(one, tuple), server.cfg.address):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
            except OSError as error:
                is_taken = error.errno == errno.EADDRINUSE
                why = "is taken" if is_taken else "can't be opened by this user"
                stop(f"port {address[1]} {why}: set PORTAL_{site.upper()}_PORT to another one")


LOAD_ERROR = 4
"""As in wsgi.py: what ends with this code is not started again at once."""

site = os.environ.get("PORTAL_SITE", "")
try:
    bind = f"127.0.0.1:{port(os.environ, site)}"
    workers, threads = count(os.environ, "PORTAL_WORKERS"), count(os.environ, "PORTAL_THREADS")
except ConfigError as error:
    stop(str(error))

# A core dump would hold what somebody is writing just then.
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

worker_class = "portal.web.gunicorn_worker.WholeRequestWorker"
# The heartbeat file belongs in memory: on a slow disk it stalls the worker.
worker_tmp_dir = str(MEMORY) if MEMORY.is_dir() else None
timeout = 60
graceful_timeout = 10
accesslog = None
errorlog = "-"
# Warnings of bad requests name the sender's address: errors only.
loglevel = "error"
logger_class = QuietLogger
control_socket_disable = True

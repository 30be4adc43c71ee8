"""How gunicorn serves the site that PORTAL_SITE names. No access log: it would keep addresses."""

import os
import resource
import socket
import sys
from pathlib import Path

from gunicorn import util
from gunicorn.glogging import Logger

from config import port
from portal.domain.errors import ConfigError
from portal.environment import count

MEMORY = Path("/dev/shm")  # noqa: S108 - gunicorn makes a private file there


class QuietLogger(Logger):  # type: ignore[misc]
    """Tells the kind of an error, and not the address that was asked for when it came."""

    def exception(self, msg: str, *_args: object, **_named: object) -> None:
        """Log the error's type alone."""
        kind = type(sys.exc_info()[1]).__name__
        self.error_log.error("%s: %s", msg.partition(" %")[0].partition(" (")[0], kind)


def say_nothing(sock: socket.socket, status: int, reason: str, _mesg: str) -> None:
    """Refuse without a word what no site can read, so that a browser says so in its own language.

    gunicorn's own page is English, and repeats what was asked for.
    """
    head = ("Connection: close", "Content-Length: 0", "Cache-Control: no-store", "", "")
    util.write_nonblock(sock, "\r\n".join((f"HTTP/1.1 {status} {reason}", *head)).encode("ascii"))


util.write_error = say_nothing

LOAD_ERROR = 4
"""As in wsgi.py: what ends with this code is not started again at once."""

try:
    bind = f"127.0.0.1:{port(os.environ, os.environ.get('PORTAL_SITE', ''))}"
    workers, threads = count(os.environ, "PORTAL_WORKERS"), count(os.environ, "PORTAL_THREADS")
except ConfigError as error:
    sys.stderr.write(f"chung-tay: can't start: {error}\n")
    sys.exit(LOAD_ERROR)

# A core dump would hold what somebody is writing just then.
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

worker_class = "gthread"
# The heartbeat file belongs in memory: on a slow disk it stalls the worker.
worker_tmp_dir = str(MEMORY) if MEMORY.is_dir() else None
timeout = 60
graceful_timeout = 10
keepalive = 5
accesslog = None
errorlog = "-"
# Warnings of bad requests name the sender's address: errors only.
loglevel = "error"
logger_class = QuietLogger
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190
control_socket_disable = True

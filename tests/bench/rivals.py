"""Servers to measure beside our own; those that are not installed are passed over.

To install them, in an environment of your own: `pip install granian hypercorn uvicorn
a2wsgi cheroot gevent`.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import struct
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

THREADS = "8"
CONFIG = ["--config", "portal/web/gunicorn.py"]


@dataclass(frozen=True)
class Rival:
    """A server: its name, the package it needs, and how to start it on a port."""

    name: str
    package: str
    arguments: Callable[[str], list[str]]

    @property
    def is_installed(self) -> bool:
        """Tell whether its package is there."""
        return importlib.util.find_spec(self.package) is not None

    def command(self, port: int) -> list[str]:
        """What to run."""
        return [sys.executable, "-m", *self.arguments(str(port))]


class ImpatientWorker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's threads, with a limit of five seconds for each read."""

    def handle(self, conn: Any) -> Any:
        """Let the system end each read: gunicorn itself takes every other timeout back."""
        seconds = struct.pack("ll", 5, 0)
        conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, seconds)
        return super().handle(conn)


RIVALS = (
    Rival("ours (gunicorn and waitress)", "waitress", lambda _: ["gunicorn", *CONFIG, "wsgi"]),
    Rival("gunicorn gthread", "gunicorn", lambda _: ["gunicorn", *CONFIG, "-k", "gthread", "wsgi"]),
    Rival(
        "gunicorn gthread, 5 s a read",
        "gunicorn",
        lambda _: ["gunicorn", *CONFIG, "-k", "tests.bench.rivals.ImpatientWorker", "wsgi"],
    ),
    Rival("gunicorn gevent", "gevent", lambda _: ["gunicorn", *CONFIG, "-k", "gevent", "wsgi"]),
    Rival(
        "waitress",
        "waitress",
        lambda port: [
            "waitress", f"--listen=127.0.0.1:{port}", f"--threads={THREADS}", "--asyncore-use-poll",
            "--connection-limit=4000", "--channel-timeout=30", "--inbuf-overflow=2000000",
            "wsgi:application",
        ],
    ),
    Rival(
        "granian",
        "granian",
        lambda port: [
            "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", port,
            "--blocking-threads", THREADS, "wsgi:application",
        ],
    ),
    Rival(
        "hypercorn",
        "hypercorn",
        lambda port: ["hypercorn", "--bind", f"127.0.0.1:{port}", "wsgi:wsgi:application"],
    ),
    Rival(
        "uvicorn and a2wsgi",
        "a2wsgi",
        lambda port: [
            "uvicorn", "--host", "127.0.0.1", "--port", port, "--no-access-log",
            "tests.bench.rivals:on_asgi",
        ],
    ),
    Rival(
        "cheroot",
        "cheroot",
        lambda port: [
            "cheroot", "--bind", f"127.0.0.1:{port}", "--threads", THREADS, "wsgi:application",
        ],
    ),
)  # fmt: skip


def __getattr__(name: str) -> Any:
    """Make the site an ASGI app, for the one rival that wants it."""
    if name != "on_asgi" or os.environ.get("PORTAL_SITE") != "public":
        raise AttributeError(name)
    from a2wsgi import WSGIMiddleware

    import wsgi

    return WSGIMiddleware(wsgi.application, workers=int(THREADS))

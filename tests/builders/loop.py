"""An HTTP server in a thread of the test, over an app of the test's own."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from portal.web.http_server import Limits, Server
from tests.builders.waiting import PATIENCE


class Loop:
    """A server on a free port of 127.0.0.1."""

    def __init__(self, app: Callable[..., Any], *, threads: int, limits: Limits) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self.listener.getsockname()[1]
        self.server = Server(app, self.listener, threads=threads, backlog=512, limits=limits)
        self.is_told_to_stop = threading.Event()
        self.thread = threading.Thread(target=self._run, daemon=True)

    def _run(self) -> None:
        while not self.is_told_to_stop.is_set():
            self.server.turn(0.02)
        self.server.finish(PATIENCE)

    def connect(self) -> socket.socket:
        """A client that has sent nothing yet."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def ask(self, raw: bytes) -> bytes:
        """Send bytes, and give all that comes until the server hangs up."""
        with self.connect() as client:
            client.sendall(raw)
            return read_all(client)

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self.server.active_channels)


@contextmanager
def serving(
    app: Callable[..., Any], *, threads: int = 2, limits: Limits | None = None
) -> Iterator[Loop]:
    """Serve an app."""
    loop = Loop(app, threads=threads, limits=limits or Limits())
    loop.thread.start()
    try:
        yield loop
    finally:
        loop.is_told_to_stop.set()
        loop.thread.join(PATIENCE)
        assert not loop.thread.is_alive()


def read_all(client: socket.socket) -> bytes:
    """Everything until the server hangs up."""
    found = bytearray()
    while data := client.recv(65536):
        found += data
    return bytes(found)


def read_answer(client: socket.socket) -> tuple[bytes, bytes]:
    """One answer with a length, on a connection that stays open: its head and its body."""
    found = bytearray()
    while b"\r\n\r\n" not in found:
        data = client.recv(65536)
        assert data, bytes(found)
        found += data
    head, _, body = bytes(found).partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
    while len(body) < length:
        body += client.recv(65536)
    return head, body

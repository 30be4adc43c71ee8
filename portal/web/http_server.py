"""How a site reads requests: gunicorn keeps the processes, waitress the connections.

Gunicorn's own threads wait for their clients, so eight clients that send one byte silence a site.
Waitress reads in one loop and gives a thread whole requests only. Here stand the bounds that
neither has: how long a client may take, how much memory unfinished requests and unread answers may
take together, and that nothing of them is ever written to a disk.
"""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from threading import Lock
from typing import Any

from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ErrorTask, ThreadedTaskDispatcher

from portal.web.bounds import LARGEST_HEAD
from portal.web.http_request import Parser


@dataclass(frozen=True)
class Limits:
    """What one process bears."""

    patience: float = 30
    """Seconds that a client may take for one request, for one answer, or between two requests."""

    bytes_for_a_second: int = 1024
    """For so many bytes that move, a client gets one more second."""

    connections: int = 2000
    """Beyond them, those that have waited longest are closed."""

    held: int = 32 * 1024 * 1024
    """Bytes of requests and answers together; beyond them, the largest are dropped."""

    unread: int = 4 * 1024 * 1024
    """Bytes of answers that wait for one client; beyond them, it asked for more than it reads."""


LARGEST_DISCARDED = 32 * 1024 * 1024
"""Bytes of a body that are read and dropped, so that a browser shows our answer in the end."""

MOST_AHEAD = 16
"""Requests that a client may send before it has had the answer to the first."""

NEVER_ON_DISK = 2 * LARGEST_DISCARDED


class WordlessError(ErrorTask):  # type: ignore[misc]
    """Refuses what no site can read. A browser then says so in its own language."""

    def execute(self) -> None:
        """Answer with the status alone: waitress's page is English and repeats the fault."""
        error = self.request.error
        self.status = f"{error.code} {error.reason}"
        self.response_headers.append(("Cache-Control", "no-store"))
        self.content_length = 0
        self.set_close_on_finish()
        self.write(b"")


class Channel(HTTPChannel):  # type: ignore[misc]
    """One connection, with a deadline and with the memory that it takes."""

    error_task_class = WordlessError

    def __init__(self, server: Server, *args: Any, **named: Any) -> None:
        self.since = server.now()
        self.deadline = self.since + server.limits.patience
        self.held = 0
        self.serving = 0
        super().__init__(server, *args, **named)

    def parser_class(self, adj: Adjustments) -> Parser:
        """Begin a request; one that comes too far ahead of its answer is refused unread."""
        return Parser(adj, is_one_too_many=len(self.requests) >= MOST_AHEAD)

    def received(self, data: bytes) -> bool:
        """Take what came. The first byte of a request starts the client's time anew."""
        if self.request is None and not self.requests:
            self._start_waiting()
        self.deadline += len(data) / self.server.limits.bytes_for_a_second
        taken = bool(super().received(data))
        self.weigh()
        return taken

    def send(self, data: bytes, do_close: bool = True) -> int:
        """Send a piece of the answer; each piece that goes gives more time for the rest."""
        sent = int(super().send(data, do_close=do_close))
        self.deadline += sent / self.server.limits.bytes_for_a_second
        return sent

    def service(self) -> None:
        """Let the site answer, in a thread. The time that it takes is not the client's."""
        with self.server.counting:
            self.serving += 1
        try:
            super().service()
        finally:
            self._start_waiting()
            with self.server.counting:
                self.serving -= 1

    def write_soon(self, data: Any) -> int:
        """Take a piece of the answer; a client that reads none of many answers is dropped.

        Waitress would let the thread wait until the client has read.
        """
        if self.total_outbufs_len > self.server.limits.unread:
            self.will_close = True
            raise ClientDisconnected
        return int(super().write_soon(data))

    def handle_close(self) -> None:
        """Close, and give all memory back: the queue for a thread still names the connection."""
        super().handle_close()
        for request in (*self.requests, *filter(None, [self.request])):
            request.close()
        with self.server.counting:
            self.server.held -= self.held
            self.held = 0

    def weigh(self) -> None:
        """Count the memory of this connection anew; only the loop's thread does."""
        parts = [*self.requests, *([self.request] if self.request is not None else [])]
        held = sum(part.held for part in parts) + self.total_outbufs_len if self.connected else 0
        with self.server.counting:
            self.server.held += held - self.held
            self.held = held
        if self.server.held > self.server.limits.held:
            self.server.drop_largest()

    def handle_expt(self) -> None:
        """Close on an urgent byte: nobody reads it, and it would wake the loop for ever."""
        self.handle_close()

    def _start_waiting(self) -> None:
        self.since = self.server.now()
        self.deadline = self.since + self.server.limits.patience


class Server(TcpWSGIServer):  # type: ignore[misc]
    """Accepts on one socket that gunicorn has opened, and bounds all connections together."""

    channel_class = Channel
    now = staticmethod(time.monotonic)
    held = 0
    next_look = 0.0

    def __init__(
        self, site: Any, listener: socket.socket, *, threads: int, backlog: int, limits: Limits
    ) -> None:
        """Serve `site`, a WSGI app, on a socket that is bound already."""
        self.limits = limits
        self.counting = Lock()
        dispatcher = ThreadedTaskDispatcher()
        dispatcher.set_thread_count(threads)
        super().__init__(
            site,
            {},
            _sock=listener,
            dispatcher=dispatcher,
            adj=adjustments(backlog=backlog, connections=limits.connections),
            bind_socket=False,
            sockinfo=(listener.family, listener.type, listener.proto, listener.getsockname()),
        )

    def turn(self, seconds: float) -> None:
        """Wait so long for something to do, and do it; look at all connections once a second."""
        wasyncore.loop(timeout=seconds, use_poll=True, map=self._map, count=1)
        if self.in_connection_overflow or self.now() >= self.next_look:
            self.next_look = self.now() + 1
            self.drop_late()

    def finish(self, seconds: float) -> None:
        """Accept nobody any more, let what was begun be answered, and close everything."""
        self.accepting = False
        until = self.now() + seconds
        self.turn(0)  # What has reached us by now was begun as well.
        while self.is_busy and self.now() < until:
            self.turn(0.1)
        self.task_dispatcher.shutdown(timeout=max(0.0, until - self.now()))
        for channel in list(self.active_channels.values()):
            channel.handle_close()
        wasyncore.close_all(self._map)

    def drop_late(self) -> None:
        """Close connections whose clients had their time, and the oldest where there are too many.

        They are closed at once: a client that doesn't read would never let waitress do it.
        """
        now = self.now()
        channels = list(self.active_channels.values())
        for channel in channels:
            channel.weigh()
        waiting = sorted((one for one in channels if not one.requests), key=lambda one: one.since)
        too_many = max(0, len(channels) - self.limits.connections)
        for number, channel in enumerate(waiting):
            if number < too_many or now > channel.deadline:
                channel.handle_close()

    def drop_largest(self) -> None:
        """Drop those that take most memory for longest until the rest fits; never one that is
        being served. So many small heads that wait don't push a child's form out.
        """
        now = self.now()
        channels = [one for one in list(self.active_channels.values()) if not one.serving]
        channels.sort(key=lambda one: one.held * (1 + now - one.since), reverse=True)
        for channel in channels:
            if self.held <= self.limits.held:
                return
            channel.handle_close()

    @property
    def is_busy(self) -> bool:
        """Tell whether anybody still waits for an answer that was begun."""
        channels = list(self.active_channels.values())
        return any(one.requests or one.total_outbufs_len for one in channels)


def adjustments(*, backlog: int, connections: int) -> Adjustments:
    """Give waitress's own settings."""
    return Adjustments(
        backlog=backlog,
        # Twice what may wait: where too many come at once, the oldest go within a second.
        connection_limit=2 * connections,
        # Never: `drop_late` does it.
        channel_timeout=2**31,
        recv_bytes=64 * 1024,
        max_request_header_size=LARGEST_HEAD,
        max_request_body_size=LARGEST_DISCARDED,
        inbuf_overflow=NEVER_ON_DISK,
        outbuf_overflow=NEVER_ON_DISK,
        outbuf_high_watermark=NEVER_ON_DISK,
        # The site itself decides which proxy it believes.
        clear_untrusted_proxy_headers=False,
        log_socket_errors=False,
        ident="",
        server_name="localhost",
    )

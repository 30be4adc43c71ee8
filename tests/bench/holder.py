"""Hold sockets as slow and hostile clients do: to 127.0.0.1 alone, as many as it is told."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import multiprocessing
import socket
from collections.abc import Iterator
from typing import Any

HOST = "127.0.0.1"
MOST_SOCKETS = 5000
LONG_BODY = 512 * 1024 - 100
DRIP = 3.0
"""Seconds between two bytes."""

REOPENED_A_SECOND = 100
"""What the server has closed is opened again, so often at most."""

_HEAD = b"POST /vi/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
_BODY = _HEAD + b"Content-Length: %d\r\n\r\n" % LONG_BODY
_PAGE = b"GET /favicon.ico HTTP/1.1\r\nHost: x\r\n\r\n"

KINDS: dict[str, bytes] = {
    "nothing sent": b"",
    "one byte": b"G",
    "half a head": _HEAD,
    "half a body": _BODY + b"a" * (LONG_BODY // 2),
    "a head, dripped": _HEAD + b"X-Slow: ",
    "a body, dripped": _BODY + b"csrf_token=",
    "an answer, not read": b"GET /vi/ HTTP/1.1\r\nHost: x\r\n\r\n" * 3,
    "idle, kept alive": _PAGE,
}
"""What a held socket sends at once, by kind."""


class Holder:
    """Holds sockets of some kinds, as many as it is told, until it is told to stop."""

    def __init__(self, port: int, kinds: list[str], sockets: int) -> None:
        self.port, self.kinds, self.sockets = port, kinds, min(sockets, MOST_SOCKETS)
        self.opened = 0

    async def run(self, stop: Any, ready: Any) -> None:
        """Hold them all."""
        kinds = itertools.cycle(self.kinds)
        tasks = [asyncio.create_task(self._hold(next(kinds))) for _ in range(self.sockets)]
        for _ in range(200):
            if self.opened >= self.sockets:
                break
            await asyncio.sleep(0.1)
        ready.set()
        await asyncio.to_thread(stop.wait)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _hold(self, kind: str) -> None:
        while True:
            with contextlib.suppress(OSError):
                await self._hold_once(kind)
            # All of them together open no more than so many a second.
            await asyncio.sleep(self.sockets / REOPENED_A_SECOND)

    async def _hold_once(self, kind: str) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket() as sock:
            sock.setblocking(False)
            reads = kind != "an answer, not read"
            if not reads:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            await loop.sock_connect(sock, (HOST, self.port))
            self.opened += 1
            await loop.sock_sendall(sock, KINDS[kind])
            drip = asyncio.create_task(self._drip(sock)) if kind.endswith("dripped") else None
            try:
                while not reads or await loop.sock_recv(sock, 65536):
                    if not reads:
                        await asyncio.sleep(60)
            finally:
                if drip:
                    drip.cancel()

    @staticmethod
    async def _drip(sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                await asyncio.sleep(DRIP)
                await asyncio.get_running_loop().sock_sendall(sock, b"a")


def hold(port: int, kinds: list[str], sockets: int, stop: Any, ready: Any) -> None:
    """Hold sockets in a process of its own: its work is neither the server's nor the driver's."""
    asyncio.run(Holder(port, kinds, sockets).run(stop, ready))


@contextlib.contextmanager
def held(port: int, kinds: list[str], sockets: int) -> Iterator[None]:
    """Hold sockets while something else is measured."""
    context = multiprocessing.get_context("spawn")
    stop, ready = context.Event(), context.Event()
    process = context.Process(target=hold, args=(port, kinds, sockets, stop, ready))
    process.start()
    try:
        assert ready.wait(60), "the holder did not begin"
        yield
    finally:
        stop.set()
        process.join(30)

"""Write lines to a terminal or file that may be blocked, full or closed, without waiting."""

from __future__ import annotations

import errno
import os
import queue
import threading

HELD = 2000
"""How many lines wait for a reader that stands still; later ones are dropped, which is told."""

_GONE = (errno.EPIPE, errno.EIO, errno.EBADF)


class Output:
    """Writes lines in a thread of its own. `is_gone` tells that nobody can read them any more."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: queue.Queue[bytes | None] = queue.Queue(HELD)
        self._dropped = 0
        self.is_gone = False
        self._thread = threading.Thread(target=self._write, daemon=True)
        self._thread.start()

    def put(self, line: bytes) -> None:
        """Give a line to be written, without waiting."""
        try:
            if self._dropped:
                self._lines.put_nowait(b"(%d lines were dropped)\n" % self._dropped)
                self._dropped = 0
            self._lines.put_nowait(line)
        except queue.Full:
            self._dropped += 1

    def close(self, seconds: float = 1) -> None:
        """Wait a moment for what is still to be written."""
        try:
            self._lines.put(None, timeout=seconds)
        except queue.Full:
            return
        self._thread.join(seconds)

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            try:
                while line:
                    line = line[os.write(self._descriptor, line) :]
            except OSError as error:
                # A full disk is no reason to stop: there is no log, and reports still come in.
                self.is_gone = self.is_gone or error.errno in _GONE

"""Counters of rate limits in a process's own memory, without a thread.

The storage of `limits` starts a timer thread for nearly every hit, to forget what is over. Here
what is over is forgotten on the way, once in so many hits.
"""

from __future__ import annotations

import time
from typing import Any

from limits.storage import MemoryStorage

SWEPT_AFTER = 1000
"""Hits until everything that is over is forgotten."""


class CounterStorage(MemoryStorage):
    """Counts fixed windows; `counters://` names it where the limiter is configured."""

    STORAGE_SCHEME = ["counters"]  # noqa: RUF012 - as the library declares it

    def __init__(self, uri: str | None = None, **options: Any) -> None:
        super().__init__(uri, **options)
        self._hits = 0

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and give how many there are in this window."""
        self.get(key)  # Forgets a window that is over.
        with self.locks[key]:
            self.storage[key] += amount
            if self.storage[key] == amount:
                self.expirations[key] = time.time() + expiry
            count: int = self.storage[key]
        self._hits += 1
        if self._hits >= SWEPT_AFTER:
            self._hits = 0
            self._forget()
        return count

    def _forget(self) -> None:
        for key, until in list(self.expirations.items()):
            if until <= time.time():
                self.clear(key)

"""The worker's log: one JSON object a line, of tags, numbers, type names and sentences of our own.

Never an exception's message: it can quote what somebody typed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import datetime, timedelta

AGAIN_AFTER = timedelta(hours=1)
"""How long an alert that stands is not repeated."""


def _to_stdout(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


class Log:
    """Writes lines; an alert that stands is written when it begins, and once an hour."""

    def __init__(self, write: Callable[[str], None] = _to_stdout) -> None:
        self._write = write
        self._told: dict[str, tuple[str, datetime]] = {}

    def tell(self, event: str, **facts: object) -> None:
        """Write that something happened."""
        self._write(json.dumps({"event": event, **facts}))

    def alert(self, event: str, *, why: str, now: datetime, **facts: object) -> None:
        """Write what somebody has to look at: `why` says what was seen and what to do."""
        before = self._told.get(event)
        if before and before[0] == why and timedelta(0) <= now - before[1] < AGAIN_AFTER:
            return
        self._told[event] = (why, now)
        self.tell(event, level="alert", why=why, **facts)

    def is_over(self, event: str) -> bool:
        """Forget an alert, so that it is told at once when it comes again; tells if it stood."""
        return self._told.pop(event, None) is not None

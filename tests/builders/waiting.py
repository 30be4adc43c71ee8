"""Waiting for what another process, thread or browser does, whenever it does it."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 120
"""Seconds after which a run is taken to hang. No test tells from this whether something was fast: a
machine that is busy takes as long as it takes."""


def wait(happened: Callable[[], object], what: str) -> None:
    """Wait until something is so; the pause between two looks only spares the machine."""
    end = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < end, f"in vain: {what}"
        time.sleep(0.02)

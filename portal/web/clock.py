"""The clock of a site: everything that a site does at a time, it does by this one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from flask import Flask, current_app

Clock = Callable[[], datetime]

_NAME = "portal.clock"


def real() -> datetime:
    """The time of the machine, in UTC."""
    return datetime.now(UTC)


def prepare(app: Flask, *, clock: Clock) -> None:
    """Let the app go by that clock."""
    app.extensions[_NAME] = clock


def now() -> datetime:
    """The time of the app that answers, in UTC."""
    clock: Clock = current_app.extensions[_NAME]
    return clock()

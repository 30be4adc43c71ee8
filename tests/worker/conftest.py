"""A run of the worker over both databases, with a clock of the test's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from portal.store.audit_heads import FILE
from portal.store.engine import Connection
from portal.worker.loop import run_once
from portal.worker.telling import Log
from portal.worker.work import Again, Work
from tests.builders.desk import AUDIT
from tests.builders.worker_log import Lines


@pytest.fixture
def told() -> Lines:
    return Lines()


@pytest.fixture
def log(told: Lines) -> Log:
    return Log(told.write)


@pytest.fixture
def work(connection: Connection, tmp_path: Path, log: Log) -> Callable[[datetime], Work]:
    """Make a run's work at a time; what a worker keeps in mind is the same in all of them."""
    again = Again()
    return lambda now: Work(connection, now, tmp_path / FILE, AUDIT, AUDIT, log, again)


@pytest.fixture
def once(work: Callable[[datetime], Work]) -> Callable[[datetime], None]:
    """Do every duty once, at a time."""
    return lambda now: run_once(work(now))

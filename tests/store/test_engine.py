"""A new SQLite database is opened by several processes at once: waiting, and when not to."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from portal.store import engine


def refusing(times: int, code: int) -> Callable[[str], Any]:
    """Execute as a connection that is refused a few times, with SQLite's code for it."""
    left = [times]

    def execute(_: str) -> Any:
        if left[0]:
            left[0] -= 1
            error = sqlite3.OperationalError("refused")
            error.sqlite_errorcode = code
            raise error
        return SimpleNamespace(close=lambda: None)

    return execute


@pytest.mark.parametrize("code", [sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, 261])
def test_a_database_that_another_process_turns_over_is_waited_for(code: int) -> None:
    engine.keep_journal(SimpleNamespace(execute=refusing(3, code)), "WAL")  # type: ignore[arg-type]


def test_a_database_that_cannot_be_written_is_not_waited_for() -> None:
    refused = SimpleNamespace(execute=refusing(1, sqlite3.SQLITE_READONLY))
    with pytest.raises(sqlite3.OperationalError):
        engine.keep_journal(refused, "WAL")  # type: ignore[arg-type]

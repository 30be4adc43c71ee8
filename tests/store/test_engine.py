"""How databases are opened, in which order they are locked, and what is said where that fails."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text

from portal.domain.errors import StoreUnavailable
from portal.store import engine, shred
from portal.store.engine import Connection, connect
from tests.builders.filing import NOW, file


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


def test_touching_the_shred_store_to_write_locks_the_reports_first(
    sqlite_connection: Connection, tmp_path: Path
) -> None:
    with sqlite_connection.begin(write=True) as db:
        shred.get(db, shred_id=bytes(16))
        assert db.reports.in_transaction()
        assert is_locked(tmp_path / "reports.sqlite3")
        assert is_locked(tmp_path / "shred.sqlite3")


def is_locked(file: Path) -> bool:
    plain = sqlite3.connect(file, timeout=0, isolation_level=None)
    try:
        plain.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return True
    else:
        return False
    finally:
        plain.close()


def test_reading_the_shred_store_locks_nothing(
    sqlite_connection: Connection, tmp_path: Path
) -> None:
    with sqlite_connection.begin(write=False) as db:
        shred.get(db, shred_id=bytes(16))
        assert not db.reports.in_transaction()
        assert not is_locked(tmp_path / "reports.sqlite3")
        assert not is_locked(tmp_path / "shred.sqlite3")


def test_writing_the_shred_store_alone_waits_for_nobody_who_writes_reports(
    connection: Connection,
) -> None:
    file(connection)
    with connection.begin(write=True) as reports:
        reports.reports.connection()
        with connection.write_shred() as db:
            shred.put(db, shred_id=b"i" * 16, key=bytes(32), at=NOW)
            assert shred.known(db, ids=[b"i" * 16]) == frozenset()
    with connection.begin(write=False) as db:
        assert shred.has(db, shred_id=b"i" * 16)


def test_two_that_write_both_never_wait_for_each_other(connection: Connection) -> None:
    """One begins with the shred store, the other with the reports: both end."""
    start, failed = threading.Barrier(2), []

    def run(number: int) -> None:
        for step in range(10):
            key = bytes([number, step]) * 8
            start.wait()
            try:
                with connection.begin(write=True) as db:
                    if number:
                        db.reports.execute(text("SELECT 1"))
                    shred.put(db, shred_id=key, key=bytes(32), at=NOW)
                    db.reports.execute(text("DELETE FROM unread"))
            except StoreUnavailable as error:
                failed.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    with connection.begin(write=False) as db:
        assert shred.count(db) == 20


def test_a_database_that_is_not_there_is_told_of_as_such(tmp_path: Path) -> None:
    nowhere = f"postgresql://nobody@/nowhere?host={tmp_path}"
    with connect(nowhere, nowhere) as connection:

        def look(store: str) -> None:
            with connection.begin(write=False) as db:
                getattr(db, store).execute(text("SELECT 1"))

        for ask in (lambda: look("reports"), lambda: look("shred"), lambda: file(connection)):
            with pytest.raises(StoreUnavailable, match="does not answer"):
                ask()


def test_a_database_that_can_not_be_written_is_told_of_as_such(
    sqlite_connection: Connection,
) -> None:
    def write() -> None:
        with sqlite_connection.begin(write=True) as db:
            db.reports.execute(text("PRAGMA query_only = ON"))
            db.reports.execute(text("DELETE FROM unread"))

    with pytest.raises(StoreUnavailable):
        write()


def test_a_session_of_postgresql_ends_by_itself(postgresql_connection: Connection) -> None:
    with postgresql_connection.begin(write=False) as db:
        for name in ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout"):
            assert db.reports.scalar(text(f"SHOW {name}")) not in ("0", None)
            assert db.shred.scalar(text(f"SHOW {name}")) not in ("0", None)

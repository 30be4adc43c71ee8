"""The worker notes the head of the audit log where it extends what was noted, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from portal.store import audit_heads as heads
from portal.store.engine import Connection
from portal.worker import loop
from portal.worker.duties import audit_log
from portal.worker.telling import Log
from portal.worker.work import Work
from tests.builders.audit_entries import tamper, write
from tests.builders.desk import AUDIT
from tests.builders.filing import NOW
from tests.builders.worker_log import Lines
from tests.store.test_audit_heads import BAD

MakeWork = Callable[[datetime], Work]


def test_the_head_is_noted_when_it_moved(connection: Connection, work: MakeWork) -> None:
    assert [audit_log.note_head(work(NOW)) for _ in range(2)] == [1, 0]
    for count in (1, 2):
        head = write(connection, count)
        assert [audit_log.note_head(work(NOW)) for _ in range(2)] == [1, 0]
        assert heads.read(work(NOW).heads).last == head


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_bad_line_stops_no_worker(
    sqlite_connection: Connection, tmp_path: Path, told: Lines, bad: bytes
) -> None:
    file = tmp_path / heads.FILE
    file.write_bytes(bad)
    work = Work(sqlite_connection, NOW, file, AUDIT, AUDIT, Log(told.write))
    head = write(sqlite_connection)
    for _ in range(2):
        loop.run_once(work)
    assert heads.read(file).last == head
    assert not told.failed
    assert told.alerts == ["audit:heads"], "told of, once"


def full(tmp_path: Path) -> Path:
    """A file on a disk on which nothing more can be written."""
    link = tmp_path / "full"
    link.symlink_to("/dev/full")
    return link


def folder(tmp_path: Path) -> Path:
    """A file that is none."""
    return tmp_path


@pytest.mark.parametrize("make", [full, folder])
def test_a_file_that_can_not_be_written_stops_no_other_duty(
    sqlite_connection: Connection,
    tmp_path: Path,
    told: Lines,
    make: Callable[[Path], Path],
) -> None:
    head = write(sqlite_connection)
    work = Work(sqlite_connection, NOW, make(tmp_path), AUDIT, AUDIT, Log(told.write))
    for _ in range(2):
        loop.run_once(work)
    assert set(told.failed) == {"audit:note"}
    assert {line["done"] for line in told.of("audit:verify")} == {head[0]}


def test_a_lower_head_is_never_noted_after_a_cut(
    connection: Connection, work: MakeWork, told: Lines
) -> None:
    """Else whoever cut the tail has only to wait for the worker to say that all is well."""
    write(connection, 4)
    audit_log.note_head(work(NOW))
    before = work(NOW).heads.read_bytes()
    tamper(connection, "DELETE FROM audit WHERE sequence > 2")
    for hour in range(2):
        audit_log.note_head(work(NOW + timedelta(hours=2 * hour)))
    assert work(NOW).heads.read_bytes() == before
    assert told.alerts == ["audit:broken", "audit:broken"]
    write(connection, 5, actor="minh")
    audit_log.note_head(work(NOW + timedelta(hours=4)))
    assert work(NOW).heads.read_bytes() == before, "nor once the log has grown again"

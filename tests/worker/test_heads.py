"""Heads of the audit log, noted outside: whole lines only, and nothing else is taken for one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from portal.store.engine import Connection
from portal.worker import heads, loop
from portal.worker.duties import audit_log
from portal.worker.telling import Log
from portal.worker.work import Work
from tests.builders.audit_entries import tamper, write
from tests.builders.desk import AUDIT
from tests.builders.filing import NOW
from tests.builders.worker_log import Lines

MakeWork = Callable[[datetime], Work]

HASH = bytes(range(32))
GOOD = f"7 {HASH.hex()} 2026-11-30T10:00:00+00:00\n".encode()

BAD = {
    "not ASCII": "7 người\n".encode(),
    "not UTF-8": b"\xff\xfe 7\n",
    "half": GOOD[:40],
    "a number alone": b"8\n",
    "empty": b"\n",
    "blank": b"  \n",
    "foreign": b"2026-11-30 10:00:00 backup done\n",
    "NUL": b"\0" * 4096 + b"\n",
    "no number": b"-1 " + HASH.hex().encode() + b"\n",
    "other digits": "٧ ".encode() + HASH.hex().encode() + b"\n",
    "too long": b"9" * 5000 + b" " + HASH.hex().encode() + b"\n",
}


WITHOUT_ITS_END = {"all but its end": GOOD[:-1]}
"""It becomes a whole one as soon as a line follows: it did tell a head."""


@pytest.mark.parametrize("bad", (BAD | WITHOUT_ITS_END).values(), ids=BAD | WITHOUT_ITS_END)
@pytest.mark.parametrize("whole", [True, False])
def test_a_bad_line_is_skipped_and_the_last_whole_one_counts(
    tmp_path: Path, bad: bytes, whole: bool
) -> None:
    file = tmp_path / heads.FILE
    file.write_bytes(b"6 " + HASH.hex().encode() + b"\r\n" + GOOD + bad)
    noted = heads.read(file, whole=whole)
    assert noted.last == (7, HASH)
    assert noted.heads[0] == (6, HASH)
    assert noted.bad == 1


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD)
def test_a_line_is_whole_whatever_stands_before_it(tmp_path: Path, bad: bytes) -> None:
    file = tmp_path / heads.FILE
    file.write_bytes(GOOD + bad)
    heads.append(file, (8, HASH), now=NOW)
    heads.append(file, (9, HASH), now=NOW)
    assert heads.read(file) == heads.Noted(((7, HASH), (8, HASH), (9, HASH)), 1)
    assert file.read_bytes().startswith(GOOD + bad)


def test_no_file_and_an_empty_one_hold_nothing(tmp_path: Path) -> None:
    file = tmp_path / heads.FILE
    assert heads.read(file) == heads.Noted()
    file.touch()
    assert heads.read(file) == heads.Noted()


def test_a_long_file_is_read_from_its_end(tmp_path: Path) -> None:
    file = tmp_path / heads.FILE
    file.write_bytes(BAD["foreign"] + GOOD * 3000)
    noted = heads.read(file, whole=False)
    assert noted.bad == 0
    assert noted.last == (7, HASH)
    assert 0 < len(noted.heads) < 1000


def test_what_an_operator_restored_takes_higher_heads_out(tmp_path: Path) -> None:
    file = tmp_path / heads.FILE
    for number in (3, 9):
        heads.append(file, (number, HASH), now=NOW)
    heads.append(file, (12, bytes(32)), now=NOW, restored_to=5)
    assert heads.read(file).heads == ((3, HASH), (12, bytes(32)))


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
    work = Work(sqlite_connection, NOW, file, AUDIT, Log(told.write))
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
    work = Work(sqlite_connection, NOW, make(tmp_path), AUDIT, Log(told.write))
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

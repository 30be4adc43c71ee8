"""Heads of the audit log, noted outside: whole lines only, and nothing else is taken for one."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.store import audit_heads as heads
from tests.builders.filing import NOW

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


def test_the_last_one_is_given_for_who_only_looks_back(tmp_path: Path) -> None:
    assert heads.last_in(tmp_path) is None
    heads.append(tmp_path / heads.FILE, (3, HASH), now=NOW)
    assert heads.last_in(tmp_path) == (3, HASH)
    (tmp_path / heads.FILE).unlink()
    (tmp_path / heads.FILE).mkdir()
    assert heads.last_in(tmp_path) is None, "a folder in its place stops nobody"

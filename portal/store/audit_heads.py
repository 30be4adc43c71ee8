"""The file in which heads of the audit log are noted, outside the database.

One line each: sequence number, hash, time. Only such a note shows that the tail of the log was cut,
so every line is written whole, and what can't be read is skipped, never taken for a head. A line
that begins with `restored` and a number says that an operator put an older database back, knowing
it: heads that were noted before with a higher number than that count no more.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from portal.store.audit import Head

FILE = "audit-heads.txt"
"""Its name in the instance folder."""

_TAIL_BYTES = 65_536
_LINE = re.compile(rb"(?:restored ([0-9]{1,18}) )?([0-9]{1,18}) ([0-9a-f]{64})( [0-9T:+.-]{1,40})?")


@dataclass(frozen=True, slots=True)
class Noted:
    """The heads that count, oldest first, and how many lines could not be read."""

    heads: tuple[Head, ...] = ()
    bad: int = 0

    @property
    def last(self) -> Head | None:
        """The head that was noted last."""
        return self.heads[-1] if self.heads else None


def read(file: Path, *, whole: bool = True) -> Noted:
    """Read what was noted, or only the end of it; a last line without its end is a bad one.

    Raises `OSError` where the file is there and can't be read.
    """
    try:
        with file.open("rb") as source:
            size = source.seek(0, os.SEEK_END)
            start = 0 if whole else max(0, size - _TAIL_BYTES)
            source.seek(start)
            lines = source.read(size - start).split(b"\n")
    except FileNotFoundError:
        return Noted()
    torn = 1 if lines.pop() else 0
    heads: list[Head] = []
    bad = torn
    for line in lines[1:] if start else lines:
        found = _LINE.fullmatch(line.rstrip())
        if found is None:
            bad += 1
            continue
        head = int(found[2]), bytes.fromhex(found[3].decode("ascii"))
        if found[1]:
            heads = [one for one in heads if one[0] <= int(found[1])]
        heads.append(head)
    return Noted(tuple(heads), bad)


def last_in(folder: Path) -> Head | None:
    """Give the head that was noted last in an instance folder; None where none can be read."""
    try:
        return read(folder / FILE, whole=False).last
    except OSError:
        return None


def append(file: Path, head: Head, *, now: datetime, restored_to: int | None = None) -> None:
    """Note a head: one line in one write, on disk before this returns; raises `OSError`.

    After a line that was only half written it begins a new one. With `restored_to` no head above
    that entry counts any more that was noted before.
    """
    start = "" if restored_to is None else f"restored {restored_to} "
    line = f"{start}{head[0]} {head[1].hex()} {now.isoformat(timespec='seconds')}\n".encode("ascii")
    place = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        size = os.lseek(place, 0, os.SEEK_END)
        if size and os.pread(place, 1, size - 1) != b"\n":
            line = b"\n" + line
        if os.write(place, line) != len(line):
            raise OSError("the disk is full")
        os.fsync(place)
    finally:
        os.close(place)

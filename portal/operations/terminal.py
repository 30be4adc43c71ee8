"""What the command line does about its streams: ASCII, closed, broken or full ones are no crash."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TextIO

READER_GONE = 141
"""The exit code of a program whose reader has left (128 + SIGPIPE)."""

CANT_WRITE = 1

_LEFT = (errno.EPIPE, errno.EIO)
"""A pipe without a reader; a terminal that was closed."""


class OutputFailed(Exception):
    """The output could not be written: `code` is what the program ends with."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


def prepare() -> None:
    """Make the streams safe to write to: what their encoding lacks is written as an escape."""
    _fill_gaps()
    for name, descriptor, mode in (("stdin", 0, "r"), ("stdout", 1, "w"), ("stderr", 2, "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _fill_gaps() -> None:
    """Point closed streams at nothing: else the next file opened, a database, would take their
    place and be written to."""
    while True:
        descriptor = os.open(os.devnull, os.O_RDWR)
        if descriptor > 2:
            os.close(descriptor)
            return
        os.set_inheritable(descriptor, True)


@contextmanager
def output() -> Iterator[None]:
    """Write all that was printed, at the end; raises `OutputFailed` where that can't be done.

    An error of a file that has a name is not ours: it passes.
    """
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except OSError as error:
        if error.filename is not None:
            raise
        code = READER_GONE if error.errno in _LEFT else CANT_WRITE
        if code == CANT_WRITE:
            say(f"chung-tay: the output can't be written: {error.strerror}", to=sys.stderr)
        raise OutputFailed(code) from None


def say(line: str, *, to: TextIO | None = None) -> None:
    """Print one line for the operator; what can't be told on `stderr` is told nowhere."""
    if to is not sys.stderr:
        print(line, file=to or sys.stdout)
        return
    with suppress(OSError, ValueError):
        print(line, file=to, flush=True)


def silence() -> None:
    """Drop what was not written, so that nothing is tried again as the program ends."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            os.dup2(nothing, stream.fileno())
    os.close(nothing)

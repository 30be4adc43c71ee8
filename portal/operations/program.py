"""One program of the Procfile: the process that runs it now, the lines it writes, how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from portal.operations import keeper

LONGEST_LINE = 64 * 1024
"""Bytes; a longer line is passed on in pieces."""

REMEMBERED = 50
"""How many lines of a run are remembered, so that a next run need not say them again."""


@dataclass(slots=True)
class Program:
    """One line of the Procfile; `keeper` is the process that runs it, while there is one."""

    name: str
    command: str
    keeper: subprocess.Popen[bytes] | None = None
    begun_at: float = 0
    due_at: float = 0
    failures: int = 0
    is_refused: bool = False
    said: set[bytes] = field(default_factory=set)
    _leash: int = -1
    _unfinished: bytes = b""

    def start(self, *, folder: Path, environ: Mapping[str, str]) -> int:
        """Start it under a keeper; gives the descriptor of its output. Raises `OSError`."""
        held, self._leash = os.pipe()
        try:
            self.keeper = subprocess.Popen(  # noqa: S603 - the operator's own Procfile
                [sys.executable, "-I", keeper.__file__, str(held), self.command],
                cwd=folder,
                env=dict(environ),
                pass_fds=(held,),
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
        except OSError:
            self.let_go()
            raise
        finally:
            os.close(held)
        os.set_blocking(self.output, False)
        return self.output

    @property
    def output(self) -> int:
        """The descriptor of what it writes."""
        assert self.keeper is not None
        assert self.keeper.stdout is not None
        return self.keeper.stdout.fileno()

    def lines(self) -> Iterator[bytes]:
        """Give the lines that it has written since, each once."""
        while True:
            try:
                piece = os.read(self.output, LONGEST_LINE)
            except BlockingIOError:
                return
            *lines, self._unfinished = (self._unfinished + piece).split(b"\n")
            if self._unfinished and (not piece or len(self._unfinished) >= LONGEST_LINE):
                lines.append(self._unfinished)
                self._unfinished = b""
            yield from filter(self._is_news, lines)
            if not piece:
                return

    def _is_news(self, line: bytes) -> bool:
        """What a refused program says each time was said before."""
        if self.is_refused and line in self.said:
            return False
        if len(self.said) < REMEMBERED:
            self.said.add(line)
        return True

    def let_go(self) -> None:
        """Let the keeper end it, and whatever it started."""
        with suppress(OSError):
            os.close(self._leash)
        self._leash = -1

    def kill(self) -> None:
        """End it at once, with whatever it started that may have stayed and would hold its port."""
        assert self.keeper is not None
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.keeper.pid, signal.SIGKILL)

    def close(self) -> int:
        """Close what is left of a program that has ended; gives its exit code."""
        assert self.keeper is not None
        assert self.keeper.stdout is not None
        self.keeper.stdout.close()
        code: int = self.keeper.returncode
        self.keeper = None
        self.let_go()
        return code

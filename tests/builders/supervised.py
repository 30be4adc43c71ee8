"""A supervisor in a process of its own, over programs of the test, and what became of them."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]

PATIENCE = 60
"""Seconds after which a test gives up; nothing is measured with it."""

TOY = """
import os, signal, subprocess, sys
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, lambda *_: None)
child = subprocess.Popen(["sleep", "1000"])
print("up", os.getpid(), child.pid, os.getppid(), flush=True)
child.wait()
signal.pause()
"""
"""A program with a child of its own; it says which processes there are: itself, child, keeper."""


@dataclass(frozen=True)
class Up:
    """The processes of one program."""

    program: int
    child: int
    keeper: int

    @property
    def all(self) -> tuple[int, ...]:
        """Every one of them."""
        return self.program, self.child, self.keeper


@dataclass
class Supervised:
    """A supervisor that runs, and all that it has said."""

    process: subprocess.Popen[bytes]
    stream: IO[bytes]
    said: list[str] = field(default_factory=list)

    def line(self, *parts: str) -> str:
        """Read on until a line has all these parts, and give it."""
        while True:
            assert select.select([self.stream], [], [], PATIENCE)[0], f"not said: {parts}"
            line = self.stream.readline().decode()
            assert line, f"it ended before it said {parts}: {self.said}"
            self.said.append(line.rstrip())
            if all(part in line for part in parts):
                return line

    def ended(self) -> int:
        """Read what is left and wait for the end; gives the exit code."""
        self.said += self.stream.read().decode().splitlines()
        return self.process.wait(PATIENCE)

    def up(self, name: str) -> Up:
        """Wait until that program says that it runs."""
        return Up(*map(int, self.line(f"{name} ", "| up ").split("up ")[1].split()))


def procfile(folder: Path, **programs: str) -> Path:
    """Write a Procfile of toys; a program's text are the words it is called with."""
    toy = folder / "toy.py"
    toy.write_text(TOY, "utf-8")
    file = folder / "Procfile"
    lines = (f"{name}: exec python {toy} {words}\n" for name, words in programs.items())
    file.write_text("".join(lines), "utf-8")
    return file


def command(file: Path, *more: str) -> list[str]:
    """The command that runs a Procfile."""
    return [sys.executable, "-m", "portal", "run", "--procfile", str(file), *more]


@contextmanager
def started(arguments: list[str], environ: dict[str, str]) -> Iterator[Supervised]:
    """Run a supervisor whose output is a pipe; afterwards it is gone, however the test ended."""
    process = subprocess.Popen(arguments, cwd=ROOT, env=environ, stdout=subprocess.PIPE, bufsize=0)
    assert process.stdout is not None
    with process.stdout:
        try:
            yield Supervised(process, process.stdout)
        finally:
            process.kill()
            process.wait()


def is_alive(pid: int) -> bool:
    """Tell whether a process is there, and not only its name in the list."""
    done = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return done.stdout.strip()[:1] not in ("", "Z")


def assert_gone(pids: Iterable[int]) -> None:
    """Wait until none of these is there any more."""
    left, until = set(pids), time.monotonic() + PATIENCE
    while left and time.monotonic() < until:
        left = {pid for pid in left if is_alive(pid)}
        time.sleep(0.05)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left, "processes stayed"

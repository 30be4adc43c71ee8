"""Runs the programs of a Procfile, and starts one that dies again, alone.

Each program has a keeper (`portal.operations.keeper`) that ends it when this process ends. One that
ends with code 4 says that its settings don't let it start: that is told once, and it is tried again
rarely. The others never notice.
"""

from __future__ import annotations

import os
import selectors
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from portal.operations.keeper import GRACE_SECONDS
from portal.operations.output import Output
from portal.operations.program import Program

REFUSED = 4
"""What a program ends with that its settings don't let start."""

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pauses:
    """How long to wait, in seconds, before a program is started again.

    It is `first`, and twice as long each time, up to `longest`; `refused` where its settings don't
    let it start. Who ran for `steady` begins with the first pause again.
    """

    first: float = 0.5
    longest: float = 30
    refused: float = 30
    steady: float = 20


class Supervisor:
    """Starts, restarts and ends the programs; one thread, one loop."""

    def __init__(
        self,
        programs: Mapping[str, str],
        *,
        folder: Path,
        environ: Mapping[str, str],
        output: Output,
        pauses: Pauses,
    ) -> None:
        self._programs = [Program(name, command) for name, command in programs.items()]
        self._folder, self._output, self._pauses = folder, output, pauses
        here = str(Path(sys.executable).parent)
        # `python` in the Procfile is the one that runs this.
        path = os.pathsep.join(filter(None, (here, environ.get("PATH", ""))))
        self._environ = dict(environ) | {"PATH": path}
        self._width = max(map(len, programs))
        self._selector = selectors.DefaultSelector()
        self._stops = 0
        self._kill_at = 0.0

    def run(self, *, parent: int | None = None) -> int:
        """Keep everything running until told to stop (0), or until nothing can start (4).

        With `parent`, stop as well when that process is no longer our parent.
        """
        self._listen()
        while True:
            self._start_what_is_due()
            self._wait()
            for program in self._programs:
                if program.keeper is not None and program.keeper.poll() is not None:
                    self._ended(program)
            is_left = self._output.is_gone or parent not in (None, os.getppid())
            if (is_left and not self._stops) or self._is_overdue():
                self._stop()
            if not any(program.keeper for program in self._programs):
                if self._stops:
                    return 0
                if all(program.is_refused for program in self._programs):
                    return REFUSED

    def _listen(self) -> None:
        """Let signals wake the loop. A process started with nohup goes on without the terminal."""
        woken, wake = os.pipe()
        for end in (woken, wake):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for name in (*STOPPING, signal.SIGCHLD):
            if name is not signal.SIGHUP or signal.getsignal(name) is not signal.SIG_IGN:
                signal.signal(name, lambda *_: None)
        self._selector.register(woken, selectors.EVENT_READ, None)

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        for program in self._programs:
            if self._stops or program.keeper is not None or program.due_at > now:
                continue
            program.begun_at = now
            try:
                output = program.start(folder=self._folder, environ=self._environ)
            except OSError as error:
                self._later(program, f"can't be started: {error.strerror}")
            else:
                self._selector.register(output, selectors.EVENT_READ, program)

    def _wait(self) -> None:
        """Pass on what is written, until something happens, something is due, or a second went."""
        now = time.monotonic()
        waits = [max(0.0, one.due_at - now) for one in self._programs if one.keeper is None]
        for key, _ in self._selector.select(min([1.0, *waits])):
            if isinstance(key.data, Program):
                self._pass_on(key.data)
                continue
            with suppress(BlockingIOError):
                if set(os.read(key.fd, 512)) & set(STOPPING):
                    self._stop()

    def _pass_on(self, program: Program) -> None:
        for line in program.lines():
            self._tell(program, line)

    def _ended(self, program: Program) -> None:
        program.kill()
        self._pass_on(program)
        self._selector.unregister(program.output)
        code = program.close()
        if not self._stops:
            self._later(program, _how_it_ended(code), is_refused=code == REFUSED)

    def _later(self, program: Program, why: str, *, is_refused: bool = False) -> None:
        now, pauses = time.monotonic(), self._pauses
        if now - program.begun_at >= pauses.steady:
            program.failures = 0
        pause = min(pauses.longest, pauses.first * 2 ** min(program.failures, 16))
        pause = pauses.refused if is_refused else pause
        if not (is_refused and program.is_refused):
            self._tell(program, f"{why}; it is started again in {pause:g} s".encode())
        if not is_refused:
            program.said.clear()
        program.failures += 1
        program.is_refused, program.due_at = is_refused, now + pause

    def _stop(self) -> None:
        """Let every program end; the second time, end it at once."""
        self._stops += 1
        self._kill_at = time.monotonic() + GRACE_SECONDS + 5
        for program in self._programs:
            if program.keeper is not None:
                program.let_go() if self._stops == 1 else program.kill()

    def _is_overdue(self) -> bool:
        return self._stops == 1 and time.monotonic() > self._kill_at

    def _tell(self, program: Program, line: bytes) -> None:
        self._output.put(f"{program.name:<{self._width}} | ".encode() + line + b"\n")


def _how_it_ended(code: int) -> str:
    if code == REFUSED:
        return "its settings don't let it start"
    with suppress(ValueError):
        return f"ended by {signal.Signals(-code if code < 0 else code - 128).name}"
    return f"ended with code {code}"

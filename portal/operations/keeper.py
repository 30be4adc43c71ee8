"""Runs one program and ends it, with all its children, when the supervisor ends for any reason.

`python keeper.py DESCRIPTOR COMMAND`, of the standard library alone. The descriptor is the read end
of a pipe whose other end the supervisor holds. It reads as ended when the supervisor closes it, and
when the supervisor dies, also of SIGKILL. The keeper leads a group of processes of its own, so that
nothing the program starts is missed. What it takes is the same on Linux and macOS.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress

GRACE_SECONDS = 15
"""How long a program may take to end: longer than a site needs for the requests it is answering."""


def keep(leash: int, command: str) -> int:
    """Run a command of the shell until it ends, or the leash does; gives its exit code."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
    for name in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        # A handler and not SIG_IGN, which the program would inherit. The keeper outlives these: it
        # sends them itself, to its whole group.
        signal.signal(name, lambda *_: None)
    shell = ["/bin/sh", "-c", command]
    program = subprocess.Popen(shell, stdin=subprocess.DEVNULL)  # noqa: S603 - the Procfile's own
    while program.poll() is None:
        ready, _, _ = select.select([leash, woken], [], [])
        if leash in ready:
            end(program)
        os.read(woken, 512)
    code = program.returncode
    return code if code >= 0 else 128 - code


def end(program: subprocess.Popen[bytes]) -> None:
    """Ask everything in the group to end, then make it; this process goes with it."""
    os.killpg(0, signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        program.wait(GRACE_SECONDS)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(keep(int(sys.argv[1]), sys.argv[2]))

"""Who dies is started again, alone; and whatever ends the supervisor, nothing of it stays."""

from __future__ import annotations

import os
import pty
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.builders.deployment import Deployment
from tests.builders.running import free_port
from tests.builders.supervised import (
    ROOT,
    Supervised,
    Up,
    assert_gone,
    command,
    is_alive,
    procfile,
    started,
)

NAMES = ("one", "two", "three")


@pytest.fixture
def environ(deployment: Deployment) -> dict[str, str]:
    ports = {f"PORTAL_{site}_PORT": str(free_port()) for site in ("PUBLIC", "STAFF")}
    return deployment.clean_environ(**ports)


@pytest.fixture
def toys(tmp_path: Path) -> Path:
    return procfile(tmp_path, **dict.fromkeys(NAMES, ""))


def read_up(running: Supervised) -> dict[str, Up]:
    """Wait until all three are up."""
    found: dict[str, Up] = {}
    while len(found) < len(NAMES):
        line = running.line("| up ")
        found[line.split()[0]] = Up(*map(int, line.split("up ")[1].split()))
    return found


def pids(found: dict[str, Up]) -> list[int]:
    return [pid for up in found.values() for pid in up.all]


def stop(running: Supervised) -> None:
    running.process.send_signal(signal.SIGTERM)
    assert running.ended() == 0


@pytest.mark.parametrize("victim", ["program", "keeper"])
def test_who_is_killed_is_started_again_and_the_others_go_on(
    victim: str, toys: Path, environ: dict[str, str]
) -> None:
    with started(command(toys), environ) as running:
        before = read_up(running)
        os.kill(getattr(before["two"], victim), signal.SIGKILL)
        running.line("two ", "ended by SIGKILL", "started again")
        after = running.up("two")
        assert not set(after.all) & set(before["two"].all)
        assert_gone(before["two"].all)
        for name in ("one", "three"):
            assert all(map(is_alive, before[name].all))
        stop(running)
    assert_gone([*after.all, *pids(before)])
    assert [line.split()[0] for line in running.said if "| up" in line].count("one") == 1


End = Callable[[Supervised], object]

ENDS: dict[str, tuple[End, int]] = {
    "SIGINT": (lambda running: running.process.send_signal(signal.SIGINT), 0),
    "SIGTERM": (lambda running: running.process.send_signal(signal.SIGTERM), 0),
    "SIGHUP": (lambda running: running.process.send_signal(signal.SIGHUP), 0),
    "SIGQUIT": (lambda running: running.process.send_signal(signal.SIGQUIT), -signal.SIGQUIT),
    "SIGKILL": (lambda running: running.process.kill(), -signal.SIGKILL),
}


@pytest.fixture
def quit_is_heard() -> Iterator[None]:
    """What a shell starts in the background doesn't hear SIGQUIT, nor does what that starts."""
    before = signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGQUIT, before)


@pytest.mark.usefixtures("quit_is_heard")
@pytest.mark.parametrize("way", ENDS)
def test_nothing_stays_whatever_ends_it(way: str, toys: Path, environ: dict[str, str]) -> None:
    with started(command(toys), environ) as running:
        before = read_up(running)
        end, code = ENDS[way]
        end(running)
        assert_gone(pids(before))
        assert running.ended() == code


def test_nothing_stays_when_nobody_reads_it_any_more(toys: Path, environ: dict[str, str]) -> None:
    with started(command(toys), environ) as running:
        before = read_up(running)
        running.stream.close()
        os.kill(before["one"].program, signal.SIGKILL)  # now there is something to say
        assert_gone(pids(before))
        assert running.process.wait() == 0


def test_nothing_stays_of_a_terminal_that_was_closed(toys: Path, environ: dict[str, str]) -> None:
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(ROOT)
        os.execve(sys.executable, command(toys), environ)
    with open(terminal, "rb", buffering=0) as stream:
        before = read_up(Supervised(None, stream))  # type: ignore[arg-type]
        assert all(map(is_alive, pids(before)))
    assert_gone(pids(before))
    assert os.waitpid(pid, 0)[1] == 0


def test_nothing_stays_when_the_parent_is_killed(toys: Path, environ: dict[str, str]) -> None:
    """As with `make run`: `make` stands between."""
    code = "import subprocess, sys; subprocess.run(sys.argv[1:])"
    arguments = [sys.executable, "-c", code, *command(toys, "--ends-with-parent")]
    with started(arguments, environ) as running:
        before = read_up(running)
        running.process.kill()
        assert_gone(pids(before))
        assert running.ended() == -signal.SIGKILL


def test_the_second_signal_does_not_wait(tmp_path: Path, environ: dict[str, str]) -> None:
    with started(command(procfile(tmp_path, deaf="deaf")), environ) as running:
        up = running.up("deaf")
        running.process.send_signal(signal.SIGINT)
        # The child hears it, so the first signal has arrived.
        assert_gone([up.child])
        assert is_alive(up.program)
        running.process.send_signal(signal.SIGINT)
        assert running.ended() == 0
        assert_gone(up.all)


SCRIPT = """
import os, sys
from pathlib import Path
from portal.operations.output import Output
from portal.operations.running import read_procfile
from portal.operations.supervisor import Pauses, Supervisor
file = Path(sys.argv[1])
output = Output(1)
code = Supervisor(
    read_procfile(file), folder=file.parent, environ=os.environ, output=output,
    pauses=Pauses(first=0.01, longest=0.05, refused=0.01, steady=1000),
).run()
output.close()
sys.exit(code)
"""


def hurried(folder: Path, text: str) -> list[str]:
    """A supervisor that waits for next to nothing before it starts a program again."""
    file = folder / "Procfile"
    file.write_text(text, "utf-8")
    return [sys.executable, "-c", SCRIPT, str(file)]


REFUSES = "echo x >> tried; echo chung-tay: PORTAL_WORKERS must be a number; exit 4"


def test_who_can_not_start_is_told_of_once_and_the_others_go_on(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    # The other one says when the first was tried three times.
    waits = "touch tried; while [ $(wc -l < tried) -lt 3 ]; do sleep 0.1; done"
    text = f"public: {REFUSES}\nstaff: {waits}; echo thrice; sleep 1000\n"
    with started(hurried(tmp_path, text), environ) as running:
        running.line("staff ", "thrice")
        stop(running)
    assert [line for line in running.said if line.startswith("public")] == [
        "public | chung-tay: PORTAL_WORKERS must be a number",
        "public | its settings don't let it start; it is started again in 0.01 s",
    ]


def test_who_was_refused_and_then_starts_is_heard_again(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    mends = f"if [ -f tried ]; then echo mended; sleep 1000; fi; {REFUSES}"
    text = f"public: {mends}\nstaff: sleep 1000\n"
    with started(hurried(tmp_path, text), environ) as running:
        running.line("public", "mended")
        stop(running)


def test_when_nothing_can_start_it_ends(tmp_path: Path, environ: dict[str, str]) -> None:
    text = f"public: {REFUSES}\nstaff: {REFUSES}\n"
    with started(hurried(tmp_path, text), environ) as running:
        assert running.ended() == 4
    assert sum("PORTAL_WORKERS" in line for line in running.said) == 2


def test_who_fails_again_and_again_is_started_later_and_later(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    text = "public: exit 3\nstaff: sleep 1000\n"
    with started(hurried(tmp_path, text), environ) as running:
        for pause in ("0.01", "0.02", "0.04", "0.05", "0.05"):
            assert f"in {pause} s" in running.line("public", "ended with code 3")
        stop(running)


def test_a_terminal_that_stands_still_holds_nobody_up(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    """Nobody reads, the pipe is full, and the program still gets all its lines out."""
    os.mkfifo(tmp_path / "done")
    text = "public: yes a line that nobody reads | head -100000; echo > done; sleep 1000\n"
    with started(hurried(tmp_path, text), environ) as running:
        with open(tmp_path / "done") as done:
            assert done.read() == "\n"
        running.line("lines were dropped")
        stop(running)

"""`run`: it starts everything or nothing, and the real sites and the worker come back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.config import environment
from portal.domain.errors import ConfigError
from portal.operations.command_line import main
from portal.operations.running import read_procfile, why_not
from tests.builders.deployment import Deployment
from tests.builders.running import free_port, wait_for
from tests.builders.supervised import ROOT, assert_gone, command, is_alive, started


@pytest.fixture
def ports(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    for name in ("DATABASE_URL", "REDIS_URL", "SHRED_DATABASE_URL", *environment.KNOWN):
        monkeypatch.delenv(name, raising=False)
    found = {environment.port_name(site): free_port() for site in ("public", "staff")}
    for name, value in {"PORTAL_INSTANCE": deployment.folder, **found}.items():
        monkeypatch.setenv(name, str(value))
    return found


@pytest.fixture(params=["127.0.0.1", "0.0.0.0"])
def taken(request: pytest.FixtureRequest) -> Iterator[int]:
    with socket.socket() as other:
        other.bind((request.param, 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("name", ["PORTAL_PUBLIC_PORT", "PORTAL_STAFF_PORT"])
def test_a_taken_port_is_named_with_the_variable_and_nothing_is_started(
    name: str,
    taken: int,
    ports: dict[str, int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(name, str(taken))
    file = tmp_path / "Procfile"
    file.write_text(f"one: touch {tmp_path}/started\n", "utf-8")
    assert main(["run", "--procfile", str(file)]) == 1
    out, said = capfd.readouterr()
    assert said.count("\n") == 1
    assert f"port {taken} is taken by another program" in said
    proposed = said.partition(f"`{name}=")[2].partition(" make run`")[0]
    assert int(proposed) not in (taken, *ports.values())
    assert why_not(int(proposed)) is None
    assert out == ""
    assert not (tmp_path / "started").exists()


def test_both_sites_at_one_port_is_one_sentence(
    ports: dict[str, int], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORTAL_STAFF_PORT", str(ports["PORTAL_PUBLIC_PORT"]))
    assert main(["run"]) == 1
    assert "PORTAL_PUBLIC_PORT and PORTAL_STAFF_PORT are the same" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("setting", "named"),
    [
        ("PORTAL_PUBLIC_PORT=http", "PORTAL_PUBLIC_PORT must be a port number"),
        ("PORTAL_INSTANCE=/nowhere/at/all", "python -m portal demo"),
        ("PORTAL_WORKER=2", "did you mean PORTAL_WORKERS?"),
        ("PORTAL_WORKERS=zwei", "PORTAL_WORKERS must be a number from 1 to 64"),
        ("PORTAL_RATE_PAGES=600", '"600 per minute"'),
        ("REDIS_URL=http://localhost", "REDIS_URL must be a redis://"),
    ],
)
@pytest.mark.usefixtures("ports")
def test_what_nothing_can_start_with_is_one_sentence(
    setting: str,
    named: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv(*setting.split("="))
    assert main(["run"]) == 1
    said = capsys.readouterr().err
    assert named in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("text", ["", "# nothing\n", "one two\n", "one:\n", "a: x\na: y\n"])
def test_a_procfile_that_is_none_is_refused(text: str, tmp_path: Path) -> None:
    file = tmp_path / "Procfile"
    file.write_text(text, "utf-8")
    with pytest.raises(ConfigError, match="Procfile"):
        read_procfile(file)


def test_the_procfile_has_both_sites_and_the_worker() -> None:
    assert list(read_procfile(ROOT / "Procfile")) == ["public", "staff", "worker"]


def groups(supervisor: int) -> dict[int, list[int]]:
    """Give the processes of each keeper, the keeper itself left out, in the order of starting."""
    listing = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid=,pgid="], capture_output=True, text=True, check=True
    ).stdout
    rows = [tuple(map(int, line.split())) for line in listing.splitlines()]
    keepers = sorted(pid for pid, parent, _ in rows if parent == supervisor)
    found: dict[int, list[int]] = {keeper: [] for keeper in keepers}
    for pid, _, group in sorted(rows):
        if group in found and pid != group:
            found[group].append(pid)
    return found


def answers(address: str) -> bool:
    with urllib.request.urlopen(address, timeout=30) as answer:
        return answer.status == 200


def test_the_real_sites_and_the_worker_come_back_each_alone(
    deployment: Deployment, ports: dict[str, int]
) -> None:
    environ = deployment.clean_environ(**{name: str(port) for name, port in ports.items()})
    sites = [f"http://127.0.0.1:{port}/" for port in ports.values()]
    with started(command(ROOT / "Procfile"), environ) as running:
        running.line("worker:start")
        for address in sites:
            wait_for(address, running.process)
        before = groups(running.process.pid)
        public, staff, worker = before
        os.kill(before[public][0], signal.SIGKILL)
        running.line("public", "ended by SIGKILL")
        assert_gone(before[public])
        wait_for(sites[0], running.process)
        os.kill(before[worker][0], signal.SIGKILL)
        running.line("worker", "ended by SIGKILL")
        running.line("worker:start")
        after = groups(running.process.pid)
        assert after[staff] == before[staff]
        assert all(map(is_alive, before[staff]))
        assert not {*after} & {public, worker}
        assert all(map(answers, sites))
        everything = [pid for keeper, pids in after.items() for pid in (keeper, *pids)]
        running.process.kill()
        assert_gone(everything)
    assert all(why_not(port) is None for port in ports.values())


def test_make_run_starts_it_so_that_it_ends_with_make() -> None:
    rule = (ROOT / "Makefile").read_text("utf-8").partition("\nrun:")[2].partition("\n\n")[0]
    assert "-m portal run --ends-with-parent" in rule


def test_no_password_is_ever_shown(deployment: Deployment, ports: dict[str, int]) -> None:
    """Every process is refused, and each says why."""
    environ = deployment.clean_environ(
        **{name: str(port) for name, port in ports.items()},
        SHRED_DATABASE_URL="mysql://me:hush-hush@127.0.0.1/x",
    )
    with started(command(ROOT / "Procfile"), environ) as running:
        assert running.ended() == 4, "nothing can start"
    assert "hush-hush" not in "\n".join(running.said)
    assert "Traceback" not in "\n".join(running.said)
    assert sum("SHRED_DATABASE_URL must" in line for line in running.said) == 3


def test_groups_are_those_of_a_supervisor() -> None:
    """The look into the list of processes finds what is there."""
    assert os.getpid() in groups(os.getppid())

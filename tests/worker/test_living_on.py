"""PostgreSQL stops under a running worker and under both sites: all live on, nothing is lost."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builders.deployment import Deployment, make_deployment
from tests.builders.postgresql import Server, own_server
from tests.builders.sites import CheckedClient, Screen, make_public, make_staff

ROOT = Path(__file__).resolve().parents[2]

PROGRAM = """
import os, config
from portal.worker import loop
loop.run(config.load_worker(os.environ), pause=0.2)
"""

TOLD = {"happening": ["threat_share"]}


@dataclass
class Running:
    """A worker in a process of its own, and the lines that it writes."""

    process: subprocess.Popen[str]

    def next(self, event: str, **wanted: object) -> dict[str, object]:
        """Read on to the next line of that event."""
        assert self.process.stdout
        for line in self.process.stdout:
            found: dict[str, object] = json.loads(line)
            if found["event"] == event and wanted.items() <= found.items():
                return found
        raise AssertionError(f"the worker ended before it told of {event}")


@pytest.fixture
def worker() -> Iterator[list[Running]]:
    """Workers to be ended with the test."""
    running: list[Running] = []
    yield running
    for one in running:
        one.process.terminate()
        one.process.communicate(timeout=60)


def start(deployment: Deployment, *command: str) -> Running:
    environ = deployment.clean_environ()
    process = subprocess.Popen(
        [sys.executable, *(command or ("-c", PROGRAM))],
        cwd=ROOT,
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    return Running(process)


def made(folder: Path, server: Server) -> Deployment:
    """A deployment whose databases stand on that server."""
    urls = dict(zip(("DATABASE_URL", "SHRED_DATABASE_URL"), server.urls, strict=True))
    return make_deployment(folder, **urls)


def test_a_stopped_database_ends_nothing(tmp_path: Path, worker: list[Running]) -> None:
    with own_server() as server, made(tmp_path / "instance", server) as deployment:
        worker.append(start(deployment))
        (running,) = worker
        running.next("worker:start")
        running.next("audit:note", done=1)
        public, desk = make_public(deployment).test_client(), make_staff(deployment).test_client()
        send_one(public)
        running.next("shred:confirm", done=1)

        screen = to_last_page(public)
        server.stop()
        assert running.next("store:down")["level"] == "alert"
        refused = public.post("/en/a", data=screen.fields() | TOLD | {"go": ["send"]})
        assert refused.status_code == 503
        assert "Your answers up to here are still here." in refused.text
        assert public.get("/en/").status_code == 200
        desk.set_cookie("desk", "x" * 88)
        assert desk.get("/queue").status_code in (303, 503)

        server.start()
        running.next("store:up")
        again = public.resume(Screen(refused))
        sent = public.post("/en/a", data=again.fields() | TOLD | {"go": ["send"]})
        assert sent.status_code == 303
        running.next("shred:confirm", done=1)
        assert desk.get("/sign-in").status_code == 200
        assert running.process.poll() is None


def test_a_worker_waits_for_a_database_that_is_not_there_yet(
    tmp_path: Path, worker: list[Running]
) -> None:
    with own_server() as server, made(tmp_path / "instance", server) as deployment:
        server.stop()
        worker.append(start(deployment))
        (running,) = worker
        for _ in range(2):
            assert running.next("store:down")["failed"] == "OperationalError"
        server.start()
        running.next("audit:note", done=1)


@pytest.mark.parametrize("name", ["reports.sqlite3", "shred.sqlite3"])
def test_nothing_starts_on_a_database_that_is_empty(
    tmp_path: Path, name: str, worker: list[Running]
) -> None:
    with make_deployment(tmp_path / "instance") as deployment:
        (deployment.folder / name).unlink()
        starts = [
            ["-m", "portal", "worker"],
            ["-m", "portal", "audit", "verify"],
            ["-m", "portal", "check"],
            ["-c", "import os; os.environ['PORTAL_SITE'] = 'public'; import wsgi"],
            ["-c", "import os; os.environ['PORTAL_SITE'] = 'staff'; import wsgi"],
        ]
        worker += [start(deployment, *command) for command in starts]
        for running in worker:
            _, errors = running.process.communicate(timeout=120)
            assert running.process.returncode in (1, 4)
            assert "is empty: run `python -m portal migrate`" in errors
            assert len(errors.splitlines()) == 1


def to_last_page(client: CheckedClient) -> Screen:
    return client.press(client.see("/en/a"), "start")


def send_one(client: CheckedClient) -> None:
    screen = to_last_page(client)
    sent = client.post("/en/a", data=screen.fields() | TOLD | {"go": ["send"]})
    assert sent.status_code == 303

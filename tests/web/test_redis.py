"""Counters in a real Redis: shared between processes, without an address, and what happens when
it goes away: reporting stays open, and tries to sign in are slowed by each process for itself."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
import redis
from flask import Flask

from portal.operations.command_line import main
from portal.staff.account import throttle
from portal.web import limits
from tests.builders.deployment import Deployment
from tests.builders.running import free_port
from tests.builders.sites import make_public, make_staff
from tests.builders.waiting import PATIENCE, wait

pytestmark = [pytest.mark.redis, pytest.mark.usefixtures("limiter_afresh")]


@dataclass
class Server:
    url: str
    process: subprocess.Popen[bytes]

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE)


REFUSING = {
    "a password": ["requirepass", "another"],
    "full": ["maxmemory", "1"],
    "read-only": ["replicaof", "127.0.0.1 1"],
}
"""Configurations under which Redis answers, and refuses to count."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        pytest.skip("no redis-server on this machine: `apt-get install redis-server`")
    port = free_port()
    command = [program, "--port", str(port), "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(
        [*command, "--bind", "127.0.0.1", "--dir", str(tmp_path)], stdout=subprocess.DEVNULL
    )
    made = Server(f"redis://127.0.0.1:{port}/0", process)
    with redis.Redis.from_url(made.url) as client:
        wait(partial(answers, client), "Redis answers")
    yield made
    if process.poll() is None:
        made.stop()


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.exceptions.ConnectionError:
        return False


@pytest.fixture(autouse=True)
def _patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine may answer late, and what is not counted in time is let through, or refused at
    the desk."""
    monkeypatch.setattr(limits, "PATIENCE", PATIENCE)


def public(deployment: Deployment, server: Server, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """A site that lets four codes be tried. The window begins with the first of them, and the name
    under which it counts turns with the hour of a clock that stands."""
    monkeypatch.setenv("PORTAL_RATE_LOOKUPS", "4 per hour")
    return make_public(deployment, redis_url=server.url)


def try_code(app: Flask) -> int:
    client = app.test_client()
    page = client.get("/en/back").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token
    return client.post("/en/back", data={"csrf_token": token[1], "code": "1"}).status_code


def test_two_processes_count_together_and_keep_no_address(
    deployment: Deployment, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = public(deployment, server, monkeypatch)
    assert [try_code(app) for _ in range(3)] == [422] * 3
    other = public(deployment, server, monkeypatch)
    assert [try_code(other) for _ in range(2)] == [422, 429]
    with redis.Redis.from_url(server.url) as client:
        kept = b" ".join(key + (client.get(key) or b"") for key in client.scan_iter())
    assert kept
    assert b"127.0.0.1" not in kept


def test_without_the_store_reporting_stays_open(
    deployment: Deployment, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = public(deployment, server, monkeypatch)
    assert try_code(app) == 422
    server.stop()
    assert try_code(app) == 422
    assert app.test_client().get("/en/").status_code == 200


def desk(deployment: Deployment, server: Server) -> Flask:
    """A desk whose clock is far from the hour, with which the counters turn over."""
    deployment.clock.move(seconds=3600 + 60 - int(deployment.clock().timestamp()) % 3600)
    return make_staff(deployment, redis_url=server.url)


def guess(app: Flask) -> int:
    client = app.test_client()
    page = client.get("/sign-in")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token
    data = {"csrf_token": token[1], "member": "nobody.here", "passphrase": "y", "code": "0"}
    return client.post("/sign-in", data=data).status_code


FREE = throttle.FREE.amount


def test_two_processes_of_the_desk_slow_together_and_keep_no_name(
    deployment: Deployment, server: Server
) -> None:
    one, other = desk(deployment, server), make_staff(deployment, redis_url=server.url)
    assert [guess(app) for app in (one, other) * (FREE // 2)] == [403] * FREE
    assert [guess(app) for app in (one, other, one)] == [403, 429, 429], "one try for both"
    deployment.clock.move(seconds=throttle.PACE)
    assert [guess(app) for app in (other, one, other)] == [403, 429, 429]
    with redis.Redis.from_url(server.url) as client:
        kept = b" ".join(key + (client.get(key) or b"") for key in client.scan_iter())
    assert kept
    assert b"127.0.0.1" not in kept
    assert b"nobody" not in kept


def test_without_the_store_tries_are_slowed_by_each_process(
    deployment: Deployment, server: Server
) -> None:
    app = desk(deployment, server)
    assert guess(app) == 403
    server.stop()
    assert [guess(app) for _ in range(FREE + 2)] == [403] * (FREE + 1) + [429]
    other = make_staff(deployment, redis_url=server.url)
    assert guess(other) == 403, "which counts for itself"


def refuse(server: Server, kind: str) -> None:
    """Let the server refuse from now on."""
    name, value = REFUSING[kind]
    with redis.Redis.from_url(server.url) as client:
        if name == "replicaof":
            client.execute_command("REPLICAOF", *value.split())
        else:
            client.config_set(name, value)


@pytest.mark.parametrize("kind", REFUSING)
def test_with_a_store_that_refuses_reporting_stays_open(
    kind: str, deployment: Deployment, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = public(deployment, server, monkeypatch)
    assert try_code(app) == 422
    refuse(server, kind)
    other = public(deployment, server, monkeypatch)
    assert [try_code(other) for _ in range(5)] == [422] * 4 + [429], "it counts in its memory"


@pytest.mark.parametrize("kind", REFUSING)
def test_with_a_store_that_refuses_tries_are_slowed_by_each_process(
    kind: str, deployment: Deployment, server: Server
) -> None:
    refuse(server, kind)
    app = desk(deployment, server)
    assert [guess(app) for _ in range(FREE + 2)] == [403] * (FREE + 1) + [429]


@pytest.mark.parametrize("kind", REFUSING)
def test_the_check_says_what_a_store_that_refuses_means(
    kind: str,
    deployment: Deployment,
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in (deployment.environ | {"REDIS_URL": server.url}).items():
        monkeypatch.setenv(name, value)
    assert main(["check"]) == 0
    assert "redis: good" in capsys.readouterr().out
    refuse(server, kind)
    assert main(["check"]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "each process counts in its own" in said

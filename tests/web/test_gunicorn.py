"""The server as it really runs: what it refuses, holds and writes down, and why it cannot start."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from portal.web.bounds import LARGEST_HEAD
from portal.web.http_server import Limits
from tests.bench.holder import KINDS, LONG_BODY
from tests.builders.child import Child
from tests.builders.deployment import Deployment, copy_deployment
from tests.builders.loop import read_all
from tests.builders.running import ROOT, Running, free_port, start
from tests.builders.waiting import PATIENCE

THREADS = 2


@pytest.fixture(scope="module")
def running(original: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder: Path = tmp_path_factory.mktemp("refusing")
    (folder / "tmp").mkdir()
    deployment = copy_deployment(original, folder / "instance")
    more = {"PORTAL_THREADS": str(THREADS), "TMPDIR": str(folder / "tmp")}
    sites = start(deployment, folder / "log", **more)
    yield sites
    sites.stop()


@pytest.fixture
def site(running: Running) -> str:
    return running.public


def connect(site: str) -> socket.socket:
    place = urlsplit(site)
    return socket.create_connection((place.hostname, place.port), timeout=PATIENCE)


def ask(site: str, raw: bytes) -> tuple[bytes, bytes]:
    """Send bytes as they are; gives the head and the body of the answer."""
    with connect(site) as sock:
        sock.sendall(raw)
        answer = read_all(sock)
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (431, b"GET /vi/" + b"x" * LARGEST_HEAD + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
        (431, b"GET /vi/ HTTP/1.1\r\nHost: x\r\nX: " + b"x" * LARGEST_HEAD + b"\r\n\r\n"),
        (400, b"no request\r\n\r\n"),
        (400, b"GET /vi/ HTTP/1.1\r\nHost : x\r\n\r\n"),
    ],
    ids=["a long address", "a long header", "no request", "no header"],
)
def test_what_no_site_can_read_is_refused_without_words(site: str, status: int, raw: bytes) -> None:
    head, body = ask(site, raw)
    assert int(head.split()[1]) == status
    assert b"no-store" in head
    assert body == b""


def test_what_a_site_can_read_is_answered(site: str) -> None:
    head, body = ask(site, b"GET /vi/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body
    assert b"\r\nserver:" not in head.lower()


@pytest.mark.parametrize("kind", KINDS)
def test_a_child_is_answered_beside_clients_that_send_half(site: str, kind: str) -> None:
    with contextlib.ExitStack() as stack:
        for _ in range(10 * THREADS):
            stack.enter_context(connect(site)).sendall(KINDS[kind])
        child = Child(site)
        child.ask("/en/a")
        child.press("/en/a", go="start")
        child.press("/en/a", go="next", happening=["fake"])
        assert child.status == 200
        assert 'name="safe_now"' in child.text


def worker_of(running: Running) -> psutil.Process:
    """The process that serves the reporter's site."""
    found: psutil.Process = psutil.Process(running.processes[0].pid).children()[0]
    return found


def test_half_bodies_take_no_more_memory_than_they_may(running: Running) -> None:
    worker = worker_of(running)
    before = worker.memory_info().rss
    head = b"POST /vi/a HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % LONG_BODY
    with contextlib.ExitStack() as stack:
        for _ in range(8 * Limits().held // LONG_BODY):
            with contextlib.suppress(ConnectionError):
                stack.enter_context(connect(running.public)).sendall(head + b"a" * (LONG_BODY - 1))
        assert b"200 OK" in ask(running.public, b"GET /vi/ HTTP/1.0\r\n\r\n")[0]
        assert worker.memory_info().rss - before < 2 * Limits().held


def test_no_word_is_written_to_a_disk_on_its_way_in(running: Running) -> None:
    folder = running.log.parent / "tmp"
    word = b"story=zqxword" + b"a" * (LONG_BODY - 14)
    head = b"POST /vi/a HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    with connect(running.public) as client:
        client.sendall(head + b"Content-Length: %d\r\n\r\n" % LONG_BODY + word)
        ask(running.public, b"GET /vi/ HTTP/1.0\r\n\r\n")
        opened = Path(f"/proc/{worker_of(running).pid}/fd")
        names = [str(fd.readlink()) for fd in opened.iterdir()] if opened.is_dir() else []
        assert not [name for name in names if name.startswith(str(folder))]
        client.sendall(b"b")
        assert client.recv(12) == b"HTTP/1.1 400"
    assert list(folder.iterdir()) == []


def test_nothing_that_was_refused_is_written_down(running: Running) -> None:
    for raw in (
        b"zqxbad /zqxpath\r\n\r\n",
        b"GET /zqxpath HTTP/1.1\r\nHost: zqxhost\r\nzqx header\r\n\r\n",
        b"GET /zqxpath\x00 HTTP/1.1\r\nHost: zqxhost\r\nConnection: close\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzqx\r\n",
    ):
        ask(running.public, raw)
    written = running.log.with_suffix(".public").read_text("utf-8")
    assert '"status": 200' in written
    assert "zqx" not in written
    assert "127.0.0.1" not in written


@pytest.mark.parametrize(
    ("environ", "told"),
    [
        ({"PORTAL_WORKERS": "zwei"}, "PORTAL_WORKERS must be a number from 1 to 64"),
        ({"PORTAL_WORKERS": "0"}, "PORTAL_WORKERS must be a number from 1 to 64"),
        ({"PORTAL_THREADS": "0"}, "PORTAL_THREADS must be a number from 1 to 256"),
        ({"PORTAL_THREADS": "\u0663"}, "PORTAL_THREADS must be a number from 1 to 256"),
        ({"PORTAL_PUBLIC_PORT": "eight"}, "PORTAL_PUBLIC_PORT must be a port number"),
        ({"PORTAL_SITE": "both"}, "PORTAL_SITE must be one of public, staff"),
        ({"PORTAL_INSTANCE": "/nowhere"}, "no deployment in /nowhere"),
    ],
)
def test_a_wrong_setting_ends_the_start_with_one_sentence(
    original: Deployment, environ: dict[str, str], told: str
) -> None:
    code, said = try_to_start(original, **{"PORTAL_PUBLIC_PORT": str(free_port()), **environ})
    assert said.startswith(f"chung-tay: can't start: {told}")
    assert "Traceback" not in said
    assert code == 4


def test_a_port_that_is_taken_is_named_with_its_variable(original: Deployment) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        code, said = try_to_start(original, PORTAL_PUBLIC_PORT=port)
    told = f"port {port} is taken: set PORTAL_PUBLIC_PORT to another one"
    assert said == f"chung-tay: can't start: {told}\n"
    assert code == 4


def try_to_start(deployment: Deployment, **environ: str) -> tuple[int, str]:
    """Start the reporter's site where it can't; gives its code and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "gunicorn", "--config", "portal/web/gunicorn.py", "wsgi"],
        cwd=ROOT,
        env=deployment.clean_environ(**{"PORTAL_SITE": "public", **environ}),
        capture_output=True,
        text=True,
        timeout=60,
    )
    return done.returncode, done.stderr

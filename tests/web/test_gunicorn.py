"""What gunicorn refuses by itself has no words: they would be English, and repeat the address."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.builders.deployment import Deployment, copy_deployment
from tests.builders.running import start
from tests.builders.waiting import PATIENCE


@pytest.fixture(scope="module")
def site(original: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("refusing")
    sites = start(copy_deployment(original, folder / "instance"), folder / "log")
    yield sites.public
    sites.stop()


def ask(site: str, raw: bytes) -> tuple[bytes, bytes]:
    """Send bytes as they are; gives the head and the body of the answer."""
    place = urlsplit(site)
    with socket.create_connection((place.hostname, place.port), timeout=PATIENCE) as sock:
        sock.sendall(raw)
        answer = b"".join(iter(lambda: sock.recv(65536), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


@pytest.mark.parametrize(
    ("status", "raw"),
    [
        (414, b"GET /vi/" + b"x" * 5000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"),
        (431, b"GET /vi/ HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 9000 + b"\r\n\r\n"),
        (400, b"no request\r\n\r\n"),
        (400, b"GET /vi/ HTTP/1.1\r\nHost : x\r\n\r\n"),
    ],
    ids=["a long address", "a long header", "no request", "no header"],
)
def test_what_no_site_can_read_is_refused_without_words(site: str, status: int, raw: bytes) -> None:
    head, body = ask(site, raw)
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert b"no-store" in head
    assert body == b""


def test_what_a_site_can_read_is_answered(site: str) -> None:
    head, body = ask(site, b"GET /vi/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert body

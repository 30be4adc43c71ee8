"""The loop of the server: who waits holds no thread, and who is one too many goes."""

from __future__ import annotations

import contextlib
import queue
import resource
import socket
import threading
import time
from collections.abc import Iterable
from itertools import count
from typing import Any

import pytest

from portal.web.bounds import LOOKED_AT
from portal.web.gunicorn_worker import SPARE_FILES, allowed
from portal.web.http_server import LARGEST_DISCARDED, MOST_AHEAD, Limits
from tests.bench.holder import KINDS
from tests.builders.loop import Loop, read_all, read_answer, serving
from tests.builders.waiting import PATIENCE, wait

GET = b"GET /vi/ HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /vi/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


def echo(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    """Tell what was asked, and with which body."""
    body = environ["wsgi.input"].read()
    told = b"%s %s %d" % (
        environ["REQUEST_METHOD"].encode(),
        environ["PATH_INFO"].encode(),
        len(body),
    )
    start("200 OK", [("Content-Length", str(len(told)))])
    return [told]


class Gate:
    """An app that answers only when it is told to."""

    def __init__(self) -> None:
        self.began: queue.Queue[str] = queue.Queue()
        self.opens = threading.Event()

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        self.began.put(environ["PATH_INFO"])
        assert self.opens.wait(PATIENCE)
        return echo(environ, start)


def body_of(answer: bytes) -> bytes:
    return answer.partition(b"\r\n\r\n")[2]


def is_dropped(client: socket.socket) -> bool:
    """Tell whether the server has hung up, without waiting for it."""
    client.setblocking(False)
    try:
        return client.recv(1, socket.MSG_PEEK) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_waits_holds_no_thread(kind: str) -> None:
    with serving(echo, threads=2) as loop, contextlib.ExitStack() as stack:
        for _ in range(20):
            client = stack.enter_context(loop.connect())
            client.sendall(KINDS[kind])
        assert body_of(loop.ask(LAST)) == b"GET /vi/ 0"


def test_half_an_answer_that_nobody_reads_holds_no_thread() -> None:
    def long(_: object, start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "4000000")])
        return [b"a" * 4_000_000]

    with serving(long, threads=1) as loop, contextlib.ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(loop.connect()).sendall(GET * 3)
        assert len(body_of(loop.ask(LAST))) == 4_000_000


def test_answers_come_in_the_order_of_the_questions() -> None:
    with serving(echo) as loop:
        asked = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % n for n in range(9)) + LAST
        answer = loop.ask(asked)
        assert [answer.find(b"GET /%d 0" % n) for n in range(9)] == sorted(
            answer.find(b"GET /%d 0" % n) for n in range(9)
        )
        assert -1 not in [answer.find(b"GET /%d 0" % n) for n in range(9)]
        assert answer.endswith(b"GET /vi/ 0")


def test_a_connection_is_kept_and_names_no_server() -> None:
    with serving(echo) as loop, loop.connect() as client:
        for _ in range(3):
            client.sendall(GET)
            head, body = read_answer(client)
            assert body == b"GET /vi/ 0"
            assert b"close" not in head
            assert b"server" not in head.lower()


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (b"GET /a HTTP/1.0\r\n\r\n", b"GET /a 0"),
        (b"GET http://x/a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"GET /a 0"),
        (b"POST /a HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc", b"POST /a 3"),
    ],
)
def test_old_and_absolute_requests_are_answered(asked: bytes, told: bytes) -> None:
    with serving(echo) as loop:
        assert body_of(loop.ask(asked)) == told


def test_who_hangs_up_half_is_answered() -> None:
    with serving(echo) as loop, loop.connect() as client:
        client.sendall(GET)
        client.shutdown(socket.SHUT_WR)
        assert body_of(read_all(client)) == b"GET /vi/ 0"


def test_who_asks_before_sending_a_body_is_told_to_go_on() -> None:
    with serving(echo) as loop, loop.connect() as client:
        client.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
        )
        word = b"HTTP/1.1 100 Continue\r\n\r\n"
        assert client.recv(len(word), socket.MSG_WAITALL) == word
        client.sendall(b"abc")
        assert read_answer(client)[1] == b"POST / 3"


def test_a_body_that_no_page_reads_is_dropped_and_refused_by_the_site() -> None:
    def refuse(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        assert int(environ["CONTENT_LENGTH"]) > LOOKED_AT
        assert environ["wsgi.input"].read() == b""
        start("413 Too Large", [("Content-Length", "9")])
        return [b"too large"]

    size = 3_000_000
    with serving(refuse) as loop, loop.connect() as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
        client.sendall(b"a" * size)
        answer, text = read_answer(client)
        assert (answer.split()[1], text) == (b"413", b"too large")


CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    "head",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\n" + CHUNKED,
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n" + CHUNKED,
        b"POST / HTTP/1.0\r\nHost: x\r\n" + CHUNKED,
        b"POST / HTTP/1.0\r\nHost: x\r\nContent-Length: 4\r\n" + CHUNKED,
        b"POST / HTTP/1.2\r\nHost: x\r\n" + CHUNKED,
    ],
)
def test_a_body_without_one_length_is_refused_and_nothing_follows_it(head: bytes) -> None:
    with serving(echo) as loop:
        answer = loop.ask(head + b"\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n")
        assert answer.split()[1] == b"411"
        assert answer.count(b"HTTP/1.") == 1
        assert body_of(answer) == b""


@pytest.mark.parametrize("head", [b"GET /a", b"POST /a"])
def test_who_asks_to_go_on_without_a_body_is_answered(head: bytes) -> None:
    with serving(echo) as loop, loop.connect() as client:
        client.sendall(head + b" HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n\r\n")
        assert read_answer(client)[1] == head + b" 0"
        client.sendall(b"GET /b HTTP/1.1\r\nHost: x\r\n\r\n")
        assert read_answer(client)[1] == b"GET /b 0"


def test_requests_far_ahead_of_their_answers_are_refused_unread() -> None:
    gate = Gate()
    with serving(gate, threads=1) as loop, loop.connect() as client:
        client.sendall(GET * 2000)
        gate.began.get(timeout=PATIENCE)
        wait(lambda: loop.server.held > 0, "they have come in")
        (channel,) = loop.server.active_channels.values()
        assert len(channel.requests) <= MOST_AHEAD + 1
        gate.opens.set()
        answer = read_all(client)
        assert answer.count(b"GET /vi/ 0") == MOST_AHEAD
        assert answer.count(b"HTTP/1.0 400 ") == 1


def test_an_urgent_byte_ends_the_connection() -> None:
    with serving(echo) as loop, loop.connect() as client:
        client.sendall(b"GET /a")
        client.send(b"!", socket.MSG_OOB)
        wait(lambda: loop.connections == 0, "it is gone")


def test_what_came_just_before_the_end_is_answered() -> None:
    loop = Loop(echo, threads=1, limits=Limits())
    with loop.connect() as client:
        loop.server.turn(0.1)  # The connection has come in,
        client.sendall(GET)  # and its request reaches us as the process is told to stop.
        loop.is_told_to_stop.set()
        loop.thread.start()
        assert read_answer(client)[1] == b"GET /vi/ 0"
        loop.thread.join(PATIENCE)


def test_small_heads_that_wait_do_not_push_a_form_out() -> None:
    with serving(echo, limits=Limits(held=300_000)) as loop, contextlib.ExitStack() as stack:
        at = [0.0]
        loop.server.now = lambda: at[0]
        waiting = [stack.enter_context(loop.connect()) for _ in range(16)]
        for client in waiting:
            client.sendall(b"GET / HTTP/1.1\r\nX: " + b"x" * 17_000)
        wait(lambda: loop.server.held > 16 * 17_000, "they have come in")
        at[0] = 9.0
        child = stack.enter_context(loop.connect())
        child.sendall(b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n")
        child.sendall(b"a" * 40_000)
        wait(lambda: any(map(is_dropped, waiting)), "who has waited longer goes")
        child.sendall(b"a" * 20_000)
        assert read_answer(child)[1] == b"POST /a 60000"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (b"no request\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000, b"431"),
        (b"GET http://[/ HTTP/1.1\r\nHost: x\r\n\r\n", b"400"),
        (
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % LARGEST_DISCARDED,
            b"413",
        ),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n", b"501"),
    ],
)
def test_what_is_refused_has_no_words_and_nothing_follows_it(asked: bytes, status: bytes) -> None:
    with serving(echo) as loop:
        head, _, body = loop.ask(asked + GET).partition(b"\r\n\r\n")
        assert head.split()[1] == status
        assert b"Connection: close" in head
        assert body == b""


def test_an_app_that_fails_is_answered_for() -> None:
    def fail(_environ: object, _start: object) -> Iterable[bytes]:
        raise RuntimeError("a word of a child")

    def fail_half_way(_environ: object, start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "4")])
        yield b"ab"
        raise RuntimeError("a word of a child")

    for app in (fail, fail_half_way):
        with serving(app) as loop:
            answer = loop.ask(GET)
            assert b"a word of a child" not in answer
            assert app is fail_half_way or answer.startswith(b"HTTP/1.1 500 ")
            assert body_of(answer) in (b"", b"ab")


def test_one_too_many_takes_the_place_of_who_waited_longest() -> None:
    with serving(echo, limits=Limits(connections=5)) as loop, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(loop.connect()) for _ in range(30)]
        for client in clients:
            with contextlib.suppress(OSError):
                client.sendall(b"G")
        assert body_of(loop.ask(LAST)) == b"GET /vi/ 0"
        for client in clients[:20]:
            with contextlib.suppress(ConnectionResetError):
                assert client.recv(1) == b""


def test_who_holds_most_goes_where_too_much_is_held() -> None:
    with serving(echo, limits=Limits(held=1_000_000)) as loop, contextlib.ExitStack() as stack:
        honest = stack.enter_context(loop.connect())
        honest.sendall(
            b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 30000\r\n\r\n" + b"a" * 20_000
        )
        for _ in range(20):
            client = stack.enter_context(loop.connect())
            with contextlib.suppress(OSError):
                client.sendall(
                    b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n"
                    + b"a" * 300_000
                )
        assert body_of(loop.ask(LAST)) == b"GET /vi/ 0"  # so the others have come in as well
        wait(lambda: loop.connections <= 1 + 3, "who holds most goes")
        honest.sendall(b"a" * 10_000)
        assert read_answer(honest)[1] == b"POST /a 30000"


def test_whole_requests_that_nobody_has_begun_are_bounded_too() -> None:
    gate = Gate()
    with (
        serving(gate, threads=1, limits=Limits(held=1_000_000)) as loop,
        contextlib.ExitStack() as stack,
    ):
        large = b"POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 300000\r\n\r\n" + b"a" * 300_000
        small = [stack.enter_context(loop.connect()) for _ in range(5)]
        for client in small:
            client.sendall(GET)
        gate.began.get(timeout=PATIENCE)
        clients = [stack.enter_context(loop.connect()) for _ in range(20)]
        for client in clients:
            with contextlib.suppress(OSError):
                client.sendall(large)
        wait(lambda: sum(map(is_dropped, clients)) >= 20 - 3, "those that hold most go")
        gate.opens.set()
        assert [read_answer(client)[1] for client in small] == [b"GET /vi/ 0"] * 5


def test_what_is_held_is_counted_exactly() -> None:
    half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nab"
    with serving(echo) as loop, contextlib.ExitStack() as stack:
        for raw in (GET * 10, b"GET", half, GET + half, half + b"cdefghi" + GET):
            stack.enter_context(loop.connect()).sendall(raw)
        assert body_of(loop.ask(LAST)) == b"GET /vi/ 0"
        wait(lambda: loop.server.held == len(b"GET") + 2 * len(half), "only halves are held")
    assert loop.server.held == 0


def test_what_was_begun_is_finished_when_the_server_is_told_to_stop() -> None:
    gate = Gate()
    with serving(gate) as loop, loop.connect() as client, loop.connect() as idle:
        client.sendall(GET)
        gate.began.get(timeout=PATIENCE)
        loop.is_told_to_stop.set()
        gate.opens.set()
        assert read_answer(client)[1] == b"GET /vi/ 0"
        loop.thread.join(PATIENCE)
        assert not loop.thread.is_alive()
        assert idle.recv(1) == b""
        with pytest.raises(OSError):
            loop.connect()


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_had_its_time_is_let_go(kind: str) -> None:
    with serving(echo) as loop, loop.connect() as client:
        client.sendall(KINDS[kind])
        wait(lambda: loop.connections == 1, "it has come in")
        # A clock that runs: whenever its bytes come in, the client's time is over in the end.
        seconds = count(int(time.monotonic()), 10)
        loop.server.now = lambda: next(seconds)
        wait(lambda: loop.connections == 0, "it is gone")


def test_an_answer_that_takes_long_is_no_fault_of_the_client() -> None:
    gate = Gate()
    with serving(gate) as loop, loop.connect() as client:
        client.sendall(GET)
        gate.began.get(timeout=PATIENCE)
        began = time.monotonic()
        loop.server.now = lambda: began + 1000
        wait(lambda: loop.server.next_look > began + 1000, "it has looked")
        gate.opens.set()
        assert read_answer(client)[1] == b"GET /vi/ 0"


def test_a_body_that_comes_gets_more_time() -> None:
    half = 100 * Limits().bytes_for_a_second
    with serving(echo) as loop, loop.connect() as client:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (2 * half)
        client.sendall(head + b"a" * half)
        wait(lambda: loop.server.held == len(head) + half, "half has come")
        began = time.monotonic()
        loop.server.now = lambda: began + Limits().patience + 90
        wait(lambda: loop.server.next_look > began + 90, "it has looked")
        client.sendall(b"a" * half)
        assert read_answer(client)[1] == b"POST / %d" % (2 * half)


def test_a_client_that_asks_for_much_and_reads_nothing_is_let_go() -> None:
    def long(_: object, start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Length", "100000")])
        return [b"a" * 100_000]

    with serving(long, threads=1, limits=Limits(unread=200_000)) as loop, loop.connect() as client:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        for _ in range(40):
            client.sendall(GET * 10)
        for _ in range(3):
            assert len(body_of(loop.ask(LAST))) == 100_000
        assert loop.server.held < 10_000_000


def test_as_many_files_are_asked_for_as_the_connections_want(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wanted = 2 * 1000 + SPARE_FILES
    asked: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda *args: asked.append(args))
    for limits, room in (((256, 4096), 1000), ((256, 512), 206), ((9999, 9999), 1000)):
        monkeypatch.setattr(resource, "getrlimit", lambda _, found=limits: found)
        assert allowed(1000) == room
    assert [limit for _, limit in asked] == [(wanted, 4096), (512, 512)]

"""Hold sockets as slow and hostile clients do, and ask as an honest one beside them.

`python -m tests.bench.held` measures the sites' own server; with `--rivals`, every other server of
tests/bench/rivals.py that is installed, each on the same site. All of it goes to 127.0.0.1, in the
number and time that are given. `make held` is the long run.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import re
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.bench.holder import HOST, KINDS, held
from tests.bench.measure import cpu, machine
from tests.bench.rivals import RIVALS, Rival
from tests.builders.deployment import Deployment, make_deployment
from tests.builders.running import ROOT, free_port, wait_for

TURNS = 3
"""How often the driver changes between asking an idle server and one under held sockets."""


@dataclass
class Honest:
    """A few clients that open a page, its style sheet and the first question, again and again."""

    port: int
    times: list[float] = field(default_factory=list)
    failed: int = 0
    patience: float = 5.0

    def ask(self, until: float) -> None:
        """Ask from three threads."""
        threads = [threading.Thread(target=self._one, args=(until,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _one(self, until: float) -> None:
        cookie, token, draft = "", "", ""
        while time.monotonic() < until:
            with contextlib.suppress(OSError, http.client.HTTPException):
                page, _ = self._timed("GET", "/vi/")
                style = re.search(r'href="(/s/[^"]+\.css)"', page)
                self._timed("GET", style[1] if style else "/favicon.ico")
                page, cookie = self._timed("GET", "/vi/a")
                token = _value(page, "csrf_token")
                self._timed("POST", "/vi/a", f"csrf_token={token}&go=start&draft={draft}", cookie)
            time.sleep(0.1)

    def _timed(self, method: str, path: str, form: str = "", cookie: str = "") -> tuple[str, str]:
        began = time.monotonic()
        connection = http.client.HTTPConnection(HOST, self.port, timeout=self.patience)
        headers = {"Cookie": cookie} if cookie else {}
        if form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        try:
            connection.request(method, path, form or None, headers)
            answer = connection.getresponse()
            text = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException):
            self.failed += 1
            self.times.append(self.patience)
            raise
        finally:
            connection.close()
        self.times.append(time.monotonic() - began)
        return text, (answer.getheader("Set-Cookie") or "").partition(";")[0]


def _value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    return found[1] if found else ""


def p95(times: list[float]) -> float:
    """In ms."""
    return statistics.quantiles(times or [0.0, 0.0], n=20)[-1] * 1000


@dataclass
class Row:
    """What was measured of one server under one kind of held sockets."""

    server: str
    kind: str
    idle: float
    busy: float
    answered_idle: int
    answered_busy: int
    failed: int
    cpu_idle: float
    cpu_busy: float
    memory: float

    def __str__(self) -> str:
        """A row of the table."""
        ratio = self.busy / self.idle
        return (
            f"| {self.server} | {self.kind} | {self.idle:.0f} | {self.busy:.0f} | {ratio:.1f} | "
            f"{self.answered_idle} | {self.answered_busy} | {self.failed} | "
            f"{self.cpu_idle:.1f} | {self.cpu_busy:.1f} | {self.memory:.0f} |"
        )


HEADING = """\
| server | held | p95 idle | p95 held | ratio | idle | held | failed | CPU idle | CPU held | MiB |
|---|---|---|---|---|---|---|---|---|---|---|"""


@contextlib.contextmanager
def serving(
    rival: Rival, deployment: Deployment, log: Path
) -> Iterator[tuple[int, psutil.Process]]:
    """Run one server on the reporter's site."""
    port = free_port()
    with log.open("wb") as out:
        process = subprocess.Popen(
            rival.command(port),
            cwd=ROOT,
            env=deployment.clean_environ(PORTAL_SITE="public", PORTAL_PUBLIC_PORT=str(port)),
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_for(f"http://{HOST}:{port}/", process)
            yield port, psutil.Process(process.pid)
        finally:
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()


def measured(
    rival: Rival,
    deployment: Deployment,
    folder: Path,
    *,
    kinds: list[str],
    sockets: int,
    seconds: float,
) -> Row:
    """Ask while nothing is held and while sockets are, turn by turn, each half of the time."""
    times: dict[bool, list[float]] = {False: [], True: []}
    spent: dict[bool, float] = {False: 0.0, True: 0.0}
    failed, memory = {False: 0, True: 0}, 0.0
    with serving(rival, deployment, folder / "log") as (port, server):
        Honest(port).ask(time.monotonic() + 2)
        for is_held in (False, True) * TURNS:
            with held(port, kinds, sockets) if is_held else contextlib.nullcontext():
                honest, before = Honest(port), cpu(server)
                until = time.monotonic() + seconds / 2 / TURNS
                while time.monotonic() < until:
                    honest.ask(min(until, time.monotonic() + 5))
                    memory = max(memory, rss(server))
                times[is_held] += honest.times
                spent[is_held] += cpu(server) - before
                failed[is_held] += honest.failed
    return Row(
        rival.name,
        kinds[0] if len(kinds) == 1 else "all kinds",
        p95(times[False]),
        p95(times[True]),
        len(times[False]) - failed[False],
        len(times[True]) - failed[True],
        failed[False] + failed[True],
        spent[False] / max(1, len(times[False])) * 1000,
        spent[True] / max(1, len(times[True])) * 1000,
        memory,
    )


def rss(server: psutil.Process) -> float:
    """Memory of a server and its processes, in MiB."""
    total = 0.0
    for one in (server, *server.children(recursive=True)):
        with contextlib.suppress(psutil.Error):
            total += one.memory_info().rss / 2**20
    return total


def main() -> None:
    """Measure what was asked for, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=40, help="for each row")
    parser.add_argument("--sockets", type=int, default=500)
    parser.add_argument("--each", action="store_true", help="each kind alone, not all at once")
    parser.add_argument("--rivals", nargs="*", help="other servers too; these, or every one")
    asked = parser.parse_args()
    names = [RIVALS[0].name] + (asked.rivals or [])
    chosen = [one for one in RIVALS if one.name in names or asked.rivals == []]
    print(f"{machine()}. {asked.sockets} sockets, {asked.seconds:.0f} s a row.\n\n{HEADING}")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        deployment = make_deployment(folder / "instance")
        for rival in chosen:
            if not rival.is_installed:
                print(f"| {rival.name} | not installed |" + " |" * 9)
                continue
            for kinds in [[kind] for kind in KINDS] if asked.each else [list(KINDS)]:
                row = measured(
                    rival,
                    deployment,
                    folder,
                    kinds=kinds,
                    sockets=asked.sockets,
                    seconds=asked.seconds,
                )
                print(row, flush=True)


if __name__ == "__main__":
    main()

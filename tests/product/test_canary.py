"""Nothing that was typed, no address and no browser's name is left in any byte on the disk.

Real processes, a whole journey, a reply from the desk, and failures forced by breaking the database
under them; then every byte of databases, journals, logs and temporary files is searched.
"""

from __future__ import annotations

import html
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.builders.canary import dresses, everything_under, search
from tests.builders.child import ADDRESS, Child
from tests.builders.deployment import make_deployment
from tests.builders.running import Running, start
from tests.builders.waiting import PATIENCE

pytestmark = pytest.mark.xdist_group("canary")

WORDS = {
    "story": "Zqxstory họ nói sẽ gửi",
    "selectors-value": "zqxhandle.anh.trai",
    "safe_contact": "zqxcontact 0900 123 456",
    "safe_time": "zqxtime sau giờ học",
    "more": "Zqxmore em nhớ thêm điều này",
    "failed": "Zqxfailed chữ này gửi lúc hỏng",
}


@contextmanager
def broken(database: Path, table: str) -> Iterator[None]:
    """Take a table away for a moment: what needs it fails as it would in earnest."""
    with closing(sqlite3.connect(database, timeout=PATIENCE)) as plain:
        plain.execute(f"ALTER TABLE {table} RENAME TO {table}_away")
    try:
        yield
    finally:
        with closing(sqlite3.connect(database, timeout=PATIENCE)) as plain:
            plain.execute(f"ALTER TABLE {table}_away RENAME TO {table}")


def walk(child: Child, database: Path) -> str:
    """Tell everything, meet every kind of failure on the way, and give the code."""
    child.ask("/vi/")
    child.ask("/vi/a")
    child.press("/vi/a", go="start")
    child.press("/vi/a", go="next", happening=["want_money", "threat_share"])
    child.press("/vi/a", go="next", safe_now="no")
    child.press("/vi/a", go="next", age="13_15", country="VN")
    child.press("/vi/a", go="next")
    rows = {"selectors-where": ["zalo"], "selectors-value": [WORDS["selectors-value"]]}
    child.press("/vi/a", go="next", **rows)
    child.press("/vi/a", go="next", story=WORDS["story"])
    contact = {"contact": "contact", "safe_contact": WORDS["safe_contact"]}
    child.press("/vi/a", go="next", safe_time=WORDS["safe_time"], **contact)
    assert WORDS["story"] in html.unescape(child.text)
    before = child.text
    for table in ("fields", "receipts", "definitions"):
        with broken(database, table):
            child.press("/vi/a", go="send")
        assert child.status == 503
        child.text = before
    child.press("/vi/a", go="send")
    found = re.search(r'<output id="receipt"[^>]*>([\d ]+)<', child.text)
    assert found
    return found[1]


def come_back(child: Child, code: str, database: Path) -> None:
    child.ask("/vi/back")
    child.press("/vi/back", code=code)
    thread = child.text
    with broken(database, "grants"):
        child.press("/vi/back", go="add", more=WORDS["failed"])
    assert child.status == 503
    child.text = thread
    child.press("/vi/back", go="add", more=WORDS["more"])
    assert child.status == 200
    child.ask("/vi/a", {"go": "next", "story": WORDS["failed"]})
    assert child.status == 400
    child.ask("/vi/" + WORDS["failed"].split()[0])
    assert child.status == 404


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("canary")
    temporary = folder / "tmp"
    temporary.mkdir()
    deployment = make_deployment(folder / "instance")
    sites = start(deployment, folder / "log", TMPDIR=str(temporary))
    yield sites
    sites.stop()


def test_no_byte_tells(running: Running) -> None:
    child = Child(running.public)
    database = running.deployment.folder / "reports.sqlite3"
    code = walk(child, database)
    come_back(child, code, database)
    child.press("/vi/leave")
    folder = running.log.parent
    alive = everything_under(folder)
    secret = [*WORDS.values(), ADDRESS, "CanaryBrowser", "zqxagent", code, code.replace(" ", "")]
    assert search(alive, secret) == []
    running.stop()
    assert search(everything_under(folder), secret) == []
    with closing(sqlite3.connect(database)) as plain:
        assert plain.execute("SELECT count(*) FROM reports").fetchone() == (1,)
        assert plain.execute("SELECT count(*) FROM envelopes").fetchone() == (2,)
    log = (folder / "log.public").read_text("utf-8")
    assert log.count('"event": "failure"') >= 4, "the failures were written, by type and place"


@pytest.mark.parametrize("word", [*WORDS.values(), ADDRESS])
def test_a_word_left_behind_would_be_found(word: str, tmp_path: Path) -> None:
    """The search must be able to fail: it finds each word in each dress."""
    for number, form in enumerate(dresses(word)):
        file = tmp_path / f"{number}.bin"
        file.write_bytes(b"\0\1\2" + form + b"\3")
        if len(form) > 7:
            assert search([file], [word]), form

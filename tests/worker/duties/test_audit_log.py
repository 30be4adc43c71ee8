"""The log is verified in windows, from a mark that nobody else can set, and over again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from portal.store import audit, audit_marks
from portal.store.audit_marks import BROKEN, VERIFIED, Mark
from portal.store.engine import Connection
from portal.vault.signing import AuditKey
from portal.worker.duties import audit_log
from portal.worker.work import Work
from tests.builders.attack import attack
from tests.builders.audit_entries import tamper, write
from tests.builders.desk import AUDIT
from tests.builders.filing import NOW
from tests.builders.worker_log import Lines

MakeWork = Callable[[datetime], Work]


def mark(connection: Connection, name: str) -> Mark | None:
    with connection.begin(write=False) as db:
        return audit_marks.get(db, name=name, verify=AUDIT.verify)


def test_only_what_came_is_verified_and_the_mark_moves_on(
    connection: Connection, work: MakeWork
) -> None:
    head = write(connection, 7)
    assert audit_log.verify_log(work(NOW)) == 7
    found = mark(connection, VERIFIED)
    assert found
    assert found.head == head
    assert audit_log.verify_log(work(NOW)) == 0
    head = write(connection, 2)
    assert audit_log.verify_log(work(NOW)) == 2
    found = mark(connection, VERIFIED)
    assert found
    assert found.head == head


def test_a_long_log_is_verified_in_windows(
    connection: Connection, work: MakeWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "WINDOW", 2)
    monkeypatch.setattr(audit_log, "WINDOWS", 3)
    write(connection, 9)
    done = [audit_log.verify_log(work(NOW)) for _ in range(3)]
    assert done == [6, 3, 0]


def test_a_check_of_nothing_new_is_noted_once_an_hour(
    connection: Connection, work: MakeWork
) -> None:
    write(connection, 1)
    for minutes, noted in ((0, 0), (59, 0), (60, 60), (90, 60), (-40, -40)):
        audit_log.verify_log(work(NOW + timedelta(minutes=minutes)))
        found = mark(connection, VERIFIED)
        assert found
        assert found.at == NOW.replace(microsecond=0) + timedelta(minutes=noted)


def test_a_change_after_the_mark_is_an_alert_and_stands_on_the_page(
    connection: Connection, work: MakeWork, told: Lines
) -> None:
    write(connection, 3)
    audit_log.verify_log(work(NOW))
    write(connection, 2)
    tamper(connection, "UPDATE audit SET actor = 'someone' WHERE sequence = 5")
    for _ in range(2):
        audit_log.verify_log(work(NOW))
    (line,) = told.of("audit:broken")
    assert line["entry"] == 5
    found = mark(connection, BROKEN)
    assert found
    assert found.head[0] == 5


@pytest.mark.parametrize("entry", [1, 4, 6])
def test_a_change_before_the_mark_is_found_by_the_second_look(
    connection: Connection,
    work: MakeWork,
    told: Lines,
    monkeypatch: pytest.MonkeyPatch,
    entry: int,
) -> None:
    monkeypatch.setattr(audit_log, "AGAIN_WINDOW", 2)
    write(connection, 6)
    audit_log.verify_log(work(NOW))
    tamper(connection, f"UPDATE audit SET at = at + 60 WHERE sequence = {entry}")
    for _ in range(8):
        audit_log.verify_log(work(NOW))
    assert {line["entry"] for line in told.of("audit:broken")} == {entry}


def test_the_second_look_begins_anew_at_the_end(
    connection: Connection, work: MakeWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_log, "AGAIN_WINDOW", 2)
    write(connection, 3)
    places = []
    for _ in range(4):
        one = work(NOW)
        audit_log.verify_log(one)
        places.append(one.again.head[0])
    assert places == [2, 0, 2, 0]


def test_nobody_keeps_the_second_look_from_going_on(
    connection: Connection, work: MakeWork, told: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever writes to the database puts each mark back as it was before every run."""
    monkeypatch.setattr(audit_log, "AGAIN_WINDOW", 2)
    write(connection, 6)
    audit_log.verify_log(work(NOW))
    with connection.reports.connect() as plain:
        kept = plain.execute(text("SELECT * FROM audit_marks")).mappings().all()
    tamper(connection, "UPDATE audit SET state = NULL, actor = 'someone' WHERE sequence = 5")
    for _ in range(4):
        with connection.reports.execution_options(portal_write=True).begin() as plain:
            plain.execute(text("DELETE FROM audit_marks"))
            for one in kept:
                names = ", ".join(one)
                values = ", ".join(f":{name}" for name in one)
                plain.execute(
                    text(f"INSERT INTO audit_marks ({names}) VALUES ({values})"), dict(one)
                )
        audit_log.verify_log(work(NOW))
    assert told.of("audit:broken")[0]["entry"] == 5


def test_a_mark_that_somebody_else_set_counts_for_nothing(
    connection: Connection, work: MakeWork, told: Lines
) -> None:
    """Whoever writes the database would say that everything was verified, and change it then."""
    write(connection, 4)
    with connection.begin(write=True) as db:
        head = audit.head(db)
        forged = AuditKey(b"f" * 32)
        audit_marks.put(db, name=VERIFIED, mark=Mark(head, NOW), sign=forged.sign)
    tamper(connection, "UPDATE audit SET actor = 'someone' WHERE sequence = 2")
    audit_log.verify_log(work(NOW))
    assert told.of("audit:broken")[0]["entry"] == 2


def test_a_mark_beyond_the_end_of_the_log_is_a_cut(
    connection: Connection, work: MakeWork, told: Lines
) -> None:
    write(connection, 4)
    audit_log.verify_log(work(NOW))
    tamper(connection, "DELETE FROM audit WHERE sequence > 2")
    audit_log.verify_log(work(NOW))
    assert told.alerts == ["audit:broken"]


def test_a_moved_mark_does_not_open(connection: Connection, work: MakeWork) -> None:
    """A mark is signed with its name and place: an older one's signature fits no other."""
    write(connection, 2)
    audit_log.verify_log(work(NOW))
    attack(connection, "UPDATE audit_marks SET sequence = sequence - 1")
    assert mark(connection, VERIFIED) is None

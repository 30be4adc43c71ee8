"""No shred key is deleted by inference: what the worker sees, tells, and never does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert, select

from portal.domain.statement import FILED
from portal.intake.submit import Filed, submit
from portal.store import audit, shred
from portal.store import audit_heads as heads
from portal.store.engine import Connection
from portal.store.shred import CONFIRMED, MISSING, PENDING, SPARED, WATCHED
from portal.store.tables import Base, ShredKey
from portal.worker.duties import shred_keys
from portal.worker.loop import run_once
from portal.worker.telling import Log
from portal.worker.work import Work
from tests.builders import backup
from tests.builders.attack import attack
from tests.builders.desk import AUDIT
from tests.builders.filing import NOW, filing, intake_of, opened
from tests.builders.worker_log import Lines

Once = Callable[[datetime], None]
MakeWork = Callable[[datetime], Work]

DAY = timedelta(days=1)
SOON, LATER = NOW + timedelta(minutes=1), NOW + 2 * DAY


def file_at(connection: Connection, at: datetime, number: int = 1) -> Filed:
    """File one report at a time, through intake."""
    told = filing(submission=b"click %05d" % number)
    return submit(intake=intake_of(connection), filing=told, now=at)


def keys(connection: Connection) -> dict[bytes, str]:
    """Every key's id with its state."""
    with connection.begin(write=False) as db:
        return {row.id: row.state for row in db.shred.scalars(select(ShredKey))}


def put_orphans(connection: Connection, count: int, at: datetime) -> None:
    with connection.begin(write=True) as db:
        for _ in range(count):
            shred.put(db, shred_id=os.urandom(16), key=os.urandom(32), at=at)


def watched_orphans(connection: Connection, once: Once, count: int) -> None:
    """Keys to which no report came, made while the worker was there; and a report after them."""
    once(NOW)
    put_orphans(connection, count, NOW)
    once(SOON)
    file_at(connection, NOW + timedelta(hours=1))
    once(NOW + timedelta(hours=2))
    assert states(connection) == [CONFIRMED] + [MISSING] * count


def states(connection: Connection) -> list[str]:
    return sorted(keys(connection).values())


def test_a_key_is_confirmed_as_soon_as_its_report_is_seen(
    connection: Connection, once: Once, told: Lines
) -> None:
    file_at(connection, NOW)
    assert states(connection) == [PENDING]
    once(SOON)
    assert states(connection) == [CONFIRMED]
    assert not told.alerts
    assert not told.failed


def test_more_keys_than_one_batch_are_all_confirmed(
    connection: Connection, once: Once, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shred, "BATCH", 2)
    for number in range(5):
        file_at(connection, NOW, number)
    put_orphans(connection, 1, NOW)
    once(NOW)
    assert states(connection) == [CONFIRMED] * 5 + [PENDING]


def test_a_key_whose_report_never_came_is_told_of_once_and_swept_after_its_day(
    connection: Connection, once: Once, told: Lines
) -> None:
    """A process that dies between the two commits leaves a key, and nothing else."""
    once(NOW)
    file_at(connection, NOW, 1)
    put_orphans(connection, 1, NOW)
    once(SOON)
    assert not told.alerts, "it may still come"
    for minutes in (11, 12):
        once(NOW + timedelta(minutes=minutes))
    (line,) = told.of("shred:missing")
    assert line["count"] == 1
    file_at(connection, NOW + timedelta(hours=1), 2)
    once(NOW + timedelta(hours=23))
    assert MISSING in states(connection)
    once(NOW + timedelta(hours=25))
    assert states(connection) == [CONFIRMED, CONFIRMED]
    with connection.begin(write=False) as db:
        swept, noted, also_noted = audit.entries(db, agency=None)
        assert (swept.actor, swept.action) == ("worker", "shred:swept")
        assert {noted.action[:9], also_noted.action[:9]} == {FILED}
        assert audit.verify(db, verify=AUDIT.verify).ok


KILLED = """
import os, sys
from datetime import UTC, datetime
from sqlalchemy import event
from portal.intake.submit import submit
from portal.store.engine import connect
from tests.builders.filing import filing, intake_of
connection = connect(*sys.argv[1:3])
event.listen(connection.reports, "commit", lambda _: os._exit(9))
at = datetime.fromtimestamp(float(sys.argv[3]), UTC)
submit(intake=intake_of(connection), filing=filing(submission=b"it dies here"), now=at)
"""


def test_a_process_that_is_killed_between_the_commits_leaves_what_is_swept_after_its_day(
    connection: Connection, once: Once, told: Lines
) -> None:
    once(NOW)
    urls = [
        engine.url.render_as_string(hide_password=False)
        for engine in (connection.reports, connection.shred)
    ]
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, *urls, str(NOW.timestamp())],
        cwd=Path(__file__).resolve().parents[3],
        check=False,
    )
    assert killed.returncode == 9
    assert states(connection) == [PENDING]
    once(SOON)
    assert states(connection) == [WATCHED]
    file_at(connection, NOW + timedelta(hours=1))
    once(NOW + DAY - timedelta(minutes=2))
    assert states(connection) == [CONFIRMED, MISSING]
    once(NOW + DAY + timedelta(minutes=2))
    assert states(connection) == [CONFIRMED]
    assert told.alerts == ["shred:missing"]


def test_the_same_report_sent_again_takes_the_key_out_of_the_sweep(
    connection: Connection, once: Once
) -> None:
    once(NOW)
    filed = file_at(connection, NOW)
    attack(connection.reports, "DELETE FROM grants")
    attack(connection.reports, "DELETE FROM fields")
    attack(connection.reports, "DELETE FROM envelopes")
    attack(connection.reports, "DELETE FROM reports")
    once(SOON)
    once(NOW + timedelta(minutes=11))
    assert states(connection) == [MISSING]
    again = file_at(connection, LATER)
    assert again.report_id == filed.report_id
    once(LATER + timedelta(seconds=30))
    assert states(connection) == [CONFIRMED]
    assert opened(connection, again)["story"]


def nothing_is_deleted(connection: Connection, once: Once, told: Lines, alert: str) -> None:
    """Run for days over what is there; every key stays, and the alert says where to read."""
    before = keys(connection)
    for hours in (0, 1, 24, 25, 48):
        once(LATER + timedelta(hours=hours))
    assert keys(connection).keys() == before.keys()
    (*_, line) = told.of(alert)
    assert "docs/operations.md" in str(line["why"])


def two_of_a_life(connection: Connection, once: Once) -> backup.Backup:
    """Reports, a copy, and what came after it: more reports, and one that broke off."""
    for number in (1, 2):
        file_at(connection, NOW, number)
    once(SOON)
    older = backup.take(connection)
    for number in (3, 4):
        file_at(connection, NOW + timedelta(hours=1), number)
    once(NOW + timedelta(hours=2))
    # It has not seen the report when the older copy is put back; it was there for the other one.
    once(NOW + timedelta(hours=3))
    put_orphans(connection, 1, NOW + timedelta(hours=3))
    once(NOW + timedelta(hours=3, minutes=1))
    file_at(connection, NOW + timedelta(hours=3, minutes=1), 5)
    return older


@pytest.mark.parametrize("whole", [True, False])
def test_an_older_backup_of_the_reports_destroys_nothing(
    connection: Connection, once: Once, told: Lines, whole: bool
) -> None:
    older = two_of_a_life(connection, once)
    backup.put_back(connection, older, whole=whole)
    file_at(connection, LATER, 9)
    nothing_is_deleted(connection, once, told, "deployment:tick")
    assert told.of("shred:lost"), "reports that were confirmed are gone"


def test_an_emptied_reports_database_destroys_nothing(
    connection: Connection, once: Once, told: Lines
) -> None:
    two_of_a_life(connection, once)
    empty: backup.Backup = {name: [] for name in backup.take(connection)}
    backup.put_back(connection, empty, whole=True)
    nothing_is_deleted(connection, once, told, "deployment:refused")


OURS = {"deployment", "compatible_from", "audit", "audit_marks"}
"""Tables that say nothing of a report."""


def test_reports_that_were_removed_by_hand_destroy_no_key(
    connection: Connection, once: Once, told: Lines
) -> None:
    """The database says that it belongs here, and has lost its rows all the same."""
    two_of_a_life(connection, once)
    now = backup.take(connection)
    gone = {name: rows if name in OURS else [] for name, rows in now.items()}
    backup.put_back(connection, gone)
    nothing_is_deleted(connection, once, told, "shred:lost")


def test_the_reports_of_another_deployment_destroy_nothing(
    connection: Connection, once: Once, told: Lines
) -> None:
    two_of_a_life(connection, once)
    attack(connection.reports, "UPDATE deployment SET id = tick")
    nothing_is_deleted(connection, once, told, "deployment:refused")


def test_ids_that_are_written_over_for_a_while_destroy_nothing(
    connection: Connection, once: Once, told: Lines
) -> None:
    filed = file_at(connection, NOW)
    once(SOON)
    held = backup.take(connection)
    attack(connection.reports, "UPDATE envelopes SET shred_id = report_id")
    file_at(connection, LATER, 9)
    nothing_is_deleted(connection, once, told, "shred:lost")
    (row,) = held["envelopes"]
    statement = "UPDATE envelopes SET shred_id = :shred_id WHERE report_id = :report_id"
    attack(connection, statement, **{name: row[name] for name in ("shred_id", "report_id")})
    assert opened(connection, filed)["story"]


def test_an_older_shred_store_destroys_nothing(
    connection: Connection, once: Once, told: Lines
) -> None:
    once(NOW)
    file_at(connection, NOW, 1)
    put_orphans(connection, 2, NOW)
    once(NOW)
    older = backup.take_shred(connection)
    two_of_a_life(connection, once)
    backup.put_back_shred(connection, older)
    nothing_is_deleted(connection, once, told, "deployment:tick")


def test_a_clock_that_is_turned_deletes_nothing(
    connection: Connection, once: Once, told: Lines
) -> None:
    """What was put a moment ago looks old to a worker whose clock is ahead."""
    once(NOW)
    put_orphans(connection, 3, NOW)
    file_at(connection, SOON, 1)
    for at in (LATER, LATER + timedelta(minutes=1), NOW - 400 * DAY, NOW + 4000 * DAY, NOW):
        once(at)
    assert states(connection) == [CONFIRMED, SPARED, SPARED, SPARED]
    assert not told.failed


def test_nothing_is_swept_while_a_report_is_on_its_way(
    postgresql_connection: Connection, tmp_path: Path, log: Log, told: Lines
) -> None:
    """Its key is committed, its envelope not yet, and a clock that was turned calls it old."""

    def once(at: datetime) -> None:
        run_once(Work(postgresql_connection, at, tmp_path / heads.FILE, AUDIT, AUDIT, log))

    once(NOW)
    file_at(postgresql_connection, NOW, 1)
    held = backup.take(postgresql_connection)
    gone = {name: rows if name in OURS else [] for name, rows in held.items()}
    backup.put_back(postgresql_connection, gone)
    once(SOON)
    file_at(postgresql_connection, LATER, 2)
    with postgresql_connection.reports.begin() as plain:
        for name in ("reports", "envelopes"):
            for row in held[name]:
                plain.execute(insert(Base.metadata.tables[name]), row)
        once(LATER)
        assert told.failed == {"shred:sweep": "LockNotAvailable"}
    once(LATER + timedelta(minutes=1))
    assert states(postgresql_connection) == [CONFIRMED, CONFIRMED]


def test_no_more_keys_than_a_few_are_swept_in_a_day(
    connection: Connection, once: Once, told: Lines
) -> None:
    watched_orphans(connection, once, 260)
    left = []
    for hours in (0, 1, 23, 25, 26):
        once(LATER + timedelta(hours=hours))
        left.append(len(keys(connection)))
    assert left == [259, 259, 259, 257, 257], "one in a hundred, then one in a hundred again"
    assert "shred:limit" in told.alerts


def test_a_clock_that_jumps_does_not_open_the_limit(
    connection: Connection, work: MakeWork, once: Once
) -> None:
    watched_orphans(connection, once, 50)
    once(LATER)
    assert len(keys(connection)) == 50
    for at in (LATER, LATER - timedelta(hours=12), LATER + timedelta(hours=5)):
        shred_keys.sweep(work(at))
    assert len(keys(connection)) == 50


def test_keys_after_which_no_report_came_stay(
    connection: Connection, once: Once, told: Lines
) -> None:
    file_at(connection, NOW - timedelta(hours=1))
    once(NOW)
    put_orphans(connection, 1, NOW)
    once(SOON)
    for hours in (1, 48, 49):
        once(NOW + timedelta(hours=hours))
    assert MISSING in states(connection)
    assert "shred:waiting" in told.alerts


@pytest.mark.parametrize("line", ["9 " + "ab" * 32, "1 " + "ab" * 32])
def test_nothing_is_swept_while_the_log_lacks_what_was_noted_outside(
    connection: Connection, work: MakeWork, once: Once, told: Lines, line: str
) -> None:
    watched_orphans(connection, once, 1)
    with work(NOW).heads.open("a") as out:
        out.write(line + "\n")
    once(LATER)
    assert MISSING in states(connection)
    (refused,) = told.of("shred:sweep")
    assert heads.FILE in str(refused["why"])
    assert "audit:broken" in told.alerts


def test_a_crash_between_the_two_ticks_is_no_alarm(
    connection: Connection, once: Once, told: Lines
) -> None:
    once(NOW)
    before = backup.take_shred(connection)["shred_deployment"]
    once(SOON)
    crashed = backup.take_shred(connection) | {"shred_deployment": before}
    backup.put_back_shred(connection, crashed)
    for minutes in range(2, 5):
        once(NOW + timedelta(minutes=minutes))
    assert not told.alerts
    assert backup.take_shred(connection)["shred_deployment"] != before


def test_the_store_is_looked_through_a_window_at_a_time(
    connection: Connection, work: MakeWork, told: Lines
) -> None:
    for number in range(5):
        file_at(connection, NOW, number)
    shred_keys.confirm(work(SOON))
    attack(connection.reports, "UPDATE envelopes SET shred_id = report_id")
    counts = []
    for hour in range(4):
        shred_keys.look_for_lost(work(NOW + timedelta(hours=1 + hour)), window=2)
        counts.append([line["count"] for line in told.of("shred:lost")])
    assert counts == [[2], [2, 2], [2, 2, 1], [2, 2, 1, 2]], "three windows, then anew"


def test_a_key_that_was_missed_wrongly_is_confirmed(connection: Connection, work: MakeWork) -> None:
    """A clock ahead called it missing while its report was on its way."""
    file_at(connection, NOW)
    with connection.write_shred() as db:
        shred.set_state(db, ids=list(keys(connection)), to=MISSING, among=(PENDING,))
    shred_keys.look_for_lost(work(SOON))
    assert states(connection) == [CONFIRMED]


def test_what_the_worker_did_not_see_being_made_is_never_swept(
    connection: Connection, once: Once, told: Lines
) -> None:
    """It can't tell a request that broke off from a report that an older copy has lost."""
    file_at(connection, NOW, 1)
    older = backup.take(connection)
    for number in range(2, 6):
        file_at(connection, NOW, number)
    backup.put_back(connection, older, whole=True)
    file_at(connection, NOW + timedelta(hours=1), 9)
    for hours in (2, 3, 48, 49, 72):
        once(NOW + timedelta(hours=hours))
    assert states(connection) == [CONFIRMED, CONFIRMED, SPARED, SPARED, SPARED, SPARED]
    (line,) = told.of("shred:spared")
    assert line["count"] == 4
    assert "docs/operations.md" in str(line["why"])

"""After a database was put back from a copy: what is told, and what an operator then says."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import config
from portal.domain.questionnaire.answered import Answered
from portal.domain.statement import FILED
from portal.intake.filing import Intake
from portal.intake.submit import Filing, submit
from portal.operations.command_line import main
from portal.operations.restoring import take_as_they_are
from portal.store import audit
from portal.store import audit_heads as heads
from portal.store.engine import Connection, connect
from portal.store.shred import CONFIRMED, SPARED
from portal.store.tables import ShredKey
from portal.worker.loop import run_once, work_of
from portal.worker.telling import Log
from portal.worker.work import Work
from tests.builders import backup
from tests.builders.answers import threatened_child
from tests.builders.attack import attack
from tests.builders.audit_entries import write
from tests.builders.deployment import Deployment
from tests.builders.desk import AUDIT
from tests.builders.filing import CHILD, NOW, filing, intake_of
from tests.builders.worker_log import Lines

DAY = timedelta(days=1)


@pytest.fixture
def here(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Deployment:
    for name in ("DATABASE_URL", "REDIS_URL", "SHRED_DATABASE_URL", "PORTAL_DEMO"):
        monkeypatch.delenv(name, raising=False)
    for name, value in deployment.environ.items():
        monkeypatch.setenv(name, value)
    return deployment


def states(connection: Connection) -> list[str]:
    with connection.begin(write=False) as db:
        return sorted(db.shred.scalars(select(ShredKey.state)))


def file_at(connection: Connection, at: datetime, number: int) -> None:
    told = filing(submission=b"click %05d" % number)
    submit(intake=intake_of(connection), filing=told, now=at)


def test_what_an_operator_put_back_is_taken_as_it_is_and_nothing_of_it_is_swept(
    connection: Connection, tmp_path: Path
) -> None:
    told, file = Lines(), tmp_path / heads.FILE
    log = Log(told.write)

    def once(at: datetime) -> None:
        run_once(Work(connection, at, file, AUDIT, AUDIT, log))

    file_at(connection, NOW, 1)
    once(NOW)
    older = backup.take(connection)
    file_at(connection, NOW, 2)
    once(NOW)
    file_at(connection, NOW, 3)
    backup.put_back(connection, older, whole=True)
    once(NOW + 2 * DAY)
    assert set(told.alerts) == {
        *("deployment:tick", "shred:lost", "shred:spared"),
        "audit:broken",  # the log of the copy lacks the filing that was noted after it was taken
    }
    at = NOW + 2 * DAY
    assert take_as_they_are(connection, key=AUDIT, file=file, now=at) == 1
    assert states(connection) == [CONFIRMED, SPARED, SPARED]
    told.clear()
    file_at(connection, NOW + 3 * DAY, 4)
    for days in (3, 5, 7):
        once(NOW + days * DAY)
    assert not told.alerts
    assert len(states(connection)) == 4
    with connection.begin(write=False) as db:
        last, restored, _ = audit.entries(db, agency=None)
        assert (restored.actor, restored.action) == ("operator", "store:restored")
        assert last.action.startswith(FILED)
        noted = heads.read(file).heads
        assert audit.verify(db, verify=AUDIT.verify, heads=noted).ok


@pytest.mark.parametrize("grown", [0, 9])
def test_a_log_that_an_operator_put_back_goes_on_from_there(
    connection: Connection, tmp_path: Path, grown: int
) -> None:
    """Heads that were noted of what is lost are told of until then, and not any more after."""
    told, file = Lines(), tmp_path / heads.FILE
    work = Work(connection, NOW, file, AUDIT, AUDIT, Log(told.write))
    take_as_they_are(connection, key=AUDIT, file=file, now=NOW)
    older = backup.take(connection)
    for _ in range(3):
        take_as_they_are(connection, key=AUDIT, file=file, now=NOW)
    run_once(work)
    backup.put_back(connection, older, whole=True)
    write(connection, grown)
    run_once(work)
    assert "audit:broken" in told.alerts
    take_as_they_are(connection, key=AUDIT, file=file, now=NOW + DAY)
    told.clear()
    run_once(work)
    assert not told.alerts
    with connection.begin(write=False) as db:
        assert audit.verify(db, verify=AUDIT.verify, heads=heads.read(file).heads).ok


def test_a_database_from_before_it_knew_its_deployment_can_be_taken(
    connection: Connection, tmp_path: Path
) -> None:
    for table in ("deployment", "shred_deployment"):
        engine = connection.shred if table.startswith("shred") else connection.reports
        attack(engine, f"DELETE FROM {table}")
        take_as_they_are(connection, key=AUDIT, file=tmp_path / heads.FILE, now=NOW)
        told = Lines()
        run_once(Work(connection, NOW, tmp_path / heads.FILE, AUDIT, AUDIT, Log(told.write)))
        assert not told.alerts


def test_the_verb_takes_an_older_file_of_the_reports(
    here: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file itself is put back, as an operator does it."""
    file = here.folder / "reports.sqlite3"
    settings = config.load_public(os.environ)
    told = Lines()

    def send(number: int) -> None:
        with connect(settings.database_url, settings.shred_url) as connection:
            secrets = settings.receipt_salt, settings.receipt_pepper
            intake = Intake(connection, settings.manifest, settings.routing, *secrets)
            one = Filing(Answered(CHILD, threatened_child()), "vi", b"restoring %08d" % number)
            submit(intake=intake, filing=one, now=datetime.now(UTC))

    def once(days: int) -> None:
        worker = config.load_worker(os.environ)
        at = datetime.now(UTC) + days * DAY
        with connect(worker.database_url, worker.shred_url) as connection:
            run_once(work_of(connection, worker, now=at, log=Log(told.write)))

    send(1)
    once(0)
    shutil.copy(file, here.folder / "older")
    send(2)
    once(0)
    shutil.copy(here.folder / "older", file)
    for name in ("reports.sqlite3-wal", "reports.sqlite3-shm"):
        (here.folder / name).unlink(missing_ok=True)
    for days in (0, 2, 3):
        once(days)
    assert "deployment:tick" in told.alerts
    with connect(settings.database_url, settings.shred_url) as connection:
        assert states(connection) == [CONFIRMED, CONFIRMED]
    assert main(["restored"]) == 0
    assert "1 shred keys have no report" in capsys.readouterr().out
    assert main(["audit", "verify"]) == 0
    told.clear()
    once(0)
    assert not told.alerts


def test_databases_of_two_deployments_are_made_one_by_nobody(
    here: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = config.load_public(os.environ)
    with connect(settings.database_url, settings.shred_url) as connection:
        attack(connection, "UPDATE deployment SET id = tick")
    for verb in (["restored"], ["check"], ["audit", "verify"], ["demo"], ["migrate"]):
        assert main(verb) == 1
        assert "two different deployments" in capsys.readouterr().err


@pytest.mark.parametrize("bad", ["7 người\n".encode(), b"12 ab", b"\n", b"\xff\n"])
def test_a_bad_line_among_the_heads_does_not_break_the_log(
    here: Deployment, capsys: pytest.CaptureFixture[str], bad: bytes
) -> None:
    settings = config.load_worker(os.environ)
    with connect(settings.database_url, settings.shred_url) as connection:
        run_once(work_of(connection, settings, now=NOW, log=Log(lambda _: None)))
    with (here.folder / heads.FILE).open("ab") as out:
        out.write(bad)
    assert main(["audit", "verify"]) == 0
    out_ = capsys.readouterr().out
    assert "1 lines of audit-heads.txt can't be read" in out_
    assert "The audit log holds" in out_


def test_a_full_check_takes_the_word_broken_away(
    here: Deployment, capsys: pytest.CaptureFixture[str]
) -> None:
    file = here.folder / heads.FILE
    good = file.read_bytes() if file.exists() else b""
    settings = config.load_worker(os.environ)
    file.write_bytes(good + b"99999 " + b"ab" * 32 + b"\n")
    with connect(settings.database_url, settings.shred_url) as connection:
        run_once(work_of(connection, settings, now=NOW, log=Log(lambda _: None)))
    assert main(["audit", "verify"]) == 1
    assert "BROKEN" in capsys.readouterr().err
    file.write_bytes(good)
    assert main(["audit", "verify"]) == 0

"""A reporter is told of no state of their case that the desk did not sign."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import text

from portal import triage
from portal.access import Act, Principal, Role, TrustedLog
from portal.domain.case import Status
from portal.domain.told import Told, told_bytes
from portal.intake.submit import Filed
from portal.sealing.told import is_told
from portal.store import told
from portal.store.engine import Connection
from portal.vault.signing import AuditKey
from tests.builders import desk
from tests.builders.coming_back import CODE, add, come_back
from tests.builders.filing import file

CLOSE = "UPDATE reports SET status = 'closed'"


@pytest.fixture
def filed(connection: Connection) -> Filed:
    return file(connection, code=CODE)


@pytest.fixture
def linh(connection: Connection) -> Act:
    with connection.begin(write=True) as db:
        return desk.add_member(db, "linh", Role.ANALYST)


def attack(connection: Connection, statement: str) -> None:
    with connection.reports.execution_options(portal_write=True).begin() as plain:
        plain.execute(text(statement))


def move(connection: Connection, who: Act, filed: Filed, to: Status) -> None:
    """Take the report, open what must be read, and move it."""
    about = {"act": who, "report_id": filed.report_id}
    with connection.begin(write=True) as db:
        keys = desk.keys_of(db, who)
        triage.take(db, **about)
        for part in ("triage", "indicators"):
            triage.open_compartment(db, keys=keys, compartment=part, reason="working", **about)
    with connection.begin(write=True) as db:
        how = {"expected": Status.IN_REVIEW, "to": to, "filings": 1}
        reason = "child_safe" if to is Status.CLOSED else ""
        triage.move(db, keys=keys, reason=reason, **how, **about)


def test_a_report_that_nobody_moved_is_new(connection: Connection, filed: Filed) -> None:
    assert come_back(connection).status is Status.NEW


def test_what_the_desk_did_is_told(connection: Connection, filed: Filed, linh: Act) -> None:
    with connection.begin(write=True) as db:
        triage.take(db, act=linh, report_id=filed.report_id)
    assert come_back(connection).status is Status.IN_REVIEW
    move(connection, linh, filed, Status.WAITING)
    assert come_back(connection).status is Status.WAITING
    add(connection, "He is back.")
    assert come_back(connection).status is Status.NEW, "this site gave it to the desk again"


def test_no_child_is_told_that_all_is_done_by_who_writes_to_the_database(
    connection: Connection, filed: Filed, linh: Act
) -> None:
    attack(connection, CLOSE)
    assert come_back(connection).status is None
    attack(connection, "UPDATE reports SET status = 'new'")
    move(connection, linh, filed, Status.WAITING)
    attack(connection, CLOSE)
    assert come_back(connection).status is None, "what was signed of another state says nothing"


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE reports SET told_signature = NULL",
        "UPDATE reports SET told_sequence = told_sequence + 1",
        "UPDATE reports SET told_sequence = -1",
        "UPDATE reports SET told_signer = 'desk-2'",
        "UPDATE reports SET told_signer = NULL",
    ],
)
def test_each_part_of_it_counts(
    connection: Connection, filed: Filed, linh: Act, change: str
) -> None:
    move(connection, linh, filed, Status.CLOSED)
    assert come_back(connection).status is Status.CLOSED
    attack(connection, change)
    assert come_back(connection).status is None


def test_what_was_signed_of_another_report_says_nothing(
    connection: Connection, filed: Filed, linh: Act
) -> None:
    other = file(connection, submission=b"another click of one")
    move(connection, linh, other, Status.CLOSED)
    attack(connection, CLOSE)
    copied = ("told_sequence", "told_signer", "told_signature")
    for column in copied:
        theirs = f"(SELECT o.{column} FROM reports o WHERE o.id <> reports.id)"
        attack(connection, f"UPDATE reports SET {column} = {theirs} WHERE {column} IS NULL")
    assert come_back(connection).status is None


def test_a_revoked_key_tells_nothing(connection: Connection, filed: Filed, linh: Act) -> None:
    """It names any number that it likes: one from before it was revoked, too."""
    move(connection, linh, filed, Status.CLOSED)
    with connection.begin(write=False) as db:
        said = told.get(db, report_id=filed.report_id)
    assert said
    about = {"report_id": filed.report_id, "status": "closed"}
    assert is_told(said, signers=desk.LOG_SIGNERS, **about)
    revoked = [replace(one, last=said.sequence + 9) for one in desk.LOG_SIGNERS]
    assert not is_told(said, signers=revoked, **about)


@pytest.mark.parametrize("name", ["worker-1", "desk-1"])
def test_no_other_key_tells(connection: Connection, filed: Filed, name: str) -> None:
    """A worker's, which the manifest may list, or one of the attacker's own making."""
    attack(connection, CLOSE)
    key = AuditKey(b"w" * 32, name)
    signature = key.sign(told_bytes(filed.report_id, "closed", 5))
    with connection.begin(write=True) as db:
        told.put(db, report_id=filed.report_id, told=Told(5, name, signature))
    assert come_back(connection).status is None


def test_a_report_that_an_earlier_release_moved_is_signed_once(
    connection: Connection, filed: Filed, linh: Act
) -> None:
    attack(connection, CLOSE)
    with connection.begin(write=True) as db:
        operator = Act(
            Principal("operator", Role.ADMINISTRATOR, ""), desk.NOW, TrustedLog(desk.AUDIT)
        )
        triage.tell_reporters(db, act=operator)
    assert come_back(connection).status is Status.CLOSED

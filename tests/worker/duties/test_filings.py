"""The worker notes each filing once, as it was signed, and tells of one that is not right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from portal.domain.statement import FILED, filed_note
from portal.intake.submit import Filed
from portal.store import audit, envelopes, shred
from portal.store.engine import Connection
from portal.triage import about
from portal.worker.duties import shred_keys
from portal.worker.telling import Log
from portal.worker.work import Work
from tests.builders.attack import attack, slip_in
from tests.builders.coming_back import CODE, add
from tests.builders.desk import AUDIT
from tests.builders.filing import NOW, file, intake_of
from tests.builders.worker_log import Lines

Confirm = Callable[[], int]


@pytest.fixture
def told() -> Lines:
    return Lines()


@pytest.fixture
def confirm(connection: Connection, told: Lines, tmp_path: Path) -> Confirm:
    work = Work(connection, NOW, tmp_path / "heads", AUDIT, AUDIT, Log(told.write))
    return lambda: shred_keys.confirm(work)


@pytest.fixture
def filed(connection: Connection) -> Filed:
    return file(connection, code=CODE)


def notes(connection: Connection, filed: Filed) -> list[str]:
    with connection.begin(write=False) as db:
        entries = audit.about(db, object=about(filed.report_id))
        assert audit.verify(db, verify=AUDIT.verify).ok
    return [one.action for one in entries]


def wanted(connection: Connection, filed: Filed) -> list[str]:
    with connection.begin(write=False) as db:
        found = envelopes.statements(db, report_id=filed.report_id)
    return [filed_note(one.revision, one.signed.statement) for one in found if one.signed]


def test_each_filing_is_noted_once(
    connection: Connection, filed: Filed, confirm: Confirm, told: Lines
) -> None:
    confirm()
    confirm()
    add(connection, "He is back.")
    confirm()
    assert notes(connection, filed) == wanted(connection, filed)
    assert len(notes(connection, filed)) == 2
    assert not told.alerts


def test_a_worker_that_died_before_the_key_was_confirmed_notes_nothing_twice(
    connection: Connection, filed: Filed, confirm: Confirm
) -> None:
    confirm()
    with connection.write_shred() as db:
        (one,) = shred.page(db, after=None, limit=9)
        shred.set_state(db, ids=[one[0]], to=shred.PENDING, among=(shred.CONFIRMED,))
    confirm()
    assert notes(connection, filed) == wanted(connection, filed)


def test_what_a_stranger_signed_is_not_noted(
    connection: Connection, filed: Filed, confirm: Confirm, told: Lines
) -> None:
    """Somebody seals words into the child's report with the public keys, and signs them."""
    slip_in(intake_of(connection), filed.report_id, "All is well.")
    confirm()
    assert notes(connection, filed) == wanted(connection, filed)[:1]
    assert told.of("filing:wrong")[0]["count"] == 1


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM fields WHERE field = 'safe_now'",
        "UPDATE reports SET priority = 4",
        "UPDATE envelopes SET signature = verify_key",
        "UPDATE envelopes SET signature = NULL",
    ],
)
def test_what_is_not_as_it_was_signed_is_not_noted_and_told(
    connection: Connection, filed: Filed, confirm: Confirm, told: Lines, change: str
) -> None:
    attack(connection, change)
    confirm()
    assert not [one for one in notes(connection, filed) if one.startswith(FILED)]
    (line,) = told.of("filing:wrong")
    assert (line["level"], line["count"]) == ("alert", 1)

"""The log can't be changed, and a change that happened all the same is found."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal.store import audit
from portal.store.engine import Connection
from portal.vault.signing import AuditKey
from tests.builders.audit_entries import tamper
from tests.builders.statements import explained, watched

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
KEY = AuditKey(bytes(range(32)))


def fill(connection: Connection, count: int = 4) -> None:
    for number in range(count):
        with connection.begin(write=True) as db:
            audit.append(
                db,
                at=NOW,
                actor="linh",
                action="case:open",
                object=f"report {number}",
                agency="vn",
                sign=KEY.sign,
            )


def verdict(connection: Connection, **more: object) -> audit.AuditVerdict:
    with connection.begin(write=False) as db:
        return audit.verify(db, verify=KEY.verify, **more)  # type: ignore[arg-type]


def test_a_log_as_it_was_written_holds(connection: Connection) -> None:
    fill(connection)
    found = verdict(connection)
    assert found.ok
    assert found.count == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'someone'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE sequence=4",
    ],
)
def test_the_database_refuses_changes(connection: Connection, statement: str) -> None:
    fill(connection)
    with pytest.raises(DatabaseError), connection.reports.begin() as plain:
        plain.execute(text(statement))
    assert verdict(connection).ok


def test_postgresql_refuses_to_empty_the_log(postgresql_connection: Connection) -> None:
    fill(postgresql_connection)
    with pytest.raises(DatabaseError), postgresql_connection.reports.begin() as plain:
        plain.execute(text("TRUNCATE audit"))


@pytest.mark.parametrize(
    ("statements", "broken_at"),
    [
        (["UPDATE audit SET actor = 'someone' WHERE sequence = 2"], 2),
        (["UPDATE audit SET at = at + 60 WHERE sequence = 3"], 3),
        (["DELETE FROM audit WHERE sequence = 2"], 2),
        (["UPDATE audit SET signature = hash WHERE sequence = 1"], 1),
        (
            [
                "UPDATE audit SET sequence = 99 WHERE sequence = 2",
                "UPDATE audit SET sequence = 2 WHERE sequence = 3",
                "UPDATE audit SET sequence = 3 WHERE sequence = 99",
            ],
            2,
        ),
    ],
)
def test_a_change_is_found(connection: Connection, statements: list[str], broken_at: int) -> None:
    fill(connection)
    tamper(connection, *statements)
    found = verdict(connection)
    assert not found.ok
    assert found.broken_at == broken_at


def test_only_a_checkpoint_outside_shows_a_cut_tail(connection: Connection) -> None:
    fill(connection)
    with connection.begin(write=False) as db:
        noted = audit.head(db)
    tamper(connection, "DELETE FROM audit WHERE sequence > 2")
    assert verdict(connection).ok
    assert not verdict(connection, heads=[noted]).ok


def test_another_key_does_not_pass(connection: Connection) -> None:
    fill(connection)
    with connection.begin(write=False) as db:
        found = audit.verify(db, verify=AuditKey(os.urandom(32)).verify)
    assert found.broken_at == 1


def test_a_long_story_is_told_to_its_end(connection: Connection) -> None:
    """What happened last decides what to do next; the beginning is further up in the log."""
    for number in range(5):
        with connection.begin(write=True) as db:
            more = {"actor": "linh", "object": "report:00", "agency": "vn", "sign": KEY.sign}
            audit.append(db, at=NOW, action=f"case:noted {number}", **more)  # type: ignore[arg-type]
    with connection.begin(write=False) as db:
        told = audit.about(db, object="report:00", limit=3)
    assert [row.action for row in told] == ["case:noted 2", "case:noted 3", "case:noted 4"]


def test_a_part_is_checked_from_an_entry_on_and_up_to_a_limit(connection: Connection) -> None:
    fill(connection, 5)
    first = verdict(connection, limit=2)
    assert (first.ok, first.count, first.sequence, first.is_end) == (True, 2, 2, False)
    rest = verdict(connection, since=(first.sequence, first.head_hash))
    assert (rest.ok, rest.count, rest.sequence, rest.is_end) == (True, 3, 5, True)
    wrong = verdict(connection, since=(2, bytes(32)))
    assert (wrong.ok, wrong.broken_at) == (False, 2)


def test_every_head_that_was_noted_is_held_against_the_log(connection: Connection) -> None:
    fill(connection, 3)
    good = [(row.sequence, row.hash) for row in reversed(_entries(connection))]
    assert verdict(connection, heads=good).ok
    for head, broken_at in (((2, bytes(32)), 2), ((4, bytes(32)), 4)):
        found = verdict(connection, heads=[*good, head])
        assert (found.ok, found.broken_at) == (False, broken_at)


def _entries(connection: Connection) -> list[audit.AuditRow]:
    with connection.begin(write=False) as db:
        return audit.entries(db, agency=None)


def test_the_entries_of_one_case_are_found_by_an_index(connection):
    with watched(connection.reports) as asked, connection.begin(write=False) as db:
        audit.about(db, object="report:00")
    (query,) = [one for one in asked if "FROM audit" in one[0]]
    assert "ix_audit_object_sequence" in explained(connection, *query, in_a_small_table=True)

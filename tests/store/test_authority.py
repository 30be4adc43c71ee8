"""What a member is and holds counts only as the log last said: every column of it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from portal.access import Role
from portal.store import authority
from portal.store.authority import FACTORS, GRANTS, MEMBER, POWER
from portal.store.engine import Connection
from tests.builders import desk

CHANGES: dict[str, dict[str, str]] = {
    MEMBER: {
        "role": "'supervisor'",
        "agency": "'hotline-intl'",
        "status": "'removed'",
        "created_at": "created_at - 1",
        "public_key": "(SELECT public_key FROM members WHERE name = 'tam')",
        "sealed_totp": "NULL",
        "totp_last_step": "totp_last_step + 1",
        "invite_hash": "(SELECT hash FROM audit WHERE sequence = 1)",
        "invite_expires_at": "created_at",
    },
    GRANTS: {
        "member": "'tam'",
        "agency": "'hotline-intl'",
        "compartment": "'identity'",
        "epoch": "epoch + 1",
        "key_id": "(SELECT hash FROM audit WHERE sequence = 1)",
        "sealed_seed": "(SELECT public_key FROM members WHERE name = 'tam')",
        "granted_by": "'tam'",
        "granted_at": "granted_at + 1",
    },
    FACTORS: {
        "member": "'tam'",
        "kind": "'recovery'",
        "created_at": "created_at + 1",
        "id": "(SELECT hash FROM audit WHERE sequence = 1)",
        "salt": "(SELECT hash FROM audit WHERE sequence = 1)",
        "sealed_seed": "(SELECT hash FROM audit WHERE sequence = 1)",
    },
}
"""How each column of the member linh is written over."""

WHICH = {
    MEMBER: "name = 'linh'",
    GRANTS: "member = 'linh' AND compartment = 'triage'",
    FACTORS: "member = 'linh' AND kind = 'passphrase'",
}


@pytest.fixture(autouse=True)
def linh(connection: Connection) -> None:
    with connection.begin(write=True) as db:
        desk.add_member(db, "linh", Role.ANALYST)
        desk.add_member(db, "tam", Role.CUSTODIAN, granted=False)


def is_as_logged(connection: Connection, member: str = "linh") -> bool:
    with connection.begin(write=False) as db:
        return authority.is_as_logged(db, member=member, verify=desk.AUDIT.verify)


def attack(connection: Connection, *statements: str) -> None:
    with connection.reports.execution_options(portal_write=True).begin() as plain:
        for statement in statements:
            plain.execute(text(statement))


def test_the_digests_cover_every_column() -> None:
    for table, names in POWER.values():
        assert set(names) == {column.name for column in table.__table__.columns}


def test_what_an_act_left_is_as_logged(connection: Connection) -> None:
    assert is_as_logged(connection)
    assert is_as_logged(connection, "nobody")


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [(table, *change) for table, columns in CHANGES.items() for change in columns.items()],
)
def test_a_column_that_is_written_over_is_seen(
    connection: Connection, table: str, column: str, value: str
) -> None:
    attack(connection, f"UPDATE {table} SET {column} = {value} WHERE {WHICH[table]}")
    assert not is_as_logged(connection)


def test_every_column_is_written_over() -> None:
    for part, (_, names) in POWER.items():
        assert {*CHANGES[part], "name"} >= set(names)


def test_a_row_that_is_gone_or_added_is_seen(connection: Connection) -> None:
    attack(connection, "DELETE FROM role_grants WHERE member = 'linh' AND compartment = 'triage'")
    assert not is_as_logged(connection)
    attack(connection, "DELETE FROM role_grants WHERE member = 'linh'")
    attack(connection, "DELETE FROM factor_sets WHERE member = 'linh'")
    attack(connection, "DELETE FROM members WHERE name = 'linh'")
    assert not is_as_logged(connection)
    copied = "'minh', role, agency, status, totp_last_step, created_at"
    attack(
        connection,
        "INSERT INTO members (name, role, agency, status, totp_last_step, created_at)"
        f" SELECT {copied} FROM members WHERE name = 'tam'",
    )
    assert not is_as_logged(connection, "minh")


def test_an_entry_that_the_key_did_not_sign_says_nothing(connection: Connection) -> None:
    with connection.begin(write=False) as db:
        forger = type(desk.AUDIT)(b"f" * 32)
        assert not authority.is_as_logged(db, member="linh", verify=forger.verify)


@pytest.mark.parametrize("value", ["'text'", "-1", "1.5", "X'00'", "99999999999999999999"])
def test_a_value_of_another_kind_is_seen_and_stops_nothing(
    sqlite_connection: Connection, value: str
) -> None:
    with sqlite_connection.begin(write=True) as db:
        desk.add_member(db, "hoa", Role.ANALYST)
    for column in ("totp_last_step", "created_at", "public_key", "role"):
        attack(sqlite_connection, f"UPDATE members SET {column} = {value} WHERE name = 'hoa'")
        assert not is_as_logged(sqlite_connection, "hoa")

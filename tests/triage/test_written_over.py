"""The page of what happens when somebody changes a column is true, and knows every column.

docs/security.md says of each column of what a reporter sends what a change of it comes to. Here the
columns are changed, one after the other, behind the back of the portal.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import Table, select, text, update
from sqlalchemy.exc import IntegrityError

from portal import triage
from portal.access import Role
from portal.domain.case import Status
from portal.domain.errors import ReceiptError
from portal.intake.submit import Filed
from portal.store.engine import Connection
from portal.store.tables import Base
from tests.builders import desk
from tests.builders.attack import attack
from tests.builders.coming_back import CODE, KEYS, come_back
from tests.builders.filing import NOW, file, row_of

PAGE = Path(__file__).parents[2] / "docs" / "security.md"
TABLES = ("definitions", "reports", "envelopes", "grants", "fields", "receipts")
OTHER_DEFINITION = "ef" * 32
TOLD = {"told_sequence": 7, "told_signer": "desk-1", "told_signature": b"s" * 64}
OUTCOMES = {"refused", "shown", "harmless", "not yet"}
_ROW = re.compile(r"^\| `(\w+)` \| `(\w+)` \| ([a-z ]+) \| ", re.MULTILINE)

WRITTEN = {tuple(row[:2]): row[2] for row in _ROW.findall(PAGE.read_text("utf-8"))}
"""What the page says of each table and column."""


def columns_that_are(outcome: str) -> list[tuple[str, ...]]:
    return [one for one in WRITTEN if WRITTEN[one] == outcome]


def test_every_column_stands_on_the_page() -> None:
    columns = {
        (name, column.name) for name in TABLES for column in Base.metadata.tables[name].columns
    }
    assert set(WRITTEN) == columns
    assert set(WRITTEN.values()) == OUTCOMES


@pytest.fixture
def filed(connection: Connection) -> Filed:
    return file(connection, code=CODE)


def other_value(table: Table, column: str, held: object) -> object:
    """A value that was not there, and that the database takes."""
    if column in TOLD:
        return TOLD[column]
    if column == "definition_hash":
        return OTHER_DEFINITION
    if column == "hash":
        return "cd" * 32
    if column == "last_used_on":
        return NOW
    if column == "position":
        return 999
    if isinstance(held, bytes):
        return held[:-1] + bytes([held[-1] ^ 1])
    if held is None and table.name == "receipts":
        return KEYS.statement_key.verify_key[:-1] + b"x"
    if isinstance(held, datetime):
        return held.replace(year=held.year - 1)
    if isinstance(held, int):
        return held + 1
    return "carer" if column == "audience" else f"{held}x"


def change(connection: Connection, name: str, column: str) -> None:
    """Change one column of one row, as the database's administrator does."""
    table = Base.metadata.tables[name]
    key = list(table.primary_key.columns)
    order = [table.c.field] if name == "fields" else key
    engine = connection.reports.execution_options(portal_write=True)
    with engine.begin() as plain:
        row = plain.execute(select(table).order_by(*order)).first()
        assert row is not None
        definition = {"it": OTHER_DEFINITION, "source": b"x"}
        plain.execute(text("INSERT INTO definitions VALUES (:it, :source)"), definition)
        held = row._mapping
        where = [one == held[one.name] for one in key]
        value = other_value(table, column, held[column])
        assert plain.execute(update(table).where(*where).values({column: value})).rowcount == 1


def findings(connection: Connection, filed: Filed) -> tuple[triage.Finding, ...]:
    """What the desk finds, at whichever agency the report now stands."""
    with connection.reports.connect() as plain:
        agency = str(plain.scalar(text("SELECT agency FROM reports")))
    with connection.begin(write=True) as db:
        name = f"who.{agency}"
        who = desk.add_member(db, name, Role.ANALYST, agency, granted=agency == desk.HOME)
    return desk.see(connection, who, filed.report_id).findings


@pytest.mark.parametrize(("table", "column"), columns_that_are("shown"))
def test_a_change_of_it_is_shown(
    connection: Connection, filed: Filed, table: str, column: str
) -> None:
    assert findings(connection, filed) == ()
    with connection.begin(write=True) as db:
        db.reports.execute(text("DELETE FROM role_grants"))
        db.reports.execute(text("DELETE FROM factor_sets"))
        db.reports.execute(text("DELETE FROM members"))
    change(connection, table, column)
    assert findings(connection, filed)


@pytest.mark.parametrize(("table", "column"), columns_that_are("refused"))
def test_a_change_of_it_is_refused(
    connection: Connection, filed: Filed, table: str, column: str
) -> None:
    try:
        change(connection, table, column)
    except IntegrityError:
        return
    with pytest.raises(ReceiptError):
        come_back(connection)


@pytest.mark.parametrize(("table", "column"), columns_that_are("harmless"))
def test_a_change_of_it_does_no_harm(
    connection: Connection, filed: Filed, table: str, column: str
) -> None:
    change(connection, table, column)
    found = come_back(connection)
    assert (found.report_id, found.audience) == (filed.report_id, "child")
    assert findings(connection, filed) == ()


ODD = {
    "a text for bytes": ("envelopes", "signature", "'x'"),
    "a text for a statement": ("envelopes", "statement", "'x'"),
    "a text for a key": ("envelopes", "verify_key", "'x'"),
    "a text for an id": ("envelopes", "shred_id", "'x'"),
    "a text for a sealed answer": ("fields", "ciphertext", "'x'"),
    "a text for a wrapped key": ("fields", "wrapped_dek", "'x'"),
    "a text for a grant": ("grants", "sealed", "'x'"),
    "a text for a number": ("grants", "epoch", "'x'"),
    "a text for the questions": ("definitions", "source", "'x'"),
    "a text for a time": ("envelopes", "sealed_at", "'x'"),
    "a time beyond all years": ("envelopes", "sealed_at", "99999999999999"),
    "a priority that there is not": ("reports", "priority", "77"),
    "a text for a priority": ("reports", "priority", "'x'"),
    "a number below zero": ("envelopes", "revision", "-1"),
}


@pytest.mark.parametrize("what", ODD)
def test_a_value_of_another_kind_is_shown_and_breaks_no_page(
    sqlite_connection: Connection, what: str
) -> None:
    """SQLite takes any value in any column."""
    filed = file(sqlite_connection, code=CODE)
    table, column, value = ODD[what]
    attack(sqlite_connection, f"UPDATE {table} SET {column} = {value}")
    assert findings(sqlite_connection, filed)


def test_a_state_that_there_is_not_reads_as_new(sqlite_connection: Connection) -> None:
    filed = file(sqlite_connection, code=CODE)
    attack(sqlite_connection, "UPDATE reports SET status = 'x'")
    assert row_of(sqlite_connection, filed).status is Status.NEW

"""The data inventory tells the truth about every column, and about no other."""

from __future__ import annotations

import re
from pathlib import Path

from sqlalchemy import String, inspect

from portal.store.engine import Connection
from portal.store.tables import Base, Bytes, ShredBase

PAGE = Path(__file__).resolve().parents[2] / "docs" / "data-inventory.md"
KINDS = {"sealed", "hashed", "clear"}

LOOKS_SEALED = re.compile(r"sealed($|_seed|_totp)|wrapped_dek|ciphertext")


def inventory() -> dict[tuple[str, str], tuple[str, str]]:
    """(table, column) -> (kind, reason), as the page has it."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    table = ""
    for line in PAGE.read_text("utf-8").splitlines():
        if heading := re.match(r"## `(\w+)`", line):
            table = heading[1]
        elif row := re.match(r"\| `(\w+)` \| (\w+) \| (.*) \|$", line):
            assert (table, row[1]) not in found
            found[table, row[1]] = (row[2], row[3])
    return found


def columns(connection: Connection) -> set[tuple[str, str]]:
    """Every column that really stands in the databases."""
    found = set()
    for engine in (connection.reports, connection.shred):
        look = inspect(engine)
        for table in look.get_table_names():
            if not table.startswith("alembic_"):
                found |= {(table, column["name"]) for column in look.get_columns(table)}
    return found


def test_the_page_and_the_databases_name_the_same_columns(connection: Connection) -> None:
    assert set(inventory()) == columns(connection)


def test_every_column_has_a_kind_and_a_reason() -> None:
    for place, (kind, reason) in inventory().items():
        assert kind in KINDS, place
        assert len(reason) > 3, place


def test_what_is_called_sealed_is_bytes_and_nothing_else_looks_so() -> None:
    tables = {**Base.metadata.tables, **ShredBase.metadata.tables}
    for (table, name), (kind, _) in inventory().items():
        column = tables[table].columns[name]
        assert (kind == "sealed") == bool(LOOKS_SEALED.fullmatch(name)), (table, name)
        if kind == "sealed":
            assert isinstance(column.type, Bytes)


def test_no_clear_column_has_room_for_a_story() -> None:
    tables = {**Base.metadata.tables, **ShredBase.metadata.tables}
    for (table, name), (kind, _) in inventory().items():
        column = tables[table].columns[name]
        if kind == "clear" and isinstance(column.type, String):
            assert column.type.length, (table, name)
            assert column.type.length <= 80, (table, name)

"""A copy of one of the databases, taken before something and put back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection as SqlConnection
from sqlalchemy import Table, delete, insert, select, text

from portal.store.engine import Connection
from portal.store.tables import Base, ShredBase

Backup = dict[str, list[dict[str, Any]]]


def take(connection: Connection) -> Backup:
    """Copy every row of the reports database; the shred store is in no backup of it."""
    with connection.reports.connect() as plain:
        return _rows(plain, Base.metadata.sorted_tables)


def put_back(connection: Connection, backup: Backup, *, whole: bool = False) -> None:
    """Restore the rows as they were; of the log, which nobody can turn back, only where `whole`."""
    tables = [one for one in Base.metadata.sorted_tables if whole or one.name != "audit"]
    engine = connection.reports.execution_options(portal_write=True)
    with engine.begin() as plain, _as_its_owner(plain):
        _replace(plain, tables, backup)


def take_shred(connection: Connection) -> Backup:
    """Copy the shred store, as its one current copy would be made."""
    with connection.shred.connect() as plain:
        return _rows(plain, ShredBase.metadata.sorted_tables)


def put_back_shred(connection: Connection, backup: Backup) -> None:
    """Restore the shred store."""
    with connection.shred.execution_options(portal_write=True).begin() as plain:
        _replace(plain, ShredBase.metadata.sorted_tables, backup)


def _rows(plain: SqlConnection, tables: list[Table]) -> Backup:
    return {
        table.name: [dict(row) for row in plain.execute(select(table)).mappings()]
        for table in tables
    }


def _replace(plain: SqlConnection, tables: list[Table], backup: Backup) -> None:
    for table in reversed(tables):
        plain.execute(delete(table))
    for table in tables:
        if backup[table.name]:
            plain.execute(insert(table), backup[table.name])


@contextmanager
def _as_its_owner(plain: SqlConnection) -> Iterator[None]:
    """Whoever restores a whole database writes the log's table as well."""
    if plain.dialect.name == "postgresql":
        plain.execute(text("SET LOCAL session_replication_role = replica"))
        yield
        return
    triggers = plain.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    ).all()
    for name, _ in triggers:
        plain.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _, statement in triggers:
        plain.execute(text(statement))

"""A copy of the reports database, taken before something and put back afterwards."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select

from portal.store import Connection
from portal.store.tables import Base

Backup = dict[str, list[dict[str, Any]]]


def take(connection: Connection) -> Backup:
    """Copy every row of the reports database; the shred store is in no backup of it."""
    with connection.reports.connect() as plain:
        return {
            table.name: [dict(row) for row in plain.execute(select(table)).mappings()]
            for table in Base.metadata.sorted_tables
        }


def put_back(connection: Connection, backup: Backup) -> None:
    """Restore the rows as they were, but for the log, which nobody can turn back."""
    engine = connection.reports.execution_options(portal_write=True)
    tables = [one for one in Base.metadata.sorted_tables if one.name != "audit"]
    with engine.begin() as plain:
        for table in reversed(tables):
            plain.execute(delete(table))
        for table in tables:
            if backup[table.name]:
                plain.execute(insert(table), backup[table.name])

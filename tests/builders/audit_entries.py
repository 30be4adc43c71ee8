"""Entries of the audit log, and the hand of somebody who owns the database."""

from __future__ import annotations

from sqlalchemy import text

from portal.store import audit
from portal.store.engine import Connection
from tests.builders.desk import AUDIT, HOME, NOW


def write(connection: Connection, count: int = 1, *, actor: str = "linh") -> audit.Head:
    """Append entries; gives the head."""
    with connection.begin(write=True) as db:
        for _ in range(count):
            audit.append(
                db,
                at=NOW,
                actor=actor,
                action="case:taken",
                object="report:x",
                agency=HOME,
                sign=AUDIT.sign,
                signer=AUDIT.name,
            )
        return audit.head(db)


def tamper(connection: Connection, *statements: str) -> None:
    """Change the log as somebody would who owns the database and its triggers."""
    with connection.reports.execution_options(portal_write=True).begin() as plain:
        if plain.dialect.name == "postgresql":
            plain.execute(text("SET LOCAL session_replication_role = replica"))
        else:
            plain.execute(text("DROP TRIGGER IF EXISTS audit_refuse_update"))
            plain.execute(text("DROP TRIGGER IF EXISTS audit_refuse_delete"))
        for statement in statements:
            plain.execute(text(statement))

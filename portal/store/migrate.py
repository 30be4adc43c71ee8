"""Bring both databases to the newest form, and say whether they are there."""

from __future__ import annotations

import threading
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import func, select

from portal.store.engine import Connection

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
"""Alembic's folder: one line of revisions for each database."""

_LOCK = 0x6D69677261746521  # "migrate!": one upgrade at a time, in PostgreSQL
_gate = threading.Lock()  # Alembic keeps its place in globals: one at a time in a process as well


def upgrade(connection: Connection, *, to: str = "head") -> None:
    """Run every migration that is missing, in both databases. Two at once do no harm."""
    for engine, line in ((connection.shred, "shred"), (connection.reports, "reports")):
        with engine.connect() as plain:
            bound = plain.execution_options(portal_write=True)
            with bound.begin():
                if bound.dialect.name == "postgresql":
                    bound.execute(select(func.pg_advisory_xact_lock(_LOCK)))
                with _gate:
                    command.upgrade(_config(line, bound), to)


def is_current(connection: Connection) -> bool:
    """Tell whether both databases stand at the newest revision."""
    for engine, line in ((connection.shred, "shred"), (connection.reports, "reports")):
        with engine.connect() as bound:
            newest = ScriptDirectory.from_config(_config(line, bound)).get_current_head()
            context = MigrationContext.configure(bound, opts={"version_table": version_table(line)})
            if context.get_current_revision() != newest:
                return False
    return True


def version_table(line: str) -> str:
    """The table in which Alembic keeps the place; both lines can share one database."""
    return f"alembic_{line}"


def _config(line: str, bound: SqlConnection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(SCRIPTS / line))
    config.attributes.update(connection=bound, version_table=version_table(line))
    return config

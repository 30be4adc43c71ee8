"""Bring both databases to the newest form, and let them belong together."""

from __future__ import annotations

import os
import threading

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection as SqlConnection
from sqlalchemy import func, inspect, select, text

from portal.domain.errors import ConfigError
from portal.store import authority, deployment, schema, unsigned
from portal.store.engine import Connection
from portal.store.schema import SCRIPTS, version_table
from portal.store.tables import ShredDeployment

_LOCK = 0x6D69677261746521  # "migrate!": one upgrade at a time, in PostgreSQL
_gate = threading.Lock()  # Alembic keeps its place in globals: one at a time in a process as well


SIGNED = "r0010"
"""The revision of the reports from which on everything is signed."""

_ROOM = "r0009"
"""The revision that has room for signatures: what was there before waits here to be signed."""

STATED = "r0013"
"""The revision from which on rows that grant power count only as the audit log says."""

_ROOM_FOR_STATES = "r0012"
"""The revision whose audit log has room for them: members of before wait here to be written in."""


SIGNED_BEFORE = (
    "reports stand here that nobody has signed, although all were signed before: somebody changed"
    " the database since; keep copies of both databases, and put the last good backup back"
    " (docs/operations.md)"
)
"""What an operator is told in place of signing a second time what somebody slipped in."""


_UPGRADE = (
    "which nobody has signed: make a backup, stop both sites and the worker, then run"
    " `python -m portal upgrade-seals` (docs/operations.md)"
)


def upgrade(connection: Connection) -> None:
    """Run every migration that is missing, in both databases, and join the two.

    Two at once do no harm. Raises `ConfigError`, with what to do, where one of them is not the one
    that belongs here, or where reports or members stand in it that have to be signed first: then
    nothing is joined.
    """
    if not make_room(connection):
        with connection.begin(write=False) as db:
            if unsigned.was_signed(db):
                raise ConfigError(SIGNED_BEFORE)
        raise ConfigError(f"reports of an earlier release stand here, {_UPGRADE}")
    if not make_room_for_states(connection):
        raise ConfigError(f"members of an earlier release stand here, {_UPGRADE}")
    finish(connection)


def make_room(connection: Connection) -> bool:
    """Bring both databases as far as signatures have room; tells whether nothing waits for one."""
    stands = schema.revision(connection, "reports")
    if stands is not None and (stands >= SIGNED or schema.is_newer("reports", stands)):
        return True
    bring_up(connection, reports_to=_ROOM)
    return not unsigned.is_due(connection)


def make_room_for_states(connection: Connection) -> bool:
    """Bring both databases as far as the log has room for what members are and hold; tells whether
    no member of before waits to be written in. Comes after `make_room`.
    """
    stands = schema.revision(connection, "reports")
    if stands is not None and (stands >= STATED or schema.is_newer("reports", stands)):
        return True
    bring_up(connection, reports_to=_ROOM_FOR_STATES)
    with connection.begin(write=False) as db:
        return not authority.is_due(db)


def finish(connection: Connection) -> None:
    """Run what is left of the migrations once everything is signed, and join the databases."""
    bring_up(connection)
    deployment.join(connection, random=os.urandom)


def bring_up(connection: Connection, *, reports_to: str = "head") -> None:
    """Run every migration that is missing, in both databases; what belongs together is not asked.

    An empty reports database beside a shred store that belongs to a deployment is refused.
    """
    _refuse_a_lost_database(connection)
    lines = (("shred", connection.shred, "head"), ("reports", connection.reports, reports_to))
    for line, engine, to in lines:
        if _is_newer(connection, line):
            continue
        with engine.connect() as plain:
            bound = plain.execution_options(portal_write=True)
            with bound.begin():
                if bound.dialect.name == "postgresql":
                    # A large table takes as long as it takes.
                    bound.execute(text("SET LOCAL statement_timeout = 0"))
                    bound.execute(text("SET LOCAL lock_timeout = 0"))
                    bound.execute(select(func.pg_advisory_xact_lock(_LOCK)))
                with _gate:
                    command.upgrade(alembic_config(line, bound), to)


def _is_newer(connection: Connection, line: str) -> bool:
    """Tell whether a newer release has been here, which still serves this one."""
    stands = schema.revision(connection, line)
    if stands is None or not schema.is_newer(line, stands):
        return False
    if not schema.serves(connection, line):
        raise ConfigError(schema.too_new(line, stands))
    return True


def _refuse_a_lost_database(connection: Connection) -> None:
    """Raise `ConfigError` where reports were here, as the shred store knows, and none are now."""
    if not schema.is_empty(connection, "reports"):
        return
    with connection.shred.connect() as bound:
        if not inspect(bound).has_table(ShredDeployment.__tablename__):
            return
        if bound.scalar(select(ShredDeployment.tick)) is not None:
            raise ConfigError(
                "the reports database is empty, but the shred store beside it belongs to a"
                " deployment: put the reports database back, or, to begin anew, move the shred"
                f" store away too ({deployment.SEE})"
            )


def alembic_config(line: str, bound: SqlConnection) -> Config:
    """Give what alembic needs to bring one database up, within a transaction of ours."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(SCRIPTS / line))
    config.attributes.update(connection=bound, version_table=version_table(line))
    return config

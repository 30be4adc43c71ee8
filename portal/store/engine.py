"""Connections to both databases, and the unit of work that spans them."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session
from sqlalchemy.pool import NullPool, QueuePool

from portal.domain.errors import ConfigError
from portal.store.tables import Base

BUSY_SECONDS = 15
"""How long a writer waits for another one, in SQLite."""


@dataclass(slots=True)
class Db:
    """One unit of work. Its sessions are used inside this room only."""

    reports: Session
    shred: Session

    @property
    def is_postgresql(self) -> bool:
        """Tell which of the two engines holds the reports."""
        return self.reports.get_bind().dialect.name == "postgresql"

    def insert(self, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
        """Begin an insert beside the reports that may leave alone what is there already."""
        return (postgresql.insert if self.is_postgresql else sqlite.insert)(table)


class Connection:
    """Both databases of one process."""

    def __init__(self, reports: Engine, shred: Engine) -> None:
        self.reports, self.shred = reports, shred

    @contextmanager
    def begin(self, *, write: bool) -> Iterator[Db]:
        """Give a unit of work: committed at the end, rolled back on any error.

        The shred store commits first: a key without its envelope is swept, an envelope without
        its key would be a lost report.
        """
        reports_engine = self.reports.execution_options(portal_write=write)
        shred_engine = self.shred.execution_options(portal_write=write)
        with (
            Session(reports_engine, expire_on_commit=False) as reports,
            Session(shred_engine, expire_on_commit=False) as shred,
        ):
            yield Db(reports, shred)
            shred.commit()
            reports.commit()

    def ping(self) -> None:
        """Raise unless both databases answer."""
        for engine in (self.reports, self.shred):
            with engine.connect() as connection:
                connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Give every connection back."""
        self.reports.dispose()
        self.shred.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Close, whatever happened in between."""
        self.close()


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
    except ArgumentError:
        raise ConfigError(f"{name} is not a database address") from None
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise ConfigError(f"{name} must be an sqlite:// or a postgresql:// address")
    return url


def _engine(url: URL, *, shred: bool) -> Engine:
    if url.drivername != "sqlite":
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=8)
    if url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool if shred else QueuePool,
        connect_args={"timeout": BUSY_SECONDS, "isolation_level": None},
    )
    _prepare_sqlite(engine, shred=shred)
    return engine


def _keep_journal(connection: sqlite3.Connection, journal: str) -> None:
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
        _keep_journal(connection, journal)
        for pragma in ("synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection) -> None:  # type: ignore[no-untyped-def]
        # A reader that becomes a writer half-way would fail at once when another one writes.
        write = connection.get_execution_options().get("portal_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

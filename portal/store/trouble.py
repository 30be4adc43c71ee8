"""What is the matter with a database that can't be used, in a sentence for the operator.

A sentence names the setting, the place and what would be right. It never holds the address itself,
nor what the driver said: both may hold a password.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

import psycopg
from alembic.util.exc import CommandError
from sqlalchemy import Engine, event
from sqlalchemy.engine import URL, ExceptionContext
from sqlalchemy.exc import DBAPIError

_SQLITE = {
    sqlite3.SQLITE_BUSY: "is locked by another process",
    sqlite3.SQLITE_LOCKED: "is locked by another process",
    sqlite3.SQLITE_READONLY: "may not be written by this user",
    sqlite3.SQLITE_PERM: "may not be used by this user",
    sqlite3.SQLITE_AUTH: "may not be used by this user",
    sqlite3.SQLITE_CANTOPEN: "can't be opened: the file or its folder is out of reach",
    sqlite3.SQLITE_NOTADB: "is not an SQLite database",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore a backup",
    sqlite3.SQLITE_FULL: "can't grow: the disk is full",
    sqlite3.SQLITE_IOERR: "can't be read or written: the disk refuses",
}
"""By SQLite's primary result codes (https://sqlite.org/rescode.html)."""

_LET_IN = "doesn't let us in: look at user, password and pg_hba.conf"
_NO_ANSWER = "does not answer: is PostgreSQL running there?"
_NO_DATABASE = "has no database of that name: create it first"

_STATES = {
    "08": _NO_ANSWER,
    "25006": "is read-only",
    "28": _LET_IN,
    "3D": _NO_DATABASE,
    "42501": "doesn't let this user do that: grant the rights",
    "42P01": "is not at the newest form: run `python -m portal migrate`",
    "53": "has no room left: disk, memory or connections",
    "57": "is starting or stopping",
}
"""By PostgreSQL's SQLSTATE, or its class (appendix A of its manual)."""

_SAID = {
    'role "': _LET_IN,
    "does not exist": _NO_DATABASE,
    "password": _LET_IN,
    "pg_hba.conf": _LET_IN,
    "authentication": _LET_IN,
    "resolve host": "is on an unknown host",
    "could not translate host name": "is on an unknown host",
    "refused": _NO_ANSWER,
    "no such file": _NO_ANSWER,
    "timeout": _NO_ANSWER,
    "unreachable": _NO_ANSWER,
    "too many": "has no connection left",
    "starting up": "is starting or stopping",
    "shutting down": "is starting or stopping",
    "ssl": "doesn't agree with us on TLS: look at sslmode",
    "closed the connection": "closed the connection: is it PostgreSQL?",
    "invalid": "was given an option that it doesn't know",
}
"""By what libpq says where it gives no state, as it does of every connection that fails."""


def name_failures(engine: Engine, name: str) -> None:
    """Let the errors of that database say which setting names it, and what is the matter."""
    place = f"{name}: {_place(engine.url)}"

    @event.listens_for(engine, "handle_error")
    def handle(context: ExceptionContext) -> None:
        error, told = context.original_exception, context.sqlalchemy_exception
        why = _why(error)
        if why is None and context.connection is None:
            why = f"can't be used ({type(error).__name__})"
        if why and told is not None:
            told.add_note(f"{place} {why}")


def reason_of(error: BaseException) -> str | None:
    """Give the sentence that was noted for an error; None where it is not the database's fault."""
    return next(iter(getattr(error, "__notes__", [])), None)


def sentence_for(error: BaseException) -> str | None:
    """Give the sentence for an error of the store; None where it is none of the database's own."""
    if isinstance(error, CommandError):
        return "a database is of a newer release than this code, or of another program"
    return reason_of(error) if isinstance(error, DBAPIError) else None


def _place(url: URL) -> str:
    if url.drivername == "sqlite":
        return f"the database {Path(url.database or '').absolute()}"
    host = url.host or url.query.get("host") or "this machine"
    return f"the database {url.database or ''} at {host}:{url.port or 5432}"


def _why(error: BaseException | None) -> str | None:
    if isinstance(error, sqlite3.Error):
        if "no such table" in str(error):
            return _STATES["42P01"]
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)
    if not isinstance(error, psycopg.Error):
        return None
    state = error.sqlstate or ""
    found = _STATES.get(state) or _STATES.get(state[:2])
    if found or state:
        return found
    said = str(error).lower()
    return next((why for words, why in _SAID.items() if words in said), None)

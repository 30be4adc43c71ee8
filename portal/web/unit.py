"""One unit of work for each request: a GET reads, a POST writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask, current_app, request

from config import Shared
from portal.store import Connection, Db, connect

_NAME = "portal.connection"


def prepare(app: Flask, *, settings: Shared) -> None:
    """Open both databases for the life of the process."""
    app.extensions[_NAME] = connect(settings.database_url, settings.shred_url)


def current_connection() -> Connection:
    """The connection of this app."""
    found: Connection = current_app.extensions[_NAME]
    return found


@contextmanager
def current_unit() -> Iterator[Db]:
    """A unit of work that fits the request: committed at its end, before the answer is made."""
    with current_connection().begin(write=request.method == "POST") as db:
        yield db

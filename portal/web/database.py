"""The connection to both databases that a site holds for the life of its process.

Units of work are begun where they are needed and end before the answer is made: a page never tells
of something that was not kept.
"""

from __future__ import annotations

from flask import Flask, current_app

from portal.config.processes import Shared
from portal.store.engine import Connection
from portal.store.schema import connect_ready

_NAME = "portal.connection"


def prepare(app: Flask, *, settings: Shared) -> None:
    """Open both databases for the life of the process; raises where they can't be used."""
    app.extensions[_NAME] = connect_ready(settings.database_url, settings.shred_url)


def connection_of(app: Flask) -> Connection:
    """The connection of that app."""
    found: Connection = app.extensions[_NAME]
    return found


def current_connection() -> Connection:
    """The connection of the app that answers."""
    return connection_of(current_app)

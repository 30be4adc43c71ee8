"""One unit of work for each request: a GET reads, a POST writes.

It is committed when the view has returned, before the answer is built: nobody is told of something
that was not kept. A view that raises leaves nothing behind.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext, suppress

from flask import Flask, current_app, g, request
from flask.typing import ResponseReturnValue

from config import Shared
from portal.store import Connection, Db, connect

_NAME = "portal.connection"


class UnitFlask(Flask):
    """A Flask app whose requests each have one unit of work."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Call the view, then commit what it did."""
        try:
            answer = super().dispatch_request()
        except BaseException:
            _end(*sys.exc_info(), quiet=True)
            raise
        _end(None, None, None)
        return answer


def prepare(app: Flask, *, settings: Shared) -> None:
    """Open both databases for the life of the process."""
    app.extensions[_NAME] = connect(settings.database_url, settings.shred_url)


def current_connection() -> Connection:
    """The connection of this app."""
    found: Connection = current_app.extensions[_NAME]
    return found


def current_db() -> Db:
    """The unit of work of this request, begun at its first use."""
    if "unit" not in g:
        unit = current_connection().begin(write=request.method == "POST")
        g.unit, g.db = unit, unit.__enter__()
    db: Db = g.db
    return db


def _end(*error: object, quiet: bool = False) -> None:
    unit: AbstractContextManager[Db] | None = g.pop("unit", None)
    g.pop("db", None)
    if unit is None:
        return
    # The context manager raises the view's own error again; that one is on its way already.
    with suppress(BaseException) if quiet else nullcontext():
        unit.__exit__(*error)  # type: ignore[arg-type]

"""What a request saw of somebody who writes to the database is told after its answer was sent.

Whoever reads the answer notices nothing of it: not by its words, its status or its time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from flask import Flask, Response, g

from portal.domain.incidents import IncidentKind
from portal.intake.filing import to_the_minute
from portal.store import incidents
from portal.store.engine import Connection
from portal.web import logs
from portal.web.clock import now
from portal.web.database import current_connection

Seen = Mapping[IncidentKind, bytes | None]
"""Each kind once, with the first report that it was about."""


def prepare(app: Flask) -> None:
    """Let the app tell of what its requests noticed, once each answer is with the reporter."""

    @app.after_request
    def tell_later(response: Response) -> Response:
        seen: Seen = g.pop("incidents", {})
        if seen:
            response.call_on_close(partial(_tell, current_connection(), seen, now()))
        return response


def notice(kind: IncidentKind, report_id: bytes | None) -> None:
    """Remember an incident until the answer is sent; each kind counts once in a request."""
    g.setdefault("incidents", {}).setdefault(kind, report_id)


def _tell(connection: Connection, seen: Seen, at: datetime) -> None:
    """Write the lines, then the rows; what fails is logged, and harms no answer."""
    for kind in seen:
        logs.incident(kind)
    try:
        with connection.begin(write=True) as db:
            for kind, report_id in sorted(seen.items()):
                incidents.note(db, kind=kind, minute=to_the_minute(at), report_id=report_id)
    except Exception as error:
        logs.failure(error)

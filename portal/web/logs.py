"""Logs: one JSON object a line, of an allow-list of fields. Never a text, an address or a path.

An exception's message can quote what somebody typed, so only its type and its place in the code
are written.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import traceback
from types import TracebackType

from flask import Flask, Response, g, has_request_context, request

FIELDS = ("time", "level", "event", "endpoint", "method", "status", "ms", "kind", "error", "at")
"""Everything that may stand in a line."""

_log = logging.getLogger("portal")


class JsonLines(logging.Formatter):
    """Writes the allowed fields of a record, and of an exception its type and its frames."""

    def format(self, record: logging.LogRecord) -> str:
        """Give one line."""
        line: dict[str, object] = {
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "event": getattr(record, "event", record.name),
        }
        for name in ("endpoint", "method", "status", "ms", "kind"):
            if hasattr(record, name):
                line[name] = getattr(record, name)
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
            line["at"] = places(record.exc_info[2])
        return json.dumps(line)


def places(trace: TracebackType | None) -> list[str]:
    """Give the innermost frames as `file:line`, without a word of their content."""
    frames = traceback.extract_tb(trace)[-6:]
    return [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames]


def prepare(app: Flask) -> None:
    """Send every logger through the allow-list, and write one line for each request."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # Messages of these name addresses, paths or parameters; what they know is not for a log.
    for name in ("werkzeug", "sqlalchemy", "flask_limiter", "flask-limiter"):
        logging.getLogger(name).setLevel(logging.ERROR)
    app.logger.handlers = []
    app.logger.propagate = True

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def tell(response: Response) -> Response:
        spent = round((time.perf_counter() - g.get("started", time.perf_counter())) * 1000)
        fields = {
            "event": "request",
            "endpoint": request.endpoint,
            "method": request.method if request.method in ("GET", "POST", "HEAD") else "OTHER",
            "status": response.status_code,
            "ms": spent,
        }
        _log.info("", extra=fields)
        return response


def failure(error: BaseException) -> None:
    """Write that a request failed, or what was done after its answer: the type and the place."""
    exc_info = (type(error), error, error.__traceback__)
    endpoint = request.endpoint if has_request_context() else None
    _log.error("", exc_info=exc_info, extra={"event": "failure", "endpoint": endpoint})


def incident(kind: str) -> None:
    """Write that the site saw what only somebody who writes to the database can have done.

    Only the kind, one of a fixed list: which report it is about stays in the database.
    """
    _log.warning("", extra={"event": "incident", "kind": kind})

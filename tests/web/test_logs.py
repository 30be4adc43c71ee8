"""A log line has an allow-list of fields, and never a word, a path or an address."""

from __future__ import annotations

import io
import json
import logging
import sys

from flask import Flask

from portal.web.logs import FIELDS, JsonLines
from tests.builders.sites import CheckedClient

SECRET = "Quokka-canary"


def listen() -> io.StringIO:
    """Let the app's own handler write where the test can read."""
    heard = io.StringIO()
    handler = logging.getLogger().handlers[0]
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(heard)
    return heard


def test_a_request_leaves_one_line_of_allowed_fields(client: CheckedClient) -> None:
    heard = listen()
    client.get(f"/en/{SECRET}?q={SECRET}", headers={"User-Agent": SECRET})
    written = [json.loads(line) for line in heard.getvalue().splitlines()]
    assert len(written) == 1
    assert set(written[0]) <= set(FIELDS)
    assert written[0]["status"] == 404
    assert SECRET not in json.dumps(written)
    assert "127.0.0.1" not in json.dumps(written)


def test_an_exception_is_a_type_and_places() -> None:
    try:
        raise ValueError(SECRET) from KeyError(SECRET)
    except ValueError:
        record = logging.getLogger("x").makeRecord(
            "x", logging.ERROR, __file__, 1, SECRET, (SECRET,), sys.exc_info()
        )
    written = json.loads(JsonLines().format(record))
    assert written["error"] == "ValueError"
    assert written["at"][0].startswith("test_logs.py:")
    assert SECRET not in json.dumps(written)


def test_a_failure_is_logged_without_its_message(app: Flask) -> None:
    @app.get("/en/breaks")
    def breaks() -> str:
        raise RuntimeError(SECRET)

    heard = listen()
    response = app.test_client().get("/en/breaks")
    assert response.status_code == 500
    assert SECRET not in heard.getvalue() + response.text
    failures = [line for line in heard.getvalue().splitlines() if '"failure"' in line]
    assert '"error": "RuntimeError"' in failures[0]


def test_other_loggers_lose_their_messages() -> None:
    record = logging.LogRecord("werkzeug", logging.ERROR, "f", 1, "%s", (SECRET,), None)
    assert SECRET not in JsonLines().format(record)

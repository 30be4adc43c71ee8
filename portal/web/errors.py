"""Error pages in our own words, in the reader's language, with a way on."""

from __future__ import annotations

from flask import Flask, Response, current_app, make_response
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from limits.errors import StorageError
from redis.exceptions import RedisError
from werkzeug.exceptions import HTTPException

from portal.domain.errors import Conflict, NotFound, PermissionRefused, StoreUnavailable
from portal.web import body, logs
from portal.web.templates import render_template

KINDS = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "not_allowed",
    413: "too_large",
    415: "no_pictures",
    429: "too_many",
    503: "not_now",
}
"""The page for each status; every other one is told as 500."""

CARRIED = "portal.carried"
"""The extension that gives the fields, by name, which the page of an error carries on."""


ALERT = "portal.alert"
"""The extension that gives what the page of an error needs to show beside them: a danger."""


def prepare(app: Flask) -> None:
    """Answer every error of the app with a page of our own."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(CSRFError, lambda _: page(400, "form_expired"))
    app.register_error_handler(RateLimitExceeded, lambda _: too_many())
    app.register_error_handler(NotFound, lambda _: page(404))
    app.register_error_handler(PermissionRefused, lambda _: page(403))
    app.register_error_handler(Conflict, lambda _: page(409, "conflict"))
    for down in (StorageError, RedisError, StoreUnavailable):
        app.register_error_handler(down, _unavailable)
    app.register_error_handler(Exception, _failure)


def page(status: int, kind: str | None = None, **more: object) -> Response:
    """Make an error page; answers that came along are offered again, if the site can."""
    name = kind or KINDS.get(status, "failure")
    carried, alert = (current_app.extensions.get(one, dict) for one in (CARRIED, ALERT))
    shown = {**alert(), "kind": name, "sealed_fields": carried(), **more}
    return make_response(render_template("web/error.html", **shown), status)


def _http(error: Exception) -> Response:
    code = getattr(error, "code", None) or 500
    response = page(code if code in KINDS or code in (409, 422) else 500)
    allowed = getattr(error, "valid_methods", None)
    if code == 405 and allowed:
        response.headers["Allow"] = ", ".join(sorted(allowed))
    return response


def too_many() -> Response:
    """Ask to wait a minute; the answers that came along are looked for, to be offered again."""
    body.check_late()
    response = page(429)
    response.headers["Retry-After"] = "60"
    return response


def _unavailable(error: Exception) -> Response:
    is_store = isinstance(error, StoreUnavailable)
    logs.failure((is_store and error.__cause__) or error)
    return page(503)


def _failure(error: Exception) -> Response:
    logs.failure(error)
    return page(500, "failure")

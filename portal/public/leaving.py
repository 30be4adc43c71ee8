"""The leave button: forget all, change a cookie, and go to a page like any other.

Measured in Chromium: a page that is not to come back by the Back button needs `no-store`,
`autocomplete=off`, and an answer on the way out that changes an HttpOnly cookie. For Firefox,
`no-store` is enough; docs/security.md has the measurements.
"""

from __future__ import annotations

import os

from flask import Blueprint, current_app, redirect, request, session
from werkzeug.wrappers import Response

from portal.public import helplines
from portal.web.csrf import protect
from portal.web.factory import cookie_name

leaving = Blueprint("leaving", __name__)


@leaving.post("/<language>/leave")
@protect.exempt  # type: ignore[untyped-decorator]
def leave(language: str) -> Response:  # noqa: ARG001
    """Leave. No token is asked for: whoever leaves must never meet an error page.

    Another site that sends a visitor here takes nobody's answers away.
    """
    response = redirect(current_app.config["EXIT_URL"], 303)
    if request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none"):
        session.clear()
        helplines.forget(response)
    secure = bool(current_app.config["SESSION_COOKIE_SECURE"])
    response.set_cookie(
        cookie_name("x", https=secure),
        os.urandom(8).hex(),
        max_age=60,
        httponly=True,
        secure=secure,
        samesite="Strict",
    )
    return response

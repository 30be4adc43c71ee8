"""The leave button: forget all, change a cookie, and go to a page like any other.

Measured in Chromium: a page that is not to come back by the Back button needs `no-store`,
`autocomplete=off`, and an answer on the way out that changes an HttpOnly cookie. For Firefox,
`no-store` is enough; docs/security.md has the measurements.

The cookie stays for an hour and says that somebody has left. As long as no page of ours was opened
anew since, what Back asks for again is answered with the way to the neutral site. Whether a person
asks for a page is told by `Sec-Fetch-User`, which Safari never sends: the cookie notes whether this
browser does, so that nobody who comes back on purpose is sent away. With scripts the page itself
looks after Back.
"""

from __future__ import annotations

import os

from flask import Blueprint, Flask, current_app, redirect, request, session
from werkzeug.wrappers import Response

from portal.public import help_block
from portal.web.csrf import protect
from portal.web.factory import cookie_name
from portal.web.limits import limiter

quick_exit = Blueprint("quick_exit", __name__)

LASTS = 60 * 60
"""Seconds for which a browser remembers that somebody has left."""

_APART = ("quick_exit.leave", "static")
"""What is answered as always: leaving itself, and files."""

_TELLS = "u"
"""How the cookie begins in a browser that says whether a person asked for a page."""


def prepare(app: Flask) -> None:
    """Look at every request before anything else does, and at every answer."""
    app.before_request_funcs.setdefault(None, []).insert(0, _keep_away)
    app.after_request(_begin_anew)


@quick_exit.post("/<language>/leave")
@limiter.exempt
@protect.exempt  # type: ignore[untyped-decorator]
def leave(language: str) -> Response:  # noqa: ARG001
    """Leave. No token is asked for: whoever leaves must never meet an error page.

    Another site that sends a visitor here takes nobody's answers away.
    """
    response = _to_the_neutral_site()
    if request.headers.get("Sec-Fetch-Site", "same-origin") in ("same-origin", "none"):
        session.clear()
        help_block.forget(response)
        response.set_cookie(
            _cookie(),
            (_TELLS if _is_by_person() else "") + os.urandom(8).hex(),
            max_age=LASTS,
            httponly=True,
            secure=_is_secure(),
            # A link of another site that somebody follows has to be seen as a page opened anew.
            samesite="Lax",
        )
    return response


def _keep_away() -> Response | None:
    """Answer what is asked for again after somebody has left with the way to the neutral site.

    A form comes from a page that was open before. A page that no click and no typed address asked
    for comes from Back or is loaded again.
    """
    if not _has_left():
        return None
    is_again = request.cookies[_cookie()].startswith(_TELLS) and not _is_by_person()
    return _to_the_neutral_site() if is_again or request.method == "POST" else None


def _begin_anew(response: Response) -> Response:
    """Forget that somebody has left once a page of ours is opened anew."""
    if _has_left() and response.headers.get("Location") != current_app.config["EXIT_URL"]:
        response.delete_cookie(_cookie(), secure=_is_secure(), httponly=True, samesite="Lax")
    return response


def _has_left() -> bool:
    """Tell whether this is a page that is asked for in a browser that left by the button."""
    is_page = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    return is_page and request.endpoint not in _APART and _cookie() in request.cookies


def _is_by_person() -> bool:
    """Tell whether the browser says that a click or a typed address asked for this."""
    return request.headers.get("Sec-Fetch-User", "") == "?1"


def _to_the_neutral_site() -> Response:
    return redirect(current_app.config["EXIT_URL"], 303)


def _cookie() -> str:
    return cookie_name("x", https=_is_secure())


def _is_secure() -> bool:
    return bool(current_app.config["SESSION_COOKIE_SECURE"])

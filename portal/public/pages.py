"""The landing page, and pages to read."""

from __future__ import annotations

from flask import Blueprint, make_response, render_template
from werkzeug.wrappers import Response

from portal.web.static import compress

pages = Blueprint("pages", __name__)


@pages.get("/<language>/")
def landing(language: str) -> Response:  # noqa: ARG001
    """Four doors. No cookie is set and nothing typed is repeated, so the page is compressed."""
    return compress(make_response(render_template("public/landing.html")))


@pages.get("/<language>/talk")
def talk(language: str) -> Response:  # noqa: ARG001
    """For parents and carers: how to talk with the child."""
    return compress(make_response(render_template("public/talk.html")))


@pages.get("/icon.svg")
@pages.get("/favicon.ico")
def icon() -> Response:
    """A neutral icon, also where a browser asks by itself."""
    response = make_response(render_template("web/icon.svg"))
    response.mimetype = "image/svg+xml"
    return response

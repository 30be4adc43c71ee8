"""The landing page and the icon."""

from __future__ import annotations

from flask import Blueprint, current_app, make_response, redirect
from werkzeug.wrappers import Response

from portal.web.static import compress
from portal.web.templates import render_template

landing = Blueprint("landing", __name__)


@landing.get("/<language>/")
def show(language: str) -> Response:  # noqa: ARG001
    """Four doors. No cookie is set and nothing typed is repeated, so the page is compressed."""
    return compress(make_response(render_template("public/landing.html")))


@landing.get("/favicon.ico")
def icon() -> Response:
    """Lead to the neutral icon where a browser asks by itself."""
    return redirect(current_app.jinja_env.globals["asset"]("icon.svg"), 303)  # type: ignore[operator]

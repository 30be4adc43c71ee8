"""The steps that make a site, in the one order in which they are safe."""

from __future__ import annotations

from pathlib import Path

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.config.processes import Shared
from portal.web import (
    body,
    bounds,
    csrf,
    database,
    errors,
    fields,
    headers,
    i18n,
    limits,
    logs,
    static,
)
from portal.web.clock import Clock
from portal.web.clock import prepare as prepare_clock
from portal.web.site import Site

ROOT = Path(__file__).resolve().parents[2]


def new_app(
    name: str,
    *,
    settings: Shared,
    secret_key: bytes,
    cookie: str,
    samesite: str,
    catalogues: tuple[str, ...],
    timezone: str,
    clock: Clock,
) -> Flask:
    """Make an app with everything that both sites share; the site adds its own pages.

    `cookie` is the neutral name of its signed cookie, `samesite` its attribute of that name;
    `catalogues` are those that hold its words, `timezone` the one whose days it shows.
    """
    app = Site(name, template_folder=str(ROOT / "templates"), static_folder=None)
    _prepare_session(app, cookie, https=settings.https, samesite=samesite)
    _prepare_requests(app, secret_key)
    if settings.https:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]
    _prepare_templates(app)
    prepare_clock(app, clock=clock)
    fields.prepare(app)
    logs.prepare(app)
    headers.prepare(app, https=settings.https, exit_url=settings.exit_url)
    i18n.prepare(app, languages=settings.languages, catalogues=catalogues, timezone=timezone)
    limits.prepare(app, secret_key=secret_key, redis_url=settings.redis_url)
    body.prepare(app)
    csrf.prepare(app)
    errors.prepare(app)
    static.prepare(app, ROOT / "static")
    database.prepare(app, settings=settings)
    return app


def _prepare_requests(app: Flask, secret_key: bytes) -> None:
    app.config.update(
        SECRET_KEY=secret_key,
        MAX_CONTENT_LENGTH=bounds.LOOKED_AT,
        MAX_FORM_MEMORY_SIZE=bounds.LARGEST,
        MAX_FORM_PARTS=500,
        PROPAGATE_EXCEPTIONS=False,
        TRAP_HTTP_EXCEPTIONS=False,
    )


def _prepare_templates(app: Flask) -> None:
    app.jinja_env.globals.update(site_base="web/base.html", home_url="/")
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True


def _prepare_session(app: Flask, cookie: str, *, https: bool, samesite: str) -> None:
    app.config.update(
        SESSION_COOKIE_NAME=cookie_name(cookie, https=https),
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE=samesite,
        SESSION_COOKIE_PATH="/",
    )


def cookie_name(name: str, *, https: bool) -> str:
    """Name a cookie: `__Host-` binds it to this very host, which browsers accept over TLS only."""
    return f"__Host-{name}" if https else name

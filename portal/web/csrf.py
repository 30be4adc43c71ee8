"""Cross-site request forgery: a token in every form, and words of our own when it is missing."""

from __future__ import annotations

from flask import Flask
from flask_wtf.csrf import CSRFError, CSRFProtect

TOKEN_LIVES = 60 * 60
"""Seconds: as long as a draft."""

protect = CSRFProtect()


def prepare(app: Flask) -> None:
    """Protect every POST of the app."""
    app.config["WTF_CSRF_TIME_LIMIT"] = TOKEN_LIVES
    app.config["WTF_CSRF_SSL_STRICT"] = False  # we send no referrer; SameSite stands in
    protect.init_app(app)


__all__ = ["CSRFError", "prepare", "protect"]

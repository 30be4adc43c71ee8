"""The WSGI application of the site that PORTAL_SITE names: `public` or `staff`."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

import config
from portal.domain.errors import ConfigError

if TYPE_CHECKING:
    from flask import Flask

EXIT_CONFIG = 4
"""gunicorn stops, rather than tries again, when a worker ends with this code."""


def build(site: str | None) -> Flask:
    """Build one site. The other one's code is never imported: the public process has no vault."""
    if site not in ("public", "staff"):
        raise ConfigError("PORTAL_SITE must be public or staff")
    settings = config.load(site, os.environ)
    app: Flask = importlib.import_module(f"portal.{site}").create_app(settings)
    return app


try:
    app = build(os.environ.get("PORTAL_SITE"))
except ConfigError as error:
    sys.stderr.write(f"chung-tay: can't start: {error}\n")
    sys.exit(EXIT_CONFIG)

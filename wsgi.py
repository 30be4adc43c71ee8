"""The entry of a web server: `PORTAL_SITE` picks the reporter's site or the desk."""

from __future__ import annotations

import importlib
import os
import sys

import config
from portal.domain.errors import ConfigError, PortalError

LOAD_ERROR = 4
"""With this code of a worker gunicorn stops; with any other it would try for ever."""

try:
    site = os.environ.get("PORTAL_SITE", "")
    if site not in ("public", "staff"):
        raise ConfigError("PORTAL_SITE must be public or staff")
    # Only the chosen site is imported: the public process must never hold what opens reports.
    application = importlib.import_module(f"portal.{site}").create_app(
        config.load(site, os.environ)
    )
except PortalError as error:
    sys.stderr.write(f"chung-tay: can't start: {error}\n")
    sys.exit(LOAD_ERROR)

"""The secret of a phone that is being set up: the same while its form is filled in."""

from __future__ import annotations

import base64

from flask import session

from portal.access import totp
from portal.staff.guard import desk
from portal.web.pictures import qr_svg

_NAME = "enrolling"


def secret() -> bytes:
    """Give the secret, which only the browser keeps; makes one where there is none."""
    stored = session.get(_NAME)
    if not isinstance(stored, str):
        stored = base64.b64encode(desk().random(totp.SECRET_BYTES)).decode("ascii")
        session[_NAME] = stored
    return base64.b64decode(stored)


def forget() -> None:
    """Let the next phone have a secret of its own."""
    session.pop(_NAME, None)


def shown(member: str) -> dict[str, object]:
    """Give what the page shows: the picture for the app, and the key for typing."""
    return {
        "secret": totp.secret_text(secret()),
        "picture": qr_svg(totp.provisioning_uri(secret(), member=member)),
    }

"""What travels through the browser sealed: the draft, and the way back. Nothing is stored.

The key comes from a secret of the process and from the session cookie, so leaving by the button,
which ends the session, makes every sealed field on the phone useless.
"""

from __future__ import annotations

import base64
import binascii
import os
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app, session

from portal.domain.canon import canon
from portal.domain.errors import PortalError
from portal.sealing.suite import derive
from portal.web.clock import now

KEY = "PORTAL_DRAFT_KEY"

LIVES = 60 * 60
"""Seconds that a sealed field can be opened."""

RESTS = 12 * LIVES
"""Seconds for which answers that waited too long are shown again in their own session: a child puts
the phone away when somebody comes in, and goes on in the evening."""

LARGEST = 1024 * 1024
"""Bytes of a text that may be opened: more than any request brings."""

_NONCE = 12


class SealExpired(PortalError):
    """A sealed field is too old, was changed, or belongs to another session."""

    code = "draft.expired"


class SealTooOld(SealExpired):
    """A sealed field of this very session, only too old: what came with it may be shown again."""


def session_id() -> str:
    """Give the random name of this session, and begin one where there is none."""
    if "sid" not in session:
        session["sid"] = os.urandom(16).hex()
    found: str = session["sid"]
    return found


def seal(text: str, *, purpose: str) -> str:
    """Seal a text for this session and purpose, for an hour; gives URL-safe base64."""
    nonce = os.urandom(_NONCE)
    stamped = int(now().timestamp()).to_bytes(8, "big") + zlib.compress(text.encode("utf-8"), 6)
    sealed = AESGCM(_key()).encrypt(nonce, stamped, purpose.encode("utf-8"))
    return base64.urlsafe_b64encode(nonce + sealed).decode("ascii").rstrip("=")


def unseal(sealed: str, *, purpose: str, lives: int | None = None) -> str:
    """Open what `seal` made; raises `SealTooOld` after `lives` (an hour), else `SealExpired`."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4))
        stamped = AESGCM(_key()).decrypt(raw[:_NONCE], raw[_NONCE:], purpose.encode("utf-8"))
        inflate = zlib.decompressobj()
        text = inflate.decompress(stamped[8:], LARGEST)
        age = now().timestamp() - int.from_bytes(stamped[:8], "big")
        if inflate.unconsumed_tail or age < -60:
            raise SealExpired
        if age > (LIVES if lives is None else lives):
            raise SealTooOld
        return text.decode("utf-8")
    except (InvalidTag, ValueError, binascii.Error, zlib.error):
        raise SealExpired from None


def secret_bytes(*, purpose: str, about: bytes) -> bytes:
    """Derive 32 bytes that this session always gets for `about`, and nobody else can guess."""
    return derive(_key(), info=canon("session-secret-v1", purpose, about))


def _key() -> bytes:
    base: bytes = current_app.config[KEY]
    return derive(base, info=canon("sealed-field-v1", session_id()))

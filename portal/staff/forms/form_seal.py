"""What forms of the desk carry sealed: whose they are, and text that waits for a sign-in."""

from __future__ import annotations

import base64
import binascii
import json
import os
import zlib
from datetime import timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import Flask, current_app

from portal.domain.canon import canon
from portal.sealing.suite import derive
from portal.staff.guard import now

SECRET = "DESK_FORM_SECRET"  # noqa: S105 - the name of a setting
"""The setting under which the secret for what forms carry is kept."""

LARGEST = 1024 * 1024
"""Bytes that may be opened: more than any request brings."""

_NONCE = 12


def prepare(app: Flask, *, secret_key: bytes) -> None:
    """Derive the secret, the same in every process of the desk."""
    app.config[SECRET] = derive(secret_key, info=canon("desk-forms-v1"))


def secret() -> bytes:
    """Give the secret of what forms carry."""
    found: bytes = current_app.config[SECRET]
    return found


def seal(value: Any, *, purpose: str) -> str:
    """Seal a value (of JSON) under a secret of the process; gives URL-safe base64."""
    stamped = json.dumps([int(now().timestamp()), value], ensure_ascii=False)
    nonce, packed = os.urandom(_NONCE), zlib.compress(stamped.encode("utf-8", "replace"), 6)
    sealed = AESGCM(_key(purpose)).encrypt(nonce, packed, None)
    return base64.urlsafe_b64encode(nonce + sealed).decode("ascii").rstrip("=")


def unseal(sealed: str, *, purpose: str, lives: timedelta) -> Any:
    """Open what `seal` made; None for anything else, and for what is older than `lives`."""
    try:
        raw = base64.urlsafe_b64decode(sealed.encode("ascii") + b"=" * (-len(sealed) % 4))
        packed = AESGCM(_key(purpose)).decrypt(raw[:_NONCE], raw[_NONCE:], None)
        inflate = zlib.decompressobj()
        made, value = json.loads(inflate.decompress(packed, LARGEST))
    except (InvalidTag, ValueError, binascii.Error, zlib.error):
        return None
    age = now().timestamp() - made
    return value if -60 <= age <= lives.total_seconds() else None


def _key(purpose: str) -> bytes:
    return derive(secret(), info=canon("desk-field-v1", purpose))
